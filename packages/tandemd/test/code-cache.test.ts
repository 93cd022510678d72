import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CachedBundle } from '../src/code-cache.ts';

const CHUNKS = {
  'main.cjs': `(function (module, require, importMetaUrl) {
const { double } = require('./double.cjs');
const { basename } = require('node:path');
module.exports = { answer: double(21), place: basename(importMetaUrl), again: require('./main.cjs') };
})`,
  'double.cjs': `(function (module) {
module.exports.double = (number) => 2 * number;
})`,
};

function bundleIn(folder: string): CachedBundle {
  return new CachedBundle(folder, 'program', createRequire(import.meta.url));
}

function makeBundle(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-code-cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'chunks'));
  mkdirSync(join(folder, 'caches/program'), { recursive: true });
  for (const [name, text] of Object.entries(CHUNKS))
    writeFileSync(join(folder, 'chunks', name), text);
  return folder;
}

function writeCaches(folder: string): void {
  const bundle = bundleIn(folder);
  bundle.load('main.cjs');
  for (const [name, script] of bundle.scripts)
    writeFileSync(join(folder, 'caches/program', name), script.createCachedData());
}

test('a program runs from its caches, with its chunks and those of Node', () => {
  const folder = makeBundle();
  writeCaches(folder);
  const bundle = bundleIn(folder);
  expect(bundle.load('main.cjs')).toMatchObject({ answer: 42, place: 'program.cjs' });
  expect([...bundle.scripts].map(([name, script]) => [name, script.cachedDataRejected])).toEqual([
    ['main.cjs', false],
    ['double.cjs', false],
  ]);
});

test('a program runs without caches, and with such as V8 does not accept', () => {
  const folder = makeBundle();
  expect(bundleIn(folder).load('main.cjs')).toMatchObject({ answer: 42 });
  for (const damage of ['', 'no cache of V8']) {
    for (const name of Object.keys(CHUNKS))
      writeFileSync(join(folder, 'caches/program', name), damage);
    expect(bundleIn(folder).load('main.cjs')).toMatchObject({ answer: 42 });
  }
});

test('a program runs with a cache that was cut off', () => {
  const folder = makeBundle();
  writeCaches(folder);
  for (const name of Object.keys(CHUNKS)) {
    const path = join(folder, 'caches/program', name);
    truncateSync(path, Math.floor(statSync(path).size / 2));
  }
  expect(bundleIn(folder).load('main.cjs')).toMatchObject({ answer: 42 });
});

test('a chunk that two others load runs once', () => {
  const bundle = bundleIn(makeBundle());
  expect(bundle.load('main.cjs')).toBe(bundle.load('main.cjs'));
});
