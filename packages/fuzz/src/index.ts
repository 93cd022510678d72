export { formatCorpus, formatHex, parseCorpus, parseHex } from './corpus.ts';
export { Mutator } from './mutator.ts';
export { slowness } from './slow.ts';
export { smoke } from './smoke.ts';
export { stretched } from './stretched.ts';
export type { Finding, FuzzTarget } from './target.ts';
