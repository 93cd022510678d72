import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseCorpus, smoke, type FuzzTarget } from '../src/index.ts';

const PACKAGES = new URL('../../', import.meta.url);
const RUNS = 5000;
const now = (): number => performance.now();

/** Targets of all packages, without suffix. */
const TARGETS = readdirSync(PACKAGES, { recursive: true, encoding: 'utf8' })
  .filter((file) => /^[^/]+\/test\/fuzz\/[^/]+\.ts$/.test(file))
  .map((file) => file.replace(/\.ts$/, ''));

test.each(TARGETS)(
  '%s: nothing in its corpus, or changed by chance, or long, makes it throw or takes long',
  async (path) => {
    const target = (await import(new URL(`${path}.ts`, PACKAGES).href)) as FuzzTarget;
    const corpus = parseCorpus(readFileSync(new URL(`${path}.corpus`, PACKAGES), 'utf8'));
    expect(corpus.length).toBeGreaterThan(0);
    expect(smoke(target, corpus, { seed: 1, runs: RUNS, now })).toBeUndefined();
  },
);
