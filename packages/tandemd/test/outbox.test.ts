import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { FromChild } from '../src/ipc.ts';
import { Outbox } from '../src/outbox.ts';

function line(text: string, level: 'info' | 'err' = 'info'): FromChild {
  return { type: 'log', level, text };
}

function lines(count: number): FromChild[] {
  return Array.from({ length: count }, (_, i) => line(`${i}`));
}

/** @returns the same, with each line of a block as a message */
function oneByOne(batch: readonly FromChild[]): FromChild[] {
  return batch.flatMap((each): readonly FromChild[] =>
    each.type === 'log-lines'
      ? each.lines.split('\n').map((text) => ({ type: 'log', level: each.level, text }))
      : [each],
  );
}

test('what is told waits until the event loop has served timers and sockets, and leaves in order', async () => {
  const delivered: FromChild[] = [];
  const outbox = new Outbox((batch) => delivered.push(...oneByOne(batch)));
  for (const each of lines(3)) outbox.add(each);
  await Promise.resolve();
  expect(delivered).toEqual([]);
  await turn();
  expect(delivered).toEqual(lines(3));
});

test('of very much, each turn of the event loop delivers a part', async () => {
  const batches: number[] = [];
  const delivered: FromChild[] = [];
  const outbox = new Outbox((batch) => {
    batches.push(oneByOne(batch).length);
    delivered.push(...oneByOne(batch));
  });
  for (const each of lines(250)) outbox.add(each);
  await turn();
  expect(batches).toEqual([100]);
  await turn();
  await turn();
  await turn();
  expect(batches).toEqual([100, 100, 50]);
  expect(delivered).toEqual(lines(250));
});

test('the same of very much that is no line, and of what is behind it', async () => {
  const batches: number[] = [];
  const delivered: FromChild[] = [];
  const outbox = new Outbox((batch) => {
    batches.push(batch.length);
    delivered.push(...oneByOne(batch));
  });
  const others = Array.from({ length: 130 }, (_, i): FromChild => ({ type: 'fifo', line: `${i}` }));
  const all = [...others.slice(0, 100), ...lines(2), ...others.slice(100), line('last')];
  for (const each of all) outbox.add(each);
  for (let i = 0; i < 5; i += 1) await turn();
  expect(batches).toEqual([100, 32]);
  expect(delivered).toEqual(all);
});

test('at the end all that waits leaves at once, and only once', async () => {
  const delivered: FromChild[] = [];
  const outbox = new Outbox((batch) => delivered.push(...oneByOne(batch)));
  for (const each of lines(250)) outbox.add(each);
  outbox.flush();
  expect(delivered).toEqual(lines(250));
  await turn();
  expect(delivered).toHaveLength(250);
});

test('lines of one level that follow each other are one message of at most a hundred', () => {
  const delivered: FromChild[] = [];
  const outbox = new Outbox((batch) => delivered.push(...batch));
  for (const each of [...lines(101), line('a', 'err'), line('b', 'err')]) outbox.add(each);
  outbox.flush();
  expect(delivered.map((each) => each.type)).toEqual(['log-lines', 'log', 'log-lines']);
  expect(delivered[2]).toEqual({ type: 'log-lines', level: 'err', lines: 'a\nb' });
});

test('a line that could forge others, or is very long, is a message of its own', () => {
  const delivered: FromChild[] = [];
  const outbox = new Outbox((batch) => delivered.push(...batch));
  const all = [line('a'), line('b\nforged'), line('c'), line('d'.repeat(9000)), line('e')];
  for (const each of all) outbox.add(each);
  outbox.flush();
  expect(delivered).toEqual(all);
});

test('other messages stay between the lines that they were between', () => {
  const delivered: FromChild[] = [];
  const outbox = new Outbox((batch) => delivered.push(...oneByOne(batch)));
  const all = [line('a'), line('b'), { type: 'ready' } as const, line('c'), line('d')];
  for (const each of all) outbox.add(each);
  outbox.flush();
  expect(delivered).toEqual(all);
});

test('what the supervisor must know before a child goes on is told at once, behind what waits', () => {
  const delivered: FromChild[] = [];
  const outbox = new Outbox((batch) => delivered.push(...oneByOne(batch)), ['kernel-changes']);
  const pressing: FromChild = { type: 'kernel-changes', changes: [] };
  for (const each of [line('before'), pressing, line('behind')]) outbox.add(each);
  expect(delivered).toEqual([line('before'), pressing]);
});
