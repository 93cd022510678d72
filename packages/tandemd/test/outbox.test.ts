import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { FromChild } from '../src/ipc.ts';
import { Outbox } from '../src/outbox.ts';

function lines(count: number): FromChild[] {
  return Array.from({ length: count }, (_, i) => ({ type: 'log', level: 'info', text: `${i}` }));
}

test('what is told waits until the event loop has served timers and sockets, and leaves in order', async () => {
  const delivered: FromChild[] = [];
  const outbox = new Outbox((batch) => delivered.push(...batch));
  for (const line of lines(3)) outbox.add(line);
  await Promise.resolve();
  expect(delivered).toEqual([]);
  await turn();
  expect(delivered).toEqual(lines(3));
});

test('of very much, each turn of the event loop delivers a part', async () => {
  const batches: number[] = [];
  const delivered: FromChild[] = [];
  const outbox = new Outbox((batch) => {
    batches.push(batch.length);
    delivered.push(...batch);
  });
  for (const line of lines(250)) outbox.add(line);
  await turn();
  expect(batches).toEqual([100]);
  await turn();
  await turn();
  await turn();
  expect(batches).toEqual([100, 100, 50]);
  expect(delivered).toEqual(lines(250));
});

test('at the end all that waits leaves at once, and only once', async () => {
  const delivered: FromChild[] = [];
  const outbox = new Outbox((batch) => delivered.push(...batch));
  for (const line of lines(250)) outbox.add(line);
  outbox.flush();
  expect(delivered).toEqual(lines(250));
  await turn();
  expect(delivered).toHaveLength(250);
});
