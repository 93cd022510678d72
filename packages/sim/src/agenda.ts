interface Entry {
  readonly at: number;
  /** Of what is due at the same time, the first to be entered is the first to be done. */
  readonly order: number;
  readonly action: () => void;
}

/** Virtual time: what is to be done, and when, in milliseconds from the beginning. */
export class Agenda {
  #now = 0;
  #order = 0;
  /** A heap: no entry is due before its parent. */
  readonly #entries: Entry[] = [];

  /** The time of what is being done. */
  get now(): number {
    return this.#now;
  }

  /** @param at - not in the past */
  enter(at: number, action: () => void): void {
    this.#order += 1;
    const entry = { at, order: this.#order, action };
    const entries = this.#entries;
    let place = entries.length;
    entries.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = entries[parent] as Entry;
      if (!isBefore(entry, above)) break;
      entries[place] = above;
      place = parent;
    }
    entries[place] = entry;
  }

  /**
   * Does what comes next.
   * @param end - nothing after it is done
   * @returns whether there was anything
   */
  proceed(end: number): boolean {
    const next = this.#entries[0];
    if (next === undefined || next.at > end) return false;
    this.#removeFirst();
    this.#now = next.at;
    next.action();
    return true;
  }

  #removeFirst(): void {
    const entries = this.#entries;
    const last = entries.pop() as Entry;
    if (entries.length === 0) return;
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= entries.length) break;
      const right = entries[child + 1];
      if (right !== undefined && isBefore(right, entries[child] as Entry)) child += 1;
      if (!isBefore(entries[child] as Entry, last)) break;
      entries[place] = entries[child] as Entry;
      place = child;
    }
    entries[place] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
