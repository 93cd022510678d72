/** Chance that can be had again: the same seed gives the same numbers on every machine. */
export class Random {
  #state: number;

  /** @param seed - 0–4294967295 */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** @returns a number from 0 to below 1 */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** @returns a number between the two */
  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  /** @returns a whole number from `least` to `most`, both possible */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** @param probability - 0–1 */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @param choices - at least one */
  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)] as T;
  }
}
