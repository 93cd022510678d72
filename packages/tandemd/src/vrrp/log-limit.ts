import type { Clock, Instant } from '@tandem/time';

/** Lines that may come at once; the start of a thousand instances is fewer. */
const BURST = 10_000;
/** Lines a second that may come for ever. */
const RATE = 100;

/** Keeps a flood of bad packets from becoming a flood of log lines. */
export class LogLimit {
  readonly #clock: Clock;
  #allowance = BURST;
  #updatedAt: Instant;
  #dropped = 0;

  /** @param clock - monotonic */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#updatedAt = clock.now();
  }

  /**
   * @param line - what is to be logged
   * @returns what may be logged: nothing, the line, or the line after a word about those dropped
   */
  pass(line: string): string[] {
    const now = this.#clock.now();
    const earned = ((now - this.#updatedAt) / 1000) * RATE;
    this.#allowance = Math.min(BURST, this.#allowance + earned);
    this.#updatedAt = now;
    if (this.#allowance < 1) {
      this.#dropped += 1;
      return [];
    }
    this.#allowance -= 1;
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped === 0 ? [line] : [`${dropped} log lines were dropped`, line];
  }
}
