import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Backlog } from '../../src/vrrp/backlog.ts';

test('one piece goes on at once, others after all that is due in this turn of the event loop', async () => {
  const happened: string[] = [];
  const backlog = new Backlog();
  setImmediate(() => happened.push('due'));
  for (const name of ['first', 'second']) void backlog.turn().then(() => happened.push(name));
  await Promise.resolve();
  expect(happened).toEqual(['first']);
  await turnOfLoop();
  await turnOfLoop();
  expect(happened).toEqual(['first', 'due', 'second']);
});

test('each turn of the event loop does a few pieces, in order', async () => {
  const done: number[] = [];
  const backlog = new Backlog();
  for (let i = 0; i < 41; i += 1) void backlog.turn().then(() => done.push(i));
  const counts: number[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await turnOfLoop();
    counts.push(done.length);
  }
  expect(counts).toEqual([17, 33, 41, 41]);
  expect(done).toEqual(Array.from({ length: 41 }, (_, i) => i));
});

test('once all is done, the next piece goes on at once again', async () => {
  const done: string[] = [];
  const backlog = new Backlog();
  await backlog.turn();
  await turnOfLoop();
  void backlog.turn().then(() => done.push('next'));
  await Promise.resolve();
  expect(done).toEqual(['next']);
});
