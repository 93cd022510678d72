import { expect, test } from 'vitest';
import { isNoNumber, trackedNumber } from '../src/track-file.ts';

test('inventory §3.8, file: the number is what the file starts with, after blanks', () => {
  expect(trackedNumber('20\n')).toBe(20);
  expect(trackedNumber('  -130')).toBe(-130);
  expect(trackedNumber('\n+7 apples')).toBe(7);
  expect(trackedNumber('12abc')).toBe(12);
});

test('inventory §3.8, file: a file without a number holds 0', () => {
  for (const text of ['', '\n', 'abc', '- 5', '\u0000']) expect(trackedNumber(text)).toBe(0);
});

test('a file with something else in it is a mistake, an empty one is not', () => {
  for (const text of ['abc', '- 5', '\u0000', 'up\n']) expect(isNoNumber(text)).toBe(true);
  for (const text of ['', '\n', ' ', '0', ' -3\n', '7 apples'])
    expect(isNoNumber(text)).toBe(false);
});
