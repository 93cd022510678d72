import { after, instant, ManualClock, milliseconds, type Duration } from '@tandem/time';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deadlines } from '../src/index.ts';

const clock = { manual: new ManualClock() };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  clock.manual = new ManualClock(1000);
});
afterEach(() => void vi.useRealTimers());

/** Time passes, and timers notice. */
function pass(ms: number): void {
  for (let i = 0; i < ms; i += 1) {
    clock.manual.advance(milliseconds(1));
    vi.advanceTimersByTime(1);
  }
}

function ms(delay: number): Duration {
  return milliseconds(delay);
}

test('each comes in its turn, none before its time, with the same present for all of a turn', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 40 }), (delays) => {
      const deadlines = new Deadlines(clock.manual);
      const start = clock.manual.now();
      const came: number[] = [];
      for (const delay of delays)
        deadlines.at(after(start, ms(delay)), () => {
          expect(deadlines.now()).toBeGreaterThanOrEqual(after(start, ms(delay)));
          came.push(delay);
        });
      pass(60);
      expect(came).toEqual(delays.toSorted((a, b) => a - b));
      expect(vi.getTimerCount()).toBe(0);
    }),
  );
});

test('what is cancelled does not come, what is postponed comes later', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ delay: fc.nat(30), cancel: fc.boolean(), more: fc.nat(40) })),
      (all) => {
        const deadlines = new Deadlines(clock.manual);
        const came = new Set<number>();
        const made = all.map(({ delay }, i) => deadlines.after(ms(delay), () => came.add(i)));
        for (const [i, { cancel, more }] of all.entries()) {
          if (cancel) deadlines.cancel(made[i]);
          else deadlines.postpone(made[i], ms(more));
        }
        for (let passed = 0; passed <= 41; passed += 1) {
          const due = all.flatMap(({ cancel, more }, i) => (!cancel && more <= passed ? [i] : []));
          if (passed > 0) expect([...came].toSorted((a, b) => a - b)).toEqual(due);
          pass(1);
        }
        expect(vi.getTimerCount()).toBe(0);
      },
    ),
  );
});

test('after a stall, what has arrived meanwhile comes first', async () => {
  const deadlines = new Deadlines(clock.manual);
  const came: string[] = [];
  const wait = deadlines.after(ms(50), () => came.push('wait'));
  deadlines.after(ms(60), () => came.push('other'));
  clock.manual.advance(ms(80));
  vi.advanceTimersByTime(80);
  expect(came).toEqual([]);
  // The answer, in the poll phase.
  deadlines.postpone(wait, ms(50));
  await new Promise((resolve) => setImmediate(resolve));
  expect(came).toEqual(['other']);
  pass(50);
  expect(came).toEqual(['other', 'wait']);
});

test('one that may be early comes with one that is due, but wakes nobody by itself', () => {
  const deadlines = new Deadlines(clock.manual);
  const start = clock.manual.now();
  const came: string[] = [];
  const early = { early: ms(4) };
  deadlines.at(after(start, ms(10)), () => came.push('first'), early);
  deadlines.at(after(start, ms(14)), () => came.push('with it'), early);
  deadlines.at(after(start, ms(15)), () => came.push('later'), early);
  deadlines.at(after(start, ms(16)), () => came.push('on time'));
  pass(9);
  expect(came).toEqual([]);
  pass(1);
  expect(came).toEqual(['first', 'with it']);
  pass(5);
  expect(came).toEqual(['first', 'with it', 'later']);
  pass(1);
  expect(came).toEqual(['first', 'with it', 'later', 'on time']);
});

test('the clock is read once each time that a timer wakes', () => {
  let readings = 0;
  const deadlines = new Deadlines({
    now: () => {
      readings += 1;
      return clock.manual.now();
    },
  });
  const again = (): void => void deadlines.after(ms(5), again);
  again();
  readings = 0;
  pass(50);
  expect(readings).toBe(10);
});

test('deadlines that are made at a deadline come, too, and those of the past soon', () => {
  const deadlines = new Deadlines(clock.manual);
  const came: string[] = [];
  deadlines.after(ms(5), () => {
    came.push('first');
    deadlines.after(ms(5), () => came.push('second'));
    deadlines.at(instant(1), () => came.push('past'));
  });
  pass(20);
  expect(came).toEqual(['first', 'past', 'second']);
});

test('what comes from outside has its turn between many that are due', () => {
  const deadlines = new Deadlines(clock.manual);
  let came = 0;
  for (let i = 0; i < 1000; i += 1) deadlines.after(ms(1), () => (came += 1));
  clock.manual.advance(ms(1));
  vi.advanceTimersToNextTimer();
  expect(came).toBeLessThan(1000);
  pass(40);
  expect(came).toBe(1000);
});

test('one that throws does not keep the others from coming', () => {
  const deadlines = new Deadlines(clock.manual);
  let came = false;
  deadlines.after(ms(1), () => {
    throw new Error('broken');
  });
  deadlines.after(ms(2), () => (came = true));
  expect(() => pass(1)).toThrow('broken');
  pass(2);
  expect(came).toBe(true);
});
