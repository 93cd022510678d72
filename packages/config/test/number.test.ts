import { expect, test } from 'vitest';
import { parseDecimal, parseInteger, parsePrefixedInteger } from '../src/number.ts';

test.each([
  ['10', 10],
  ['-1', -1],
  ['+1', 1],
  ['010', 10],
  ['', undefined],
  ['0x10', undefined],
  ['1.5', undefined],
  ['1e3', undefined],
  ['9007199254740993', undefined],
])('the integer %j is %s', (text, value) => {
  expect(parseInteger(text)).toBe(value);
});

test.each([
  ['1', 1_000_000],
  ['0.25', 250_000],
  ['.5', 500_000],
  ['1.', 1_000_000],
  ['0.000001', 1],
  ['-2', -2_000_000],
  ['0.0000001', undefined],
  ['.', undefined],
  ['1,5', undefined],
])('the decimal %j is %s millionths', (text, value) => {
  expect(parseDecimal(text, 6)).toBe(value);
});

test.each([
  ['0x10', 16],
  ['010', 8],
  ['10', 10],
  ['08', 8],
  ['0xg', undefined],
])('the prefixed integer %j is %s', (text, value) => {
  expect(parsePrefixedInteger(text)).toBe(value);
});
