import { after, between, instant, ManualClock, milliseconds } from '@tandem/time';
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

test('those that are patient come to be called together, and then keep their period', () => {
  const { clock, alarm, deadlines } = scene();
  const period = milliseconds(1000);
  const calls = new Map<string, number[]>();
  for (const [name, first] of [
    ['m', 1100.25],
    ['n', 1107.5],
  ] as const) {
    const times: number[] = [];
    let deadline = instant(first);
    calls.set(name, times);
    const waiter: Waiter = {
      isPressing: true,
      patience: milliseconds(10),
      due: () => {
        times.push(clock.now());
        deadline = after(deadline, period);
        deadlines.set(waiter, deadline);
      },
    };
    deadlines.set(waiter, deadline);
  }
  let rings = 0;
  for (; clock.now() < 40_000; rings += 1) {
    clock.advance(between(clock.now(), instant(alarm.at ?? Infinity)));
    alarm.ring();
  }
  const [m = [], n = []] = calls.values();
  const periods = [m, n].flatMap((times) =>
    times.slice(1).map((at, i) => at - (times[i] ?? Infinity)),
  );
  expect(Math.min(...periods)).toBeGreaterThan(999.999);
  expect(Math.max(...periods)).toBeLessThan(1001.001);
  expect(m.slice(-15)).toEqual(n.slice(-15));
  expect(new Set(m.slice(-15).map((at) => at % 10))).toEqual(new Set([0]));
  expect(rings).toBeLessThan(m.length + 25);
});

test('one that is not patient is called at its deadline, whoever else waits', () => {
  const { alarm, deadlines, waiter } = scene();
  deadlines.set({ ...waiter('m'), patience: milliseconds(10) }, instant(1101));
  expect(alarm.at).toBe(1102);
  deadlines.set(waiter('a'), instant(1101.5));
  expect(alarm.at).toBe(1101.5);
});

test('who is not pressing hears 3 ms before that its deadline is near, and is called at it', async () => {
  const { clock, alarm, deadlines, called, waiter } = scene();
  deadlines.set({ ...waiter('a'), soon: () => called.push('soon') }, instant(1100));
  for (const at of [1097, 1100]) {
    expect(alarm.at).toBe(at);
    clock.advance(between(clock.now(), instant(at)));
    alarm.ring();
    await immediates();
  }
  expect(called).toEqual(['soon', 'a']);
});

test('who hears of its master when its deadline is near is not called, but told again', () => {
  const { clock, alarm, deadlines, called, waiter } = scene();
  const backup = { ...waiter('a'), soon: () => called.push('soon') };
  deadlines.set(backup, instant(1100));
  clock.advance(milliseconds(97.5));
  alarm.ring();
  deadlines.set(backup, instant(1200));
  expect(alarm.at).toBe(1197);
  clock.advance(milliseconds(100));
  alarm.ring();
  expect(called).toEqual(['soon', 'soon']);
});

test('nobody is told that a deadline is near that leaves no time to get ready', async () => {
  const { clock, alarm, deadlines, called, waiter } = scene();
  deadlines.set({ ...waiter('a'), soon: () => called.push('soon') }, instant(1001.5));
  alarm.ring();
  expect(alarm.at).toBe(1001.5);
  clock.advance(milliseconds(1.5));
  alarm.ring();
  await immediates();
  expect(called).toEqual(['a']);
});

test('a master is not told that its next advert is near', () => {
  const { alarm, deadlines, waiter } = scene();
  deadlines.set({ ...waiter('m'), soon: () => undefined }, instant(1100));
  expect(alarm.at).toBe(1100);
});

test('a master that was woken up late as a backup is not called before its deadline', async () => {
  const { clock, alarm, deadlines, called, waiter } = scene();
  const next = instant(2105);
  const it: Waiter & { isPressing: boolean; soon: () => void } = {
    ...waiter('a', () => {
      it.isPressing = true;
      deadlines.set(it, next);
    }),
    patience: milliseconds(10),
    soon: () => called.push('soon'),
  };
  deadlines.set(it, instant(1100));
  clock.advance(milliseconds(105));
  alarm.ring();
  await immediates();
  expect(called).toEqual(['a']);
  expect(alarm.at).toBe(next + 1);
});
