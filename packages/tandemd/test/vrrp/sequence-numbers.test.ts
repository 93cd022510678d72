import { expect, test } from 'vitest';
import { SequenceNumbers, UNTOLD_MAX } from '../../src/vrrp/sequence-numbers.ts';

const NOW = Date.UTC(2027);
const HOUR_MS = 3_600_000;

test('a process that takes the place of another begins above it', () => {
  const before = new SequenceNumbers(NOW, 0);
  for (let i = 0; i < 3600; i += 1) before.next('A');
  const after = new SequenceNumbers(NOW + HOUR_MS, 0);
  expect(after.next('A')).toBeGreaterThan(before.highest + 3600);
});

test('a successor begins above what it inherits, even if the clock was put back', () => {
  for (const epochMs of [NOW - HOUR_MS, 0]) {
    const { highest } = new SequenceNumbers(NOW, 0);
    expect(new SequenceNumbers(epochMs, highest).next('A')).toBe(highest + 1);
  }
});

test('with a clock that is not yet set the numbers begin low, not near their end', () => {
  expect(new SequenceNumbers(0, 0).next('A')).toBe(1);
});

test('each instance counts for itself, but a new one begins above all others', () => {
  const numbers = new SequenceNumbers(0, 0);
  const names = ['A', 'A', 'B', 'A', 'B', 'B', 'C'];
  expect(names.map((name) => numbers.next(name))).toEqual([1, 2, 3, 3, 4, 5, 6]);
  expect(numbers.highest).toBe(6);
});

test('the highest number is told from the first one on, long before as many are used as a successor skips', () => {
  let told = 0;
  const numbers = new SequenceNumbers(NOW, 0, (highest) => (told = highest));
  for (let i = 0; i < 3 * UNTOLD_MAX; i += 1) {
    const highest = Math.max(numbers.next('A'), numbers.next('B'));
    expect(told).toBeGreaterThan(highest - UNTOLD_MAX / 2 - 2);
    expect(told).toBeLessThanOrEqual(highest);
  }
});
