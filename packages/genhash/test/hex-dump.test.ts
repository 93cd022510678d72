import { expect, test } from 'vitest';
import { formatHexDump } from '../src/hex-dump.ts';

test('rows keep their width, also a short one', () => {
  expect(formatHexDump(Buffer.from('hello world.'))).toBe(
    '0000  68 65 6c 6c 6f 20 77 6f - 72 6c 64 2e               hello world.    \n',
  );
  expect(formatHexDump(Buffer.from('ab'))).toBe(
    '0000  61 62                   -                           ab              \n',
  );
});

test('no bytes, no rows', () => {
  expect(formatHexDump(new Uint8Array())).toBe('');
});
