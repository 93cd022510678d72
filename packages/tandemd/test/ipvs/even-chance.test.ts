import { expect, test } from 'vitest';
import { evenChance } from '../../src/ipvs/even-chance.ts';

test.each([2, 10, 100, 1000, 20_000])('of %i checks no two fall together', (count) => {
  const chance = evenChance(0.987);
  const values = Array.from({ length: count }, chance).sort((a, b) => a - b);
  const [first = 0] = values;
  // In a circle: the next round begins with the first one.
  const gaps = [...values.slice(1), first + 1].map((value, i) => value - (values[i] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThan(0.38 / count);
  expect(first).toBeGreaterThanOrEqual(0);
  expect(values.at(-1)).toBeLessThan(1);
});

test('another start is another order', () => {
  expect(evenChance(0.25)()).toBe(0.25);
  expect(evenChance(0.5)()).toBe(0.5);
});
