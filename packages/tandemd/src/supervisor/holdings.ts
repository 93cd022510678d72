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
    const before = this.all();
    this.#orders = [before, asBefore(wanted, before)];
  }

  /** The process is told to hold other things. */
  change(wanted: readonly T[]): void {
    this.#orders.push(asBefore(wanted, this.#orders.at(-1) ?? []));
  }

  /** The oldest order that it had not yet obeyed is in force. */
  obeyed(): void {
    if (this.#orders.length > 1) this.#orders.shift();
  }

  /** @returns everything that may be there, each thing once */
  all(): readonly T[] {
    const [first = [], ...others] = this.#orders;
    // An order has nothing twice.
    if (others.every((each) => each === first)) return first;
    const things = [...new Set(this.#orders.flat())];
    return [...new Map(things.map((each) => [JSON.stringify(each), each])).values()];
  }

  /** Nothing is there any more. */
  clear(): void {
    this.#orders = [];
  }
}

/** @returns the order before, where the wanted one says the same: then there is nothing to compare */
function asBefore<T>(wanted: readonly T[], before: readonly T[]): readonly T[] {
  const isSame = (each: T, i: number): boolean =>
    each === before[i] || JSON.stringify(each) === JSON.stringify(before[i]);
  return wanted.length === before.length && wanted.every(isSame) ? before : wanted;
}
