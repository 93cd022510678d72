import { instant, ManualClock, milliseconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { Deadlines, type Waiter } from '../../src/vrrp/deadlines.ts';
import { ManualAlarm } from './manual-alarm.ts';

const immediates = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Three who wait, of whom m and n are masters, and what becomes of them. */
function scene(): {
  clock: ManualClock;
  alarm: ManualAlarm;
  deadlines: Deadlines;
  called: string[];
  waiter: (name: string, then?: () => void) => Waiter;
} {
  const clock = new ManualClock(1000);
  const alarm = new ManualAlarm();
  const called: string[] = [];
  const waiter = (name: string, then = (): void => undefined): Waiter => ({
    isPressing: /^[mn]/.test(name),
    due: () => {
      called.push(name);
      then();
    },
  });
  return { clock, alarm, deadlines: new Deadlines(clock, alarm.open), called, waiter };
}

test('the alarm stands at the earliest deadline', () => {
  const { alarm, deadlines, waiter } = scene();
  const [a, b] = [waiter('a'), waiter('b')];
  deadlines.set(a, instant(1200));
  deadlines.set(b, instant(1100.5));
  expect(alarm.at).toBe(1100.5);
  deadlines.set(b, instant(1300));
  expect(alarm.at).toBe(1200);
  deadlines.set(a, undefined);
  deadlines.set(b, undefined);
  expect(alarm.at).toBeUndefined();
});

test('a deadline that stays the same does not set the alarm anew', () => {
  const { alarm, deadlines, waiter } = scene();
  const a = waiter('a');
  for (let i = 0; i < 5; i += 1) deadlines.set(a, instant(1100));
  expect(alarm.settings).toBe(1);
});

test('masters are called at once and in order, others when the sockets have been read', async () => {
  const { clock, alarm, deadlines, called, waiter } = scene();
  deadlines.set(waiter('backup'), instant(1100));
  deadlines.set(waiter('m'), instant(1102));
  deadlines.set(waiter('n'), instant(1101));
  deadlines.set(waiter('later'), instant(1103.5));
  clock.advance(milliseconds(103));
  alarm.ring();
  expect(called).toEqual(['n', 'm']);
  await immediates();
  expect(called).toEqual(['n', 'm', 'backup']);
  expect(alarm.at).toBe(1103.5);
});

test('a master that is late waits for the sockets, too', async () => {
  const { clock, alarm, deadlines, called, waiter } = scene();
  deadlines.set(waiter('m'), instant(1100));
  clock.advance(milliseconds(120));
  alarm.ring();
  expect(called).toEqual([]);
  await immediates();
  expect(called).toEqual(['m']);
});

test('a backup that hears of its master at the last moment is not called', async () => {
  const { clock, alarm, deadlines, called, waiter } = scene();
  const [moved, stopped] = [waiter('reheard'), waiter('stopped')];
  deadlines.set(moved, instant(1100));
  deadlines.set(stopped, instant(1100));
  clock.advance(milliseconds(100));
  alarm.ring();
  deadlines.set(moved, instant(4700));
  deadlines.set(stopped, undefined);
  await immediates();
  expect(called).toEqual([]);
  expect(alarm.at).toBe(4700);
});

test('a packet that changes no deadline does not keep a backup that is due from being called', async () => {
  const { clock, alarm, deadlines, called, waiter } = scene();
  const backup = waiter('backup');
  deadlines.set(backup, instant(1100));
  clock.advance(milliseconds(100));
  alarm.ring();
  deadlines.set(backup, instant(1100));
  await immediates();
  expect(called).toEqual(['backup']);
});

test('an alarm that rings before the time rings again', () => {
  const { alarm, deadlines, called, waiter } = scene();
  deadlines.set(waiter('m'), instant(1100));
  alarm.ring();
  expect(called).toEqual([]);
  expect(alarm.settings).toBe(2);
  expect(alarm.at).toBe(1100);
});

test('one that is called may set its next deadline, and take that of another away', () => {
  const { clock, alarm, deadlines, called, waiter } = scene();
  const other = waiter('n');
  const first: Waiter = waiter('m', () => {
    deadlines.set(first, instant(2000));
    deadlines.set(other, undefined);
  });
  deadlines.set(first, instant(1100));
  deadlines.set(other, instant(1101));
  clock.advance(milliseconds(110));
  alarm.ring();
  expect(called).toEqual(['m']);
  expect(alarm.at).toBe(2000);
  expect(alarm.settings).toBe(2);
});
