import { expect, test } from 'vitest';
import { reloadTime } from '../../src/supervisor/reload-time.ts';

const NOON = Date.UTC(2026, 10, 21, 12, 0, 0);
const DAY_MS = 86_400_000;

test.each([
  ['13:00:30Z', NOON + 3_630_000],
  ['11:59:59Z', NOON + DAY_MS - 1000],
  ['12:00:00Z', NOON + DAY_MS],
  ['26-11-21 12:00:01Z', NOON + 1000],
  ['2026-11-22 12:00:00Z', NOON + DAY_MS],
  ['2028-02-29 00:00:00Z', Date.UTC(2028, 1, 29)],
])('keepalived.conf(5) reload_time_file: %s is the first such moment after now', (text, moment) => {
  expect(reloadTime(text, NOON)).toBe(moment);
});

test('without Z the time is that of the box', () => {
  const local = new Date(2026, 10, 21, 12, 0, 0).getTime();
  expect(reloadTime('12:00:01', local)).toBe(local + 1000);
  expect(reloadTime('12:00:00', local)).toBe(new Date(2026, 10, 22, 12, 0, 0).getTime());
  expect(reloadTime('2026-12-24 18:00:00', local)).toBe(new Date(2026, 11, 24, 18).getTime());
});

test.each([
  '',
  '2026-11-21 12:00:00Z',
  '2026-02-30 12:00:00Z',
  '2027-13-01 12:00:00Z',
  '24:00:00Z',
  '1:00:00Z',
  ' 13:00:00Z',
  '13:00:00 Z',
  '13:00',
  '2026-11-22  13:00:00',
])('%j is no time to come', (text) => {
  expect(reloadTime(text, NOON)).toBeUndefined();
});
