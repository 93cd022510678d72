import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CachedBundle, doubled } from '../src/code-cache.ts';

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
  return new CachedBundle(folder, { name: 'program' }, createRequire(import.meta.url));
}

function makeBundle(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-code-cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'chunks'));
  mkdirSync(bundleIn(folder).caches, { recursive: true });
  for (const [name, text] of Object.entries(CHUNKS))
    writeFileSync(join(folder, 'chunks', name), text);
  return folder;
}

function writeCaches(folder: string): void {
  const bundle = bundleIn(folder);
  bundle.load('main.cjs');
  for (const [name, script] of bundle.scripts)
    writeFileSync(join(bundle.caches, name), doubled(script.createCachedData()));
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
      writeFileSync(join(bundleIn(folder).caches, name), damage);
    expect(bundleIn(folder).load('main.cjs')).toMatchObject({ answer: 42 });
  }
});

test('a program runs with a cache that was cut off', () => {
  const folder = makeBundle();
  writeCaches(folder);
  for (const name of Object.keys(CHUNKS)) {
    const path = join(bundleIn(folder).caches, name);
    truncateSync(path, Math.floor(statSync(path).size / 2));
  }
  expect(bundleIn(folder).load('main.cjs')).toMatchObject({ answer: 42 });
});

test('a cache of which a disk has lost the end, a page or a bit, and which V8 would crash of, is not used', () => {
  const folder = makeBundle();
  const parts = Array.from({ length: 200 }, (_, n) => `exports.f${n} = (a) => a + 'number ${n}';`);
  const text = `(function ({ exports }) { ${parts.join('\n')} })`;
  for (const name of Object.keys(CHUNKS)) writeFileSync(join(folder, 'chunks', name), text);
  writeCaches(folder);
  const path = join(bundleIn(folder).caches, 'main.cjs');
  const contents = readFileSync(path);
  const rejected = (bytes: Buffer): unknown => {
    writeFileSync(path, bytes);
    const bundle = bundleIn(folder);
    expect(Object.keys(bundle.load('main.cjs') as object)).toHaveLength(200);
    return bundle.scripts.get('main.cjs')?.cachedDataRejected;
  };
  expect(rejected(contents)).toBe(false);
  const half = Math.floor(contents.length / 2);
  expect(rejected(Buffer.from(contents).fill(0, half))).toBeUndefined();
  expect(rejected(Buffer.from(contents).fill(0, half, half + 4096))).toBeUndefined();
  for (const at of [0, 1001, half - 1, half, contents.length - 1]) {
    const damaged = Buffer.from(contents);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    expect(rejected(damaged)).toBeUndefined();
  }
  expect(rejected(contents.subarray(1))).toBeUndefined();
  expect(rejected(contents.subarray(0, -1))).toBeUndefined();
});

test('a chunk that two others load runs once', () => {
  const bundle = bundleIn(makeBundle());
  expect(bundle.load('main.cjs')).toBe(bundle.load('main.cjs'));
});

test('caches of another Node are not used, though V8 has the same number', () => {
  const folder = makeBundle();
  writeCaches(folder);
  vi.spyOn(process, 'version', 'get').mockReturnValue('v20.99.0');
  onTestFinished(() => void vi.restoreAllMocks());
  const bundle = bundleIn(folder);
  bundle.load('main.cjs');
  expect([...bundle.scripts.values()].map((script) => script.cachedDataRejected)).toEqual([
    undefined,
    undefined,
  ]);
});

test('a chunk that is missing is missing each time, and loads once it is there', () => {
  const folder = makeBundle();
  const [path, elsewhere] = [join(folder, 'chunks/double.cjs'), join(folder, 'double.cjs')];
  renameSync(path, elsewhere);
  const bundle = bundleIn(folder);
  for (const chunk of ['double.cjs', 'double.cjs', 'main.cjs', 'main.cjs'])
    expect(() => bundle.load(chunk)).toThrow('ENOENT');
  renameSync(elsewhere, path);
  expect(bundle.load('main.cjs')).toMatchObject({ answer: 42 });
});
