/**
 * What a child may have put into the kernel: that of its last order, and of those before until it
 * has said that it obeys.
 */
export class Holdings<T> {
  /** Orders that may still be in force, oldest first. */
  #orders: (readonly T[])[];

  /** @param left - by processes before */
  constructor(left: readonly T[] = []) {
    this.#orders = [left];
  }

  /** A process starts; it has to look after what its predecessor held, too. */
  start(wanted: readonly T[]): void {
    this.#orders = [this.all(), wanted];
  }

  /** The process is told to hold other things. */
  change(wanted: readonly T[]): void {
    this.#orders.push(wanted);
  }

  /** The oldest order that it had not yet obeyed is in force. */
  obeyed(): void {
    if (this.#orders.length > 1) this.#orders.shift();
  }

  /** @returns everything that may be there, each thing once */
  all(): T[] {
    const things = [...new Set(this.#orders.flat())];
    // An order has nothing twice.
    if (new Set(this.#orders).size === 1) return things;
    return [...new Map(things.map((each) => [JSON.stringify(each), each])).values()];
  }

  /** Nothing is there any more. */
  clear(): void {
    this.#orders = [];
  }
}
