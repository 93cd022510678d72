import { expect, test } from 'vitest';
import {
  formatPrefix,
  parseIp,
  parsePrefix,
  prefixContains,
  type IpAddress,
  type Prefix,
} from '../src/index.ts';

test('a prefix keeps its host bits and its length', () => {
  expect(parsePrefix('10.30.6.110/24')).toEqual({ address: '10.30.6.110', length: 24 });
  expect(formatPrefix(parsePrefix('10.30.6.110/24') as Prefix)).toBe('10.30.6.110/24');
});

test('without a length every bit counts', () => {
  expect(parsePrefix('10.0.0.1')?.length).toBe(32);
  expect(parsePrefix('2001:db8::1')?.length).toBe(128);
});

for (const text of [
  '10.0.0.1/33',
  '10.0.0.1/',
  '10.0.0.1/-1',
  '2001:db8::/129',
  'x/8',
  '10.0.0.1/8/8',
]) {
  test(`"${text}" is no prefix`, () => {
    expect(parsePrefix(text)).toBeUndefined();
  });
}

const cases: readonly (readonly [string, string, boolean])[] = [
  ['10.30.6.110/24', '10.30.6.1', true],
  ['10.30.6.110/24', '10.30.7.1', false],
  ['10.30.6.0/23', '10.30.7.255', true],
  ['10.30.6.0/0', '200.1.1.1', true],
  ['10.0.0.1/32', '10.0.0.1', true],
  ['2001:db8::/33', '2001:db8:8000::', false],
  ['2001:db8::/32', '10.0.0.1', false],
];
for (const [network, address, inside] of cases) {
  test(`${address} is ${inside ? 'inside' : 'outside'} ${network}`, () => {
    expect(prefixContains(parsePrefix(network) as Prefix, parseIp(address) as IpAddress)).toBe(
      inside,
    );
  });
}
