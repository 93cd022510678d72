import { formatHex } from './corpus.ts';
import { Mutator } from './mutator.ts';
import type { Finding, FuzzTarget } from './target.ts';

/**
 * A quick look, without any guidance: the corpus, then changed inputs.
 * @param target - what to test
 * @param corpus - what to start from
 * @param options - seed of the changes, and how many changed inputs
 * @returns the first input that shows a bug, if there is one
 */
export function smoke(
  target: FuzzTarget,
  corpus: readonly Uint8Array[],
  options: { readonly seed: number; readonly runs: number },
): Finding | undefined {
  const mutator = new Mutator(options.seed, corpus);
  for (let i = -corpus.length; i < options.runs; i += 1) {
    const input = corpus[i + corpus.length] ?? mutator.next();
    try {
      target.read(input);
    } catch (error) {
      return { hex: formatHex(input), error: String(error) };
    }
  }
  return undefined;
}
