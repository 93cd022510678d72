import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { RollCall } from '../../src/supervisor/roll-call.ts';

test('it is over when each child has answered, in any order', async () => {
  const roll = new RollCall();
  const all = roll.all(['vrrp', 'ipvs'], seconds(10)).inTime;
  roll.answer('ipvs');
  roll.answer('ipvs');
  roll.answer('vrrp');
  expect(await all).toEqual([]);
});

test('who has not answered in time is named, and may do so later', async () => {
  const roll = new RollCall();
  const { complete, inTime } = roll.all(['vrrp', 'ipvs'], seconds(0.05));
  roll.answer('vrrp');
  expect(await inTime).toEqual(['ipvs']);
  roll.answer('ipvs');
  await complete;
});

test('without children there is nothing to wait for', async () => {
  const { complete, inTime } = new RollCall().all([], seconds(10));
  await complete;
  expect(await inTime).toEqual([]);
});

test('an answer from before does not count', async () => {
  const roll = new RollCall();
  roll.answer('vrrp');
  expect(await roll.all(['vrrp'], seconds(0.01)).inTime).toEqual(['vrrp']);
});

test('of several orders the first is the first to be done', async () => {
  const roll = new RollCall();
  const done: string[] = [];
  const order = (name: string): Promise<unknown> =>
    roll.all(['ipvs'], seconds(10)).complete.then(() => done.push(name));
  const [first, second, third] = [order('first'), order('second'), order('third')];
  roll.answerFirst('ipvs');
  await first;
  expect(done).toEqual(['first']);
  // A child that is new knows the last order.
  roll.begin('ipvs');
  roll.serve('ipvs');
  await Promise.all([second, third]);
  expect(done).toEqual(['first', 'second', 'third']);
});

test('a child that serves has not done yet what it was told since its start', async () => {
  const roll = new RollCall();
  const start = roll.all(['ipvs'], seconds(10)).complete;
  roll.begin('ipvs');
  const reload = roll.all(['ipvs'], seconds(0.01));
  roll.serve('ipvs');
  await start;
  expect(await reload.inTime).toEqual(['ipvs']);
  roll.answerFirst('ipvs');
  await reload.complete;
});
