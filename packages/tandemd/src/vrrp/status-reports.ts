import { after, between, times, ZERO, type Clock, type Instant } from '@tandem/time';

/** Of the time of the process, reports take a part in so many. */
const SHARE = 10;

/** Reports once for all changes of a turn of the event loop; seldom while that takes long. */
export class StatusReports {
  readonly #clock: Clock;
  readonly #report: () => void;
  #planned = false;
  #notBefore: Instant;

  /**
   * @param clock - monotonic
   * @param report - tells the status of all instances
   */
  constructor(clock: Clock, report: () => void) {
    this.#clock = clock;
    this.#report = report;
    this.#notBefore = clock.now();
  }

  /** Something has changed. */
  soon(): void {
    if (this.#planned) return;
    this.#planned = true;
    const wait = between(this.#clock.now(), this.#notBefore);
    if (wait <= ZERO) setImmediate(() => this.now());
    else setTimeout(() => this.now(), wait).unref();
  }

  /** Somebody waits for it. */
  now(): void {
    this.#planned = false;
    const start = this.#clock.now();
    this.#report();
    const end = this.#clock.now();
    this.#notBefore = after(end, times(between(start, end), SHARE));
  }
}
