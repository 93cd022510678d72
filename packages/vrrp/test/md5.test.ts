import { expect, test } from 'vitest';
import { hmacMd5, md5 } from '../src/md5.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test.each([
  ['', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    '57edf4a22be3c955ac49da2e2107b67a',
  ],
])('RFC 1321 §A.5: MD5 of %j', (text, digest) => {
  expect(hex(md5(Buffer.from(text)))).toBe(digest);
});

test.each([
  [Buffer.alloc(16, 0x0b), Buffer.from('Hi There'), '9294727a3638bb1c13f48ef8158bfc9d'],
  [
    Buffer.from('Jefe'),
    Buffer.from('what do ya want for nothing?'),
    '750c783e6ab0b503eaa86e310a5db738',
  ],
  [Buffer.alloc(16, 0xaa), Buffer.alloc(50, 0xdd), '56be34521d144c88dbb8c733f0e8b3f6'],
  [
    Buffer.alloc(80, 0xaa),
    Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'),
    '6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd',
  ],
])('RFC 2202 §2: HMAC-MD5 (%#)', (key, data, digest) => {
  expect(hex(hmacMd5(key, data))).toBe(digest);
});
