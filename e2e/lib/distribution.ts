/**
 * @param values - measured
 * @returns median, p95, p99 and maximum, each one of the values, to two places
 */
export function distribution(values: readonly number[]): Record<string, number> {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN).toFixed(2));
  return { median: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
