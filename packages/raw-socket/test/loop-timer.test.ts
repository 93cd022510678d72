import { expect, test } from 'vitest';
import { LoopTimer } from '../src/index.ts';
import { caught } from './traffic.ts';

/** @returns resolves when that much time has passed since the event loop has looked at the clock */
async function passed(delayMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = LoopTimer.open(() => {
      timer.close();
      resolve();
    });
    timer.start(delayMs);
  });
}

test('timers call in the order of their times', async () => {
  const called: number[] = [];
  await Promise.all([20, 2, 9].map(async (ms) => passed(ms).then(() => called.push(ms))));
  expect(called).toEqual([2, 9, 20]);
});

test('the last start counts, and each calls once', async () => {
  let calls = 0;
  const timer = LoopTimer.open(() => (calls += 1));
  timer.start(1);
  timer.start(60_000);
  await passed(5);
  expect(calls).toBe(0);
  timer.start(0);
  await passed(5);
  await passed(5);
  expect(calls).toBe(1);
  timer.start(0);
  timer.stop();
  timer.stop();
  await passed(5);
  timer.start(0);
  timer.close();
  timer.close();
  timer.stop();
  await passed(5);
  expect(calls).toBe(1);
  expect(caught(() => timer.start(1))).toMatchObject({ code: 'EBADF' });
});

test('wrong arguments are TypeErrors', () => {
  expect(caught(() => LoopTimer.open(undefined as never))).toBeInstanceOf(TypeError);
  const timer = LoopTimer.open(() => undefined);
  for (const delay of [-1, 0.5, Number.NaN, Infinity, 2 ** 31, '1' as never])
    expect(caught(() => timer.start(delay))).toBeInstanceOf(TypeError);
  timer.close();
});
