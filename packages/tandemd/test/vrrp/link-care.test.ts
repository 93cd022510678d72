import { instant, seconds } from '@tandem/time';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LinkCare } from '../../src/vrrp/link-care.ts';

let nowMs = 0;
const clock = { now: () => instant(nowMs) };

beforeEach(() => {
  nowMs = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => vi.useRealTimers());

/** @param earlyMs - by so much the clock is behind the timers */
function pass(ms: number, earlyMs = 0): void {
  nowMs += ms - earlyMs;
  vi.advanceTimersByTime(ms);
  nowMs += earlyMs;
}

test('a timer that is a fraction of a millisecond early is set again', () => {
  const wake = vi.fn<() => void>();
  const care = new LinkCare(clock, wake);
  care.refused('vrrp.1');
  pass(1000, 0.4);
  expect(wake).not.toHaveBeenCalled();
  pass(1);
  expect(wake).toHaveBeenCalledOnce();
  expect(care.waitFor('vrrp.1')).toBe(0);
});

test('of two that wait, the later one is seen to although nothing happens to the earlier one', () => {
  const wake = vi.fn<() => void>();
  const care = new LinkCare(clock, wake);
  care.refused('vrrp.1', seconds(1));
  care.refused('vrrp.2', seconds(4));
  pass(1000);
  expect(care.waitFor('vrrp.1')).toBe(0);
  expect(wake).toHaveBeenCalledOnce();
  pass(3000);
  expect(wake).toHaveBeenCalledTimes(2);
  expect(care.waitFor('vrrp.2')).toBe(0);
});
