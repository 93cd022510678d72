import { expect, test } from 'vitest';
import {
  after,
  between,
  centiseconds,
  earliest,
  inCentiseconds,
  inSeconds,
  instant,
  isDue,
  ManualClock,
  milliseconds,
  seconds,
  sum,
  times,
  ZERO,
} from '../src/index.ts';

test('durations are milliseconds whatever unit they were written in', () => {
  expect([seconds(1.5), centiseconds(40), milliseconds(3)]).toEqual([1500, 400, 3]);
  expect([inSeconds(seconds(3.61)), inCentiseconds(seconds(1))]).toEqual([3.61, 100]);
  expect(sum(times(seconds(1), 3), milliseconds(609.375))).toBe(3609.375);
  expect(sum()).toBe(ZERO);
});

test('instants move by durations and differ by them', () => {
  const start = instant(1000);
  const end = after(start, seconds(2));
  expect(end).toBe(3000);
  expect(between(start, end)).toBe(2000);
  expect(between(end, start)).toBe(-2000);
});

test('the earliest deadline is found among present ones', () => {
  expect(earliest(undefined, instant(5), instant(3))).toBe(3);
  expect(earliest(undefined)).toBeUndefined();
});

test('a deadline is due from its own instant on, and never when there is none', () => {
  expect(isDue(instant(5), instant(5))).toBe(true);
  expect(isDue(instant(5), instant(4.999))).toBe(false);
  expect(isDue(undefined, instant(5))).toBe(false);
});

test('a manual clock stands still until it is moved', () => {
  const clock = new ManualClock(10);
  expect(clock.now()).toBe(10);
  expect(clock.advance(seconds(1))).toBe(1010);
  expect(clock.now()).toBe(1010);
});
