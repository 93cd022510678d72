import { ManualClock, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { LogLimit } from '../../src/vrrp/log-limit.ts';

test('a flood is cut off, and what was dropped is told when lines pass again', () => {
  const clock = new ManualClock();
  const limit = new LogLimit(clock);
  const passed = Array.from({ length: 10_005 }, () => limit.pass('bad packet')).flat();
  expect(passed.length).toBe(10_000);
  clock.advance(seconds(1));
  expect(limit.pass('next')).toEqual(['5 log lines were dropped', 'next']);
});
