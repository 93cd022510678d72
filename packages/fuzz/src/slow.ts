import type { FuzzTarget } from './target.ts';

/** No input may take longer, at the best of several times: a busy machine makes anything slow for once. */
const SLOW_MS = 100;
const TIMES = 5;

/**
 * @param target - that reads
 * @param input - for it
 * @param now - in milliseconds
 * @returns how long it took, where that is too long; what the target throws comes through
 */
export function slowness(
  target: FuzzTarget,
  input: Uint8Array,
  now: () => number,
): string | undefined {
  let took = Infinity;
  for (let i = 0; i < TIMES && took > SLOW_MS; i += 1) {
    const began = now();
    target.read(input);
    took = Math.min(took, now() - began);
  }
  return took > SLOW_MS ? `read in ${Math.round(took)} ms` : undefined;
}
