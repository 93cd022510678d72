/** Who is due first, of many whose deadlines change all the time. */
import type { Instant } from './instant.ts';

/** A place in the heap; belongs to one that waits. */
export interface HeapEntry {
  /** Not to be changed while it is in the heap. */
  at: Instant;
  /** Where in the heap; below 0 outside. */
  index: number;
}

/** A binary heap that its entries can leave from anywhere. */
export class DeadlineHeap<T extends HeapEntry> {
  readonly #entries: T[] = [];

  /** The earliest, if there is one. */
  get first(): T | undefined {
    return this.#entries[0];
  }

  /** @param entry - not in the heap */
  insert(entry: T): void {
    this.#rise(entry, this.#entries.length);
  }

  /** @param entry - in the heap, or not */
  remove(entry: T): void {
    const { index } = entry;
    if (index < 0) return;
    entry.index = -1;
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    this.#sink(last, index);
    this.#rise(last, last.index);
  }

  #rise(entry: T, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = this.#entries[(index - 1) >> 1];
      if (parent === undefined || parent.at <= entry.at) break;
      index = this.#put(parent, index, parent.index);
    }
    this.#put(entry, index, index);
  }

  #sink(entry: T, from: number): void {
    let index = from;
    for (;;) {
      const left = this.#entries[2 * index + 1];
      const right = this.#entries[2 * index + 2];
      const child = right !== undefined && left !== undefined && right.at < left.at ? right : left;
      if (child === undefined || child.at >= entry.at) break;
      index = this.#put(child, index, child.index);
    }
    this.#put(entry, index, index);
  }

  /** @returns the place that is free now */
  #put(entry: T, index: number, free: number): number {
    this.#entries[index] = entry;
    entry.index = index;
    return free;
  }
}
