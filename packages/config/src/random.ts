/** Gives whole numbers 0–0xffffffff, one after the other. */
export type Random = () => number;

/**
 * A small generator for `_RANDOM`, the same on every box and run for one seed; nothing secret may
 * come from it.
 * @param seed - any whole number
 * @see https://en.wikipedia.org/wiki/Weyl_sequence and the finaliser of MurmurHash3
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85eb_ca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
}
