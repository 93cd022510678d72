/** First in, first out; taking is cheap however long the queue is. */
export class RequestQueue<T> {
  #items: T[] = [];
  #head = 0;

  /** How many wait. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The next, which stays; undefined when none waits. */
  peek(): T | undefined {
    return this.#items[this.#head];
  }

  /** Takes the next; undefined when none waits. */
  take(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    // What was taken is let go, seldom enough to cost nothing.
    if (this.#head === this.#items.length || this.#head >= 4096) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Puts one at the end. */
  push(item: T): void {
    this.#items.push(item);
  }

  /** Puts one before all others. */
  putBack(item: T): void {
    this.#items.splice(this.#head, 0, item);
  }

  /** Takes all that wait. */
  drain(): T[] {
    const items = this.#items.slice(this.#head);
    this.#items = [];
    this.#head = 0;
    return items;
  }
}
