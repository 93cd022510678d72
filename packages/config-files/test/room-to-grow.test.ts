import { expect, test } from 'vitest';
import type { SourceReader } from '@tandem/config';
import { readWithoutGrowth, type Engine } from '../src/room-to-grow.ts';

const NODE_20 = '11.3.244.8-node.38';
const NODE_22 = '12.4.254.21-node.57';

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

test('a large configuration is read without more room for new objects, and the room grows again afterwards', () => {
  const engine = engineOf(NODE_20);
  const during = readWithoutGrowth(
    readerOf(3),
    (reader) => {
      reader.read('');
      reader.read('');
      return [...engine.flags];
    },
    engine,
  );
  expect(during).toEqual(['--semi-space-growth-factor=1']);
  expect(engine.flags).toEqual([...during, '--semi-space-growth-factor=2']);
});

test('many small files are large together', () => {
  const engine = engineOf(NODE_20);
  readWithoutGrowth(readerOf(1), (reader) => [1, 2, 3].map(() => reader.read('')), engine);
  expect(engine.flags).toHaveLength(2);
});

test('the room grows again after a reading that failed', () => {
  const engine = engineOf(NODE_20);
  expect(() => readWithoutGrowth(readerOf(3), readInVain, engine)).toThrow('no memory');
  expect(engine.flags.at(-1)).toBe('--semi-space-growth-factor=2');
});

test('a small configuration and a V8 of another Node are left alone', () => {
  const [small, other] = [engineOf(NODE_20), engineOf(NODE_22)];
  readWithoutGrowth(readerOf(1), (reader) => reader.read(''), small);
  readWithoutGrowth(readerOf(3), (reader) => reader.read(''), other);
  expect([small.flags, other.flags]).toEqual([[], []]);
});
