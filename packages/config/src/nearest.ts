/** Fewer letters begin too many words. */
const COMPLETED_LENGTH_MIN = 3;

/**
 * The candidate that a misspelt word most likely meant.
 * @param word - as written; long ones are not compared
 * @param candidates - known words
 * @returns the nearest by edit distance (a swap of neighbours counts once), else the only one that begins like
 *   it; undefined when none is near
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined;
  const wanted = word.toLowerCase();
  const known = [...candidates];
  let best: string | undefined;
  let bestDistance = Math.floor((word.length + 1) / 3) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? completion(wanted, known);
}

/** Names of a configuration that are compared with misspelt ones, in all; nobody reads more hints. */
const COMPARISONS_MAX = 50_000;

/** `nearest` among names that a configuration gives itself, any number of them. */
export type NearestName = (
  word: string,
  names: Pick<ReadonlySet<string>, 'size' | 'keys'>,
) => string | undefined;

/** @returns a search that finds nothing any more once it has compared enough */
export function createNearestName(): NearestName {
  let left = COMPARISONS_MAX;
  return (word, names) => {
    left -= names.size;
    return left < 0 ? undefined : nearest(word, names.keys());
  };
}

/** @returns the only candidate that begins with the word */
function completion(wanted: string, candidates: readonly string[]): string | undefined {
  if (wanted.length < COMPLETED_LENGTH_MIN) return undefined;
  const longer = candidates.filter((each) => each.toLowerCase().startsWith(wanted));
  return longer.length === 1 ? longer[0] : undefined;
}

/** Optimal string alignment distance; both words are short. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (row[j - 1] ?? 0) + 1,
        (last[j] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
