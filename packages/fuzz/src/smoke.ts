import { formatHex } from './corpus.ts';
import { Mutator } from './mutator.ts';
import { slowness } from './slow.ts';
import { stretched } from './stretched.ts';
import type { Finding, FuzzTarget } from './target.ts';

/**
 * A quick look, without any guidance: the corpus, then changed inputs, then long ones; none of them
 * may take long.
 * @param target - what to test
 * @param corpus - what to start from
 * @param options - seed of the changes, how many changed inputs, and a clock of milliseconds
 * @returns the first input that shows a bug, if there is one
 */
export function smoke(
  target: FuzzTarget,
  corpus: readonly Uint8Array[],
  options: { readonly seed: number; readonly runs: number; readonly now: () => number },
): Finding | undefined {
  const mutator = new Mutator(options.seed, corpus);
  const changed = Array.from({ length: options.runs }, () => mutator.next());
  for (const input of [...corpus, ...changed, ...stretched(corpus)]) {
    const error = errorOf(target, input, options.now);
    if (error !== undefined) return { hex: formatHex(input), error };
  }
  return undefined;
}

function errorOf(target: FuzzTarget, input: Uint8Array, now: () => number): string | undefined {
  try {
    return slowness(target, input, now);
  } catch (error) {
    return String(error);
  }
}
