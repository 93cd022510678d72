import { expect, test } from 'vitest';
import { Alarm } from '../src/index.ts';
import { caught } from './traffic.ts';

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Sets an alarm and resolves with the time when it rings. */
async function rung(atMs: number): Promise<number> {
  const at = await new Promise<number>((resolve) => {
    const alarm = Alarm.open(() => {
      alarm.close();
      resolve(now());
    });
    alarm.set(atMs);
  });
  return at;
}

test('an alarm rings at a fraction of a millisecond, never before', async () => {
  for (let i = 0; i < 5; i += 1) {
    const at = now() + 1 + i / 7;
    expect(await rung(at)).toBeGreaterThanOrEqual(at);
  }
});

test('an alarm for a moment that has passed rings at once', async () => {
  expect(await rung(1)).toBeGreaterThan(1);
});

test('the last setting counts, and each rings once', async () => {
  let rings = 0;
  const alarm = Alarm.open(() => (rings += 1));
  alarm.set(now() + 1);
  alarm.set(now() + 60_000);
  await rung(now() + 5);
  expect(rings).toBe(0);
  alarm.set(now() + 1);
  await rung(now() + 5);
  await rung(now() + 5);
  expect(rings).toBe(1);
  alarm.set(now() + 1);
  alarm.set(undefined);
  await rung(now() + 5);
  expect(rings).toBe(1);
  alarm.close();
  alarm.close();
  expect(caught(() => alarm.set(1))).toMatchObject({ code: 'EBADF', syscall: 'timerfd_settime' });
});

test('wrong arguments are TypeErrors', () => {
  expect(caught(() => Alarm.open(undefined as never))).toBeInstanceOf(TypeError);
  const alarm = Alarm.open(() => undefined);
  for (const at of [-1, Number.NaN, Infinity, 1e13, '1' as never])
    expect(caught(() => alarm.set(at))).toBeInstanceOf(TypeError);
  alarm.close();
});
