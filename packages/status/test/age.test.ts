import { expect, test } from 'vitest';
import { formatAge } from '../src/index.ts';

const cases: readonly (readonly [number, string])[] = [
  [-5, '0 s'],
  [0, '0 s'],
  [12_900, '12 s'],
  [60_000, '1 min'],
  [3_725_000, '1 h 2 min'],
  [90_061_000, '1 d 1 h'],
  [86_401_000, '1 d'],
];
for (const [milliseconds, text] of cases) {
  test(`${milliseconds} ms is ${text}`, () => {
    expect(formatAge(milliseconds)).toBe(text);
  });
}
