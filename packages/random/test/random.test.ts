import { expect, test } from 'vitest';
import { Random } from '../src/index.ts';

function numbers(seed: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: 20 }, () => random.integer(0, 1_000_000));
}

test('a seed gives the same numbers again, and another seed others', () => {
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7)).not.toEqual(numbers(8));
});

test('whole numbers come from the whole range, ends included, equally often', () => {
  const random = new Random(1);
  const counts = new Map<number, number>();
  for (let i = 0; i < 6000; i += 1) {
    const drawn = random.integer(1, 6);
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  expect([...counts.keys()].toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
