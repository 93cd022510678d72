import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Backlog } from '../../src/vrrp/backlog.ts';

test('what waits is done after all that is due in this turn of the event loop', async () => {
  const happened: string[] = [];
  const backlog = new Backlog();
  void backlog.turn().then(() => happened.push('addresses'));
  await Promise.resolve();
  setImmediate(() => happened.push('timer behind'));
  happened.push('advert');
  await turnOfLoop();
  await turnOfLoop();
  expect(happened).toEqual(['advert', 'addresses', 'timer behind']);
});

test('each turn of the event loop does a few pieces, in order', async () => {
  const done: number[] = [];
  const backlog = new Backlog();
  for (let i = 0; i < 40; i += 1) void backlog.turn().then(() => done.push(i));
  const counts: number[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await turnOfLoop();
    counts.push(done.length);
  }
  expect(counts).toEqual([16, 32, 40, 40]);
  expect(done).toEqual(Array.from({ length: 40 }, (_, i) => i));
});
