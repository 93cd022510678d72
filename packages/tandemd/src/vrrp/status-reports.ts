import { between, milliseconds, times, ZERO, type Clock, type Duration } from '@tandem/time';

/** A change is reported when so many reports could have been made since. */
const PATIENCE = 10;
/** What takes less is done in the same turn of the event loop. */
const SHORT: Duration = milliseconds(2);

/**
 * Reports once for all changes of a turn of the event loop; where that takes long, for all of a
 * while: of a thousand instances that become master none has to wait for reports.
 */
export class StatusReports {
  readonly #clock: Clock;
  readonly #report: () => void;
  #planned = false;
  /** From a change to its report. */
  #pause: Duration = ZERO;

  /**
   * @param clock - monotonic
   * @param report - tells the status of all instances
   */
  constructor(clock: Clock, report: () => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Something has changed. */
  soon(): void {
    if (this.#planned) return;
    this.#planned = true;
    if (this.#pause < SHORT) setImmediate(() => this.now());
    else setTimeout(() => this.now(), this.#pause).unref();
  }

  /** Somebody waits for it. */
  now(): void {
    this.#planned = false;
    const start = this.#clock.now();
    this.#report();
    this.#pause = times(between(start, this.#clock.now()), PATIENCE);
  }
}
