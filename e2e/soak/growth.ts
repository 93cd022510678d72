/** Memory of a process over time, in MiB. */
export interface MemoryUse {
  readonly first: number;
  readonly most: number;
  /** The least of each of four quarters, for what is left after a garbage collection. */
  readonly secondQuarter: number;
  readonly lastQuarter: number;
}

/**
 * @param values - at even times, at least one
 * @returns what can be said of how it grows
 */
export function growth(values: readonly number[]): MemoryUse {
  const quarter = Math.max(1, Math.floor(values.length / 4));
  const least = (from: number): number => Math.min(...values.slice(from, from + quarter));
  return {
    first: rounded(values[0] ?? Number.NaN),
    most: rounded(Math.max(...values)),
    secondQuarter: rounded(least(Math.min(quarter, values.length - 1))),
    lastQuarter: rounded(least(values.length - quarter)),
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(1));
}
