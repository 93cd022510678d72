import { expect, test } from 'vitest';
import { macBytes, macFromBytes, parseMac, type MacAddress } from '../src/index.ts';

test('hardware addresses are written in lower case and survive the way to bytes and back', () => {
  expect(parseMac('00:00:5E:00:01:0A')).toBe('00:00:5e:00:01:0a');
  const bytes = Uint8Array.of(0, 0, 0x5e, 0, 1, 10);
  expect(macFromBytes(bytes)).toBe('00:00:5e:00:01:0a');
  expect(macBytes('00:00:5e:00:01:0a' as MacAddress)).toEqual(bytes);
});

test('what is not six hex pairs is no hardware address', () => {
  for (const text of ['', '00:00:5e:00:01', '00-00-5e-00-01-0a', '00:00:5e:00:01:0g']) {
    expect(parseMac(text)).toBeUndefined();
  }
  expect(() => macFromBytes(new Uint8Array(8))).toThrow('6 bytes');
});
