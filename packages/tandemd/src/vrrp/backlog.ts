/** One address is put on in about a tenth of a millisecond. */
const PER_TURN = 16;

/**
 * Spreads what may wait over the turns of the event loop: one piece goes on at once, others wait for
 * all that the turn has found due, and then a few are done in each turn. A thousand instances that
 * become master at once send their adverts first and in time, however long the kernel takes with
 * their addresses; an instance that does so alone loses no time.
 */
export class Backlog {
  readonly #waiting: (() => void)[] = [];
  #planned = false;

  /** @returns when it is the caller's turn; in the order of the calls */
  turn(): Promise<void> {
    if (!this.#planned) {
      this.#plan();
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #plan(): void {
    this.#planned = true;
    setImmediate(() => this.#serve());
  }

  #serve(): void {
    this.#planned = false;
    if (this.#waiting.length > 0) this.#plan();
    for (const resolve of this.#waiting.splice(0, PER_TURN)) resolve();
  }
}
