import { kill, pid } from 'node:process';

import { expect, test } from 'vitest';

import { onSignal } from '../src/index.ts';
import { caught } from './traffic.ts';

/** Listens, and resolves once `count` signals came. */
function heard(signal: number, count: number): { done: Promise<number[]>; undo: () => void } {
  const signals: number[] = [];
  let resolve: (signals: number[]) => void;
  const done = new Promise<number[]>((settle) => {
    resolve = settle;
  });
  const undo = onSignal(signal, (number) => {
    signals.push(number);
    if (signals.length === count) resolve(signals);
  });
  return { done, undo };
}

test('a real-time signal is heard, as often as it is sent', async () => {
  const { done, undo } = heard(36, 5);
  for (let i = 0; i < 5; i += 1) kill(pid, 36);
  expect(await done).toEqual([36, 36, 36, 36, 36]);
  undo();
});

test('listeners share a signal, and end one by one', async () => {
  const first = heard(37, 1);
  const second = heard(37, 2);
  kill(pid, 37);
  expect(await first.done).toEqual([37]);
  first.undo();
  first.undo();
  kill(pid, 37);
  expect(await second.done).toEqual([37, 37]);
  second.undo();
});

test('a listener may end itself', async () => {
  const number = await new Promise((resolve) => {
    const undo = onSignal(38, (signal) => {
      undo();
      resolve(signal);
    });
    kill(pid, 38);
  });
  expect(number).toBe(38);
});

test('a signal that nothing can listen for is EINVAL', () => {
  for (const signal of [9, 19, 32])
    expect(caught(() => onSignal(signal, () => {}))).toMatchObject({
      code: 'EINVAL',
      syscall: 'sigaction',
    });
});

test('wrong arguments are TypeErrors', () => {
  for (const signal of [0, 65, 1.5, -1, Number.NaN])
    expect(caught(() => onSignal(signal, () => {}))).toBeInstanceOf(TypeError);
  expect(caught(() => onSignal(36, undefined as never))).toBeInstanceOf(TypeError);
});
