import { ManualClock, milliseconds } from '@tandem/time';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { StatusReports } from '../../src/vrrp/status-reports.ts';

test('all changes of a turn of the event loop are one report', async () => {
  let reports = 0;
  const status = new StatusReports(new ManualClock(), () => void (reports += 1));
  for (let i = 0; i < 3; i += 1) status.soon();
  expect(reports).toBe(0);
  await turnOfLoop();
  await turnOfLoop();
  expect(reports).toBe(1);
});

test('where a report takes long, one tells of all changes of a while, and none is lost', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const clock = new ManualClock();
  const reports: number[] = [];
  const status = new StatusReports(clock, () => {
    reports.push(clock.now());
    clock.advance(milliseconds(20));
  });
  status.now();
  for (let i = 0; i < 300; i += 1) {
    status.soon();
    clock.advance(milliseconds(1));
    vi.advanceTimersByTime(1);
    await turnOfLoop();
  }
  expect(reports).toEqual([0, 220]);
  vi.advanceTimersByTime(200);
  expect(reports).toHaveLength(3);
});
