/** Several that are made one by one, as they are due. */
class Series<T> {
  readonly #make: (index: number) => T;
  readonly #count: number;
  #index = 0;
  #next: T | undefined;

  constructor(count: number, make: (index: number) => T) {
    this.#count = count;
    this.#make = make;
  }

  get next(): T {
    return (this.#next ??= this.#make(this.#index));
  }

  /** @returns whether that was the last one */
  advance(): boolean {
    this.#next = undefined;
    this.#index += 1;
    return this.#index === this.#count;
  }
}

/** First in, first out; taking is cheap however long the queue is. */
export class RequestQueue<T> {
  #items: (T | Series<T>)[] = [];
  #head = 0;
  #length = 0;

  /** How many wait. */
  get length(): number {
    return this.#length;
  }

  /** The next, which stays; undefined when none waits. */
  peek(): T | undefined {
    const item = this.#items[this.#head];
    return item instanceof Series ? item.next : item;
  }

  /** Takes the next; undefined when none waits. */
  take(): T | undefined {
    const next = this.peek();
    if (next === undefined) return undefined;
    this.#length -= 1;
    const item = this.#items[this.#head];
    if (item instanceof Series && !item.advance()) return next;
    this.#head += 1;
    // What was taken is let go, seldom enough to cost nothing.
    if (this.#head === this.#items.length || this.#head >= 4096) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    return next;
  }

  /** Puts one at the end. */
  push(item: T): void {
    this.#items.push(item);
    this.#length += 1;
  }

  /**
   * Puts several at the end, which take up no memory before it is their turn.
   * @param count - how many; with 0 nothing happens
   * @param make - called once for each, in order
   */
  pushSeries(count: number, make: (index: number) => T): void {
    if (count === 0) return;
    this.#items.push(new Series(count, make));
    this.#length += count;
  }

  /** Puts one before all others. */
  putBack(item: T): void {
    this.#items.splice(this.#head, 0, item);
    this.#length += 1;
  }

  /** Takes all that wait. */
  drain(): T[] {
    const all: T[] = [];
    for (let next = this.take(); next !== undefined; next = this.take()) all.push(next);
    return all;
  }
}
