import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { RollCall } from '../../src/supervisor/roll-call.ts';

test('it is over when each child has answered, in any order', async () => {
  const roll = new RollCall();
  const all = roll.all(['vrrp', 'ipvs'], seconds(10));
  roll.answer('ipvs');
  roll.answer('ipvs');
  roll.answer('vrrp');
  expect(await all).toEqual([]);
});

test('who has not answered in time is named', async () => {
  const roll = new RollCall();
  const all = roll.all(['vrrp', 'ipvs'], seconds(0.05));
  roll.answer('vrrp');
  expect(await all).toEqual(['ipvs']);
});

test('without children there is nothing to wait for', async () => {
  expect(await new RollCall().all([], seconds(10))).toEqual([]);
});

test('an answer from before does not count', async () => {
  const roll = new RollCall();
  roll.answer('vrrp');
  expect(await roll.all(['vrrp'], seconds(0.01))).toEqual(['vrrp']);
});
