import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compareIp,
  ipBytes,
  ipFamily,
  ipFromBytes,
  parseIp,
  type IpAddress,
} from '../src/index.ts';

const canonical: readonly (readonly [string, string])[] = [
  ['10.30.6.110', '10.30.6.110'],
  ['0.0.0.0', '0.0.0.0'],
  ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['::', '::'],
  ['::1', '::1'],
  ['fe80::', 'fe80::'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
  ['64:ff9b::10.0.0.1', '64:ff9b::a00:1'],
];

for (const [text, expected] of canonical) {
  test(`RFC 5952: ${text} is written ${expected}`, () => {
    expect(parseIp(text)).toBe(expected);
  });
}

const wrong = [
  '',
  '10.0.0',
  '10.0.0.256',
  '010.0.0.1',
  '1::2::3',
  '12345::',
  ':1',
  '1:2:3',
  'g::',
  '1.2.3.4::',
];
for (const text of wrong) {
  test(`"${text}" is no address`, () => {
    expect(parseIp(text)).toBeUndefined();
  });
}

test('text beyond the longest address is refused without being read', () => {
  expect(parseIp('1'.repeat(100_000))).toBeUndefined();
});

test('every four or sixteen bytes survive the way to text and back', () => {
  const lengths = fc.constantFrom(4, 16);
  const bytes = lengths.chain((n) => fc.uint8Array({ minLength: n, maxLength: n }));
  fc.assert(
    fc.property(bytes, (value) => {
      const address = ipFromBytes(value);
      expect(parseIp(address)).toBe(address);
      expect(ipBytes(address)).toEqual(value);
      expect(ipFamily(address)).toBe(value.length === 4 ? 4 : 6);
    }),
  );
});

test('bytes of any other length are refused', () => {
  expect(() => ipFromBytes(new Uint8Array(5))).toThrow('4 or 16 bytes');
});

test('RFC 9568 §6.4.3: addresses compare as numbers, not as text', () => {
  const order = ['9.0.0.1', '10.0.0.2', '10.0.0.11', '200.0.0.1', '::1', 'fe80::1'];
  const shuffled = order.toReversed().map((text) => parseIp(text) as IpAddress);
  expect(shuffled.sort(compareIp)).toEqual(order);
  expect(compareIp('10.0.0.2' as IpAddress, '10.0.0.2' as IpAddress)).toBe(0);
});
