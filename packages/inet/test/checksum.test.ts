import fc from 'fast-check';
import { expect, test } from 'vitest';
import { internetChecksum } from '../src/index.ts';

test("RFC 1071 §3: the document's own example", () => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
  expect(internetChecksum(bytes)).toBe(0xffff - 0xddf2);
});

test('a captured version 2 advertisement of keepalived sums to zero', () => {
  const hex = '213364020101281a0a4d00640a4d00657365637265740000';
  expect(internetChecksum(Buffer.from(hex, 'hex'))).toBe(0);
});

test('data that carries its own checksum sums to zero, however it is cut at even places', () => {
  const even = fc
    .uint8Array({ minLength: 2, maxLength: 200 })
    .map((b) => b.subarray(0, b.length & ~1));
  fc.assert(
    fc.property(even, (bytes) => {
      const sum = internetChecksum(bytes);
      const check = Uint8Array.of(sum >> 8, sum & 0xff);
      expect(internetChecksum(bytes, check)).toBe(0);
    }),
  );
});

test('a part of odd length is padded with a zero octet', () => {
  expect(internetChecksum(Uint8Array.of(0x12))).toBe(internetChecksum(Uint8Array.of(0x12, 0)));
});
