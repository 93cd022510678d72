/** One address is put on in about a tenth of a millisecond. */
const PER_TURN = 16;

/**
 * Spreads what may wait over the turns of the event loop: a few pieces in each, after all that the
 * turn has found due. A thousand instances that become master at once send their adverts first and
 * in time, however long the kernel takes with their addresses.
 */
export class Backlog {
  readonly #waiting: (() => void)[] = [];
  #planned = false;

  /** @returns when it is the caller's turn; in the order of the calls */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#plan();
    });
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(() => this.#serve());
  }

  #serve(): void {
    this.#planned = false;
    for (const resolve of this.#waiting.splice(0, PER_TURN)) resolve();
    if (this.#waiting.length > 0) this.#plan();
  }
}
