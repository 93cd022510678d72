export { formatCorpus, formatHex, parseCorpus, parseHex } from './corpus.ts';
export { Mutator } from './mutator.ts';
export { smoke } from './smoke.ts';
export type { Finding, FuzzTarget } from './target.ts';
