/** The golden ratio less 1: no other step keeps the numbers so far from each other. */
const STEP = (Math.sqrt(5) - 1) / 2;

/**
 * Chance that spreads what is due again and again: checks whose turns fell together would make each
 * other late, and of a thousand numbers drawn one by one many do.
 * @param first - 0 up to, not including, 1
 * @returns a function whose values, from `first` on, are in the same range, and of any number of them
 *   no two are nearer to each other than 38 % of what would be even
 */
export function evenChance(first: number): () => number {
  let next = first;
  return () => {
    const value = next;
    next = (value + STEP) % 1;
    return value;
  };
}
