import type { Duration } from './duration.ts';
import type { Instant } from './instant.ts';
import { after, instant } from './instant.ts';

/** Where a driver reads the time; machines are given the instant instead. */
export interface Clock {
  /** @returns the present on the monotonic clock */
  now(): Instant;
}

/** A clock for tests: it moves when it is told to. */
export class ManualClock implements Clock {
  #now: Instant;

  /** @param start - first reading, milliseconds */
  constructor(start = 0) {
    this.#now = instant(start);
  }

  now(): Instant {
    return this.#now;
  }

  /**
   * @param duration - how far to move on; not negative
   * @returns the new reading
   */
  advance(duration: Duration): Instant {
    this.#now = after(this.#now, duration);
    return this.#now;
  }
}
