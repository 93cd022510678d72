/**
 * When what is ours in the kernel, above all a virtual interface, and is not as it should be is seen
 * to: at once, as a rule; ever later when somebody takes it away or sets it down again and again;
 * every second what was refused.
 */
import { after, between, earliest, isDue, seconds } from '@tandem/time';
import type { Clock, Duration, Instant } from '@tandem/time';
import { isCalmSince, restorationDelay } from '@tandem/vrrp';

interface Trouble {
  /** How often, without a pause between. */
  readonly count: number;
  readonly at: Instant;
  /** When it is to be seen to; undefined: it has been. */
  readonly due: Instant | undefined;
}

/** Between attempts to make what was refused. */
const RETRY: Duration = seconds(1);
const AT_ONCE: Duration = seconds(0);

/** Owns the timer of all that have to wait. */
export class LinkCare {
  readonly #clock: Clock;
  readonly #wake: () => void;
  readonly #troubles = new Map<string, Trouble>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param clock - monotonic
   * @param wake - called when one that had to wait is due
   */
  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /**
   * @param name - of what is not as it should be
   * @returns how long it has to wait; 0: it is to be seen to now
   */
  waitFor(name: string): Duration {
    const now = this.#clock.now();
    const known = this.#troubles.get(name);
    if (known?.due !== undefined) {
      if (!isDue(known.due, now)) return between(now, known.due);
      this.#troubles.set(name, { ...known, due: undefined });
      return AT_ONCE;
    }
    const count = known === undefined || isCalmSince(known.at, now) ? 1 : known.count + 1;
    const delay = restorationDelay(count);
    const due = delay === undefined ? undefined : after(now, delay);
    this.#troubles.set(name, { count, at: now, due });
    this.#arm();
    return delay ?? AT_ONCE;
  }

  /**
   * It could not be had.
   * @param retry - how long it has to wait
   */
  refused(name: string, retry: Duration = RETRY): void {
    const now = this.#clock.now();
    const { count, at } = this.#troubles.get(name) ?? { count: 0, at: now };
    this.#troubles.set(name, { count, at, due: after(now, retry) });
    this.#arm();
  }

  /** It is as it should be, whoever has seen to it. */
  cured(name: string): void {
    const known = this.#troubles.get(name);
    if (known?.due === undefined) return;
    this.#troubles.set(name, { ...known, due: undefined });
    this.#arm();
  }

  /** It is not wanted any more. */
  forget(name: string): void {
    this.#troubles.delete(name);
  }

  /** Nobody is woken any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#troubles.clear();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const now = this.#clock.now();
    const dues = [...this.#troubles.values()].map(({ due }) => due);
    const deadline = earliest(...dues.filter((due) => !isDue(due, now)));
    if (deadline === undefined) return;
    this.#timer = setTimeout(() => this.#ring(deadline), Math.ceil(between(now, deadline)));
    this.#timer.unref();
  }

  /** Timers may be a fraction of a millisecond early, and others have to wait for longer. */
  #ring(deadline: Instant): void {
    this.#arm();
    if (isDue(deadline, this.#clock.now())) this.#wake();
  }
}
