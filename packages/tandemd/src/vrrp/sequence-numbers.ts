/**
 * Numbers of authentication headers, which never fall in the life of an instance: its peers drop
 * what is not above all they have heard, and would become master beside it.
 */

import { nextStamp } from '@tandem/vrrp';

/** More numbers than are used before the highest is told again. */
export const UNTOLD_MAX = 1000;

/** From which the wall clock counts, and by how many it goes on in a second. */
const [EPOCH_MS, PER_SECOND] = [Date.UTC(2026), 10];

/**
 * One counter per instance. Adverts with AH are at least a second apart, so that a start at ten
 * times that pace is above all that was sent before, and even makes up for a clock that was put
 * back by most of the time for which the predecessor ran. More to the second would begin anew the
 * sooner: these after 13 years, a thousand to the second after seven weeks.
 */
export class SequenceNumbers {
  readonly #last = new Map<string, number>();
  #highest: number;
  #told = -Infinity;
  readonly #tell: (highest: number) => void;
  #stamp: bigint | undefined;

  /**
   * @param epochMs - wall clock; before 2026 it is taken for not yet set
   * @param inherited - highest number that a predecessor may have used, 0 for none
   * @param tell - called with a number that has just been used, the first and some later ones
   */
  constructor(
    epochMs: number,
    inherited: number,
    tell: (highest: number) => void = () => undefined,
  ) {
    this.#tell = tell;
    const sinceEpoch = Math.max(0, Math.floor(((epochMs - EPOCH_MS) / 1000) * PER_SECOND));
    this.#highest = Math.max(sinceEpoch >>> 0, inherited);
  }

  /** At or above every number handed out. */
  get highest(): number {
    return this.#highest;
  }

  /**
   * @param instance - its name; a new one may be an old one renamed, and begins above all others
   * @returns the number of its next advert, 0–4294967295
   */
  next(instance: string): number {
    const number = ((this.#last.get(instance) ?? this.#highest) + 1) >>> 0;
    this.#last.set(instance, number);
    this.#highest = Math.max(this.#highest, number);
    this.#tellInTime();
    return number;
  }

  #tellInTime(): void {
    if (this.#highest < this.#told + UNTOLD_MAX / 2) return;
    this.#told = this.#highest;
    this.#tell(this.#highest);
  }

  /**
   * Stamps need no memory of a predecessor: they are the time.
   * @param epochMs - wall clock, in milliseconds since 1970
   * @returns the stamp of the next signed advert of any instance
   */
  stamp(epochMs: number): bigint {
    this.#stamp = nextStamp(this.#stamp, epochMs);
    return this.#stamp;
  }
}
