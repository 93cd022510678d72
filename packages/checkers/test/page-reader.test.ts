import { expect, test } from 'vitest';
import { PageReader } from '../src/page-reader.ts';

const MEGABYTE = 1024 * 1024;
const NEVER = { source: 'never', flags: '', utf: false, noMatch: false, offsetMin: 0 };

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('an answer of a million pieces takes no more memory than one of a few', () => {
  const before = memory();
  const reader = new PageReader({ regex: NEVER });
  reader.read(Buffer.from('HTTP/1.0 200 OK\r\n\r\n'));
  const piece = Buffer.from('x');
  for (let i = 0; i < MEGABYTE; i += 1) reader.read(piece);
  expect(memory() - before).toBeLessThan(64 * MEGABYTE);
  expect(reader.finish()).toMatchObject({ bodyBytes: MEGABYTE, found: false });
});

test('a header that comes byte by byte ends where it ends, and is given up where it does not', () => {
  const header = Buffer.from(`HTTP/1.0 200 OK\r\nX: ${'x'.repeat(65_000)}\r\n\r\n`);
  const [reader, endless] = [new PageReader(), new PageReader()];
  for (const byte of header) reader.read(Buffer.of(byte));
  reader.read(Buffer.from('body'));
  expect(reader.finish()).toMatchObject({ statusCode: 200, bodyBytes: 4 });
  let pieces = 0;
  while (endless.read(Buffer.from('x')) === undefined && pieces < MEGABYTE) pieces += 1;
  expect(pieces).toBe(65_536);
});
