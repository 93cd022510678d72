import { Deadlines } from '@tandem/checkers';
import { createCheck } from '@tandem/health';
import { ManualClock, milliseconds, seconds } from '@tandem/time';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { tcpCheck } from '../../../health/test/settings.ts';
import { CheckRunner } from '../../src/ipvs/check-runner.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/**
 * @param periodMs - of checkers that are first due at 1000, 1030, 1040 and 1060 ms
 * @returns when each has begun an attempt within three periods
 */
async function attempts(periodMs: number): Promise<readonly (readonly number[])[]> {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const settings = tcpCheck({ delayLoop: milliseconds(periodMs), warmup: seconds(1) });
  const all = [0, 0.03, 0.04, 0.06].map((chance) => {
    const began: number[] = [];
    const runProbe = async () => {
      began.push(clock.now());
      return { ok: true } as const;
    };
    const who = { realServer: '', virtualServer: '', now: clock.now(), random: () => chance };
    const ports = { runProbe, deadlines, shortage: { note: () => undefined } };
    const runner = new CheckRunner(createCheck(settings, who), ports, () => undefined);
    onTestFinished(() => runner.stop());
    return began;
  });
  while (clock.now() < 1100 + 2 * periodMs) {
    clock.advance(milliseconds(1));
    await vi.advanceTimersByTimeAsync(1);
  }
  return all;
}

test('a check begins with one that is due shortly before it, and keeps its place in the period', async () => {
  expect(await attempts(10_000)).toEqual([
    [1000, 11_000, 21_000],
    [1030, 11_000, 21_000],
    [1040, 11_000, 21_000],
    [1060, 11_060, 21_060],
  ]);
});

test('a check of a short period begins when it is due', async () => {
  expect(await attempts(1000)).toEqual([
    [1000, 2000, 3000],
    [1030, 2030, 3030],
    [1040, 2040, 3040],
    [1060, 2060, 3060],
  ]);
});
