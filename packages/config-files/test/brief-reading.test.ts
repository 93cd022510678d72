import { expect, test } from 'vitest';
import type { SourceReader } from '@tandem/config';
import { readBriefly, type Engine } from '../src/brief-reading.ts';

const NODE_20 = '11.3.244.8-node.38';
const NODE_22 = '12.4.254.21-node.57';

const READING = ['--semi-space-growth-factor=1', '--max-inlined-bytecode-size-cumulative=200'];
const USUAL = ['--semi-space-growth-factor=2', '--max-inlined-bytecode-size-cumulative=920'];

/** Half of what is large. */
const FILE = { path: 'keepalived.conf', text: '#'.repeat(128 * 1024) };

function readerOf(files: number): SourceReader {
  return { read: () => Array.from({ length: files }, () => FILE) };
}

function engineOf(version: string): Engine & { readonly flags: string[] } {
  const flags: string[] = [];
  return { version, flags, setFlag: (flag) => flags.push(flag) };
}

function readInVain(reader: SourceReader): never {
  reader.read('');
  throw new Error('no memory');
}

test('V8 is told when a large configuration is read, once, and again afterwards', () => {
  const engine = engineOf(NODE_20);
  const during = readBriefly(
    readerOf(3),
    (reader) => {
      reader.read('');
      reader.read('');
      return [...engine.flags];
    },
    engine,
  );
  expect(during).toEqual(READING);
  expect(engine.flags).toEqual([...READING, ...USUAL]);
});

test('many small files are large together', () => {
  const engine = engineOf(NODE_20);
  readBriefly(readerOf(1), (reader) => [1, 2, 3].map(() => reader.read('')), engine);
  expect(engine.flags).toEqual([...READING, ...USUAL]);
});

test('V8 is as it was after a reading that failed', () => {
  const engine = engineOf(NODE_20);
  expect(() => readBriefly(readerOf(3), readInVain, engine)).toThrow('no memory');
  expect(engine.flags).toEqual([...READING, ...USUAL]);
});

test('a small configuration and a V8 of another Node are left alone', () => {
  const [small, other] = [engineOf(NODE_20), engineOf(NODE_22)];
  readBriefly(readerOf(1), (reader) => reader.read(''), small);
  readBriefly(readerOf(3), (reader) => reader.read(''), other);
  expect([small.flags, other.flags]).toEqual([[], []]);
});
