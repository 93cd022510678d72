import { expect, test } from 'vitest';
import { addressesOf, parseIpRange } from '../src/index.ts';

function all(text: string): readonly string[] | string {
  const range = parseIpRange(text);
  return range.ok ? addressesOf(range.value) : range.reason;
}

test('a range is an address, one to a last number or address, or a whole network', () => {
  expect(all('10.0.0.1')).toEqual(['10.0.0.1']);
  expect(all('10.0.0.9-11')).toEqual(['10.0.0.9', '10.0.0.10', '10.0.0.11']);
  expect(all('10.0.0.255-10.0.1.1')).toEqual(['10.0.0.255', '10.0.1.0', '10.0.1.1']);
  expect(all('fd00::fe-101')).toEqual(['fd00::fe', 'fd00::ff', 'fd00::100', 'fd00::101']);
  expect(all('fd00::fffe/127')).toEqual(['fd00::fffe', 'fd00::ffff']);
  expect(all('10.0.0.4/30')).toEqual(['10.0.0.4', '10.0.0.5', '10.0.0.6', '10.0.0.7']);
  expect(all('10.1.0.0/16')).toHaveLength(65_536);
});

test('what is no range says why', () => {
  expect(all('10.0.0.9-8')).toBe('backwards');
  expect(all('10.0.0.1/24')).toBe('host-bits');
  expect(all('10.0.0.0/15')).toBe('too-many');
  expect(all('fd00::/64')).toBe('too-many');
  for (const text of ['', 'web', '10.0.0.1-256', '10.0.0.1-fd00::1', '10.0.0.1-2-3', '10.0.0.0/33'])
    expect(all(text)).toBe('not-a-range');
});
