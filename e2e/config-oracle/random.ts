/** Chance with a seed, so that every run makes the same files. */
export class Random {
  #state: number;

  /** @param seed - any words; equal seeds give equal sequences */
  constructor(seed: string) {
    let hash = 0x811c_9dc5;
    for (const character of seed) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x0100_0193);
    }
    this.#state = hash >>> 0;
  }

  /** @returns a whole number from 0, below `limit` */
  below(limit: number): number {
    // Weyl sequence and mixing of splitmix32.
    this.#state = (this.#state + 0x9e37_79b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % limit;
  }

  /** @returns whether something happens that has so many chances in a hundred */
  percent(chances: number): boolean {
    return this.below(100) < chances;
  }

  /** @returns one of several, of which there is at least one */
  pick<T>(several: readonly T[]): T {
    return several[this.below(several.length)] as T;
  }

  /** @returns so many of several at most, in their order */
  some<T>(several: readonly T[], most: number): T[] {
    const kept = new Set(
      Array.from({ length: this.below(most + 1) }, () => this.below(several.length)),
    );
    return several.filter((_, i) => kept.has(i));
  }
}
