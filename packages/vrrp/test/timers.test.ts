import { milliseconds, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { masterDownInterval, skewTime } from '../src/timers.ts';

test.each([
  [1, 996.094],
  [100, 609.375],
  [255, 3.906],
])('RFC 3768 §6.1: Skew_Time of priority %i is (256 - priority) / 256 seconds', (priority, ms) => {
  expect(skewTime(2, priority, seconds(10))).toBeCloseTo(ms, 3);
});

test('RFC 9568 §6.1: in version 3 it is that part of the interval of the active router', () => {
  expect(skewTime(3, 100, milliseconds(300))).toBeCloseTo(182.8125, 4);
});

test('RFC 3768 §6.1: Master_Down_Interval is three intervals and Skew_Time', () => {
  const settings = { version: 2, downTimerAdverts: 3 } as const;
  expect(masterDownInterval(settings, 100, seconds(1))).toBeCloseTo(3609.375, 3);
});

test('down_timer_adverts takes the place of the three', () => {
  const settings = { version: 3, downTimerAdverts: 5 } as const;
  expect(masterDownInterval(settings, 200, milliseconds(500))).toBeCloseTo(2609.375, 3);
});
