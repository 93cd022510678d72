import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AnswerWatch } from '../src/answer-watch.ts';

let silences = 0;
let waiting = true;
const watch = new AnswerWatch(
  1000,
  () => waiting,
  () => {
    silences += 1;
  },
);

beforeEach(() => {
  vi.useFakeTimers();
  silences = 0;
  waiting = true;
});

afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

test('silence is told once, after one to two times the timeout and a grace', () => {
  watch.sign();
  vi.advanceTimersByTime(1999);
  expect(silences).toBe(0);
  vi.advanceTimersByTime(101);
  expect(silences).toBe(1);
  vi.advanceTimersByTime(10_000);
  expect(silences).toBe(1);
});

test('a sign within the grace starts the time anew', () => {
  watch.sign();
  vi.advanceTimersByTime(2050);
  watch.sign();
  vi.advanceTimersByTime(999);
  expect(silences).toBe(0);
  vi.advanceTimersByTime(1300);
  expect(silences).toBe(1);
});

test('nothing is told while no answer is due', () => {
  watch.sign();
  waiting = false;
  vi.advanceTimersByTime(10_000);
  expect(silences).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
