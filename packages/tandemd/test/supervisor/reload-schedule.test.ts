import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { ReloadSchedule } from '../../src/supervisor/reload-schedule.ts';

const NOON = Date.UTC(2026, 10, 21, 12, 0, 0);
const folder = mkdtempSync(join(tmpdir(), 'reload-'));
const file = join(folder, 'when');

beforeEach(() => {
  vi.useFakeTimers({
    now: NOON,
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  });
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(file, { force: true });
});

function started(repeat = false) {
  const seen = { reloads: 0, lines: [] as string[] };
  const schedule = new ReloadSchedule(
    () => void (seen.reloads += 1),
    (text) => void seen.lines.push(text),
  );
  schedule.configure({ file, repeat });
  onTestFinished(() => schedule.configure(undefined));
  return { schedule, seen };
}

/** What is under way then comes before what is looked for last. */
async function pass(schedule: ReloadSchedule, ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await schedule.look();
}

test('a reload comes at its time, and once', async () => {
  const { schedule, seen } = started();
  await pass(schedule, 5000);
  writeFileSync(file, '12:00:06Z\n');
  await schedule.look();
  await pass(schedule, 900);
  expect(seen.reloads).toBe(0);
  await pass(schedule, 200);
  expect(seen.reloads).toBe(1);
  expect(existsSync(file)).toBe(false);
  expect(seen.lines).toEqual([`${file}: reload at 2026-11-21T12:00:06.000Z`]);
});

test('with reload_repeat the file stays for the next day', async () => {
  const { schedule, seen } = started(true);
  writeFileSync(file, '12:00:01Z');
  await schedule.look();
  await pass(schedule, 1100);
  await pass(schedule, 1100);
  expect(seen.reloads).toBe(1);
  expect(existsSync(file)).toBe(true);
  expect(seen.lines.at(-1)).toBe(`${file}: reload at 2026-11-22T12:00:01.000Z`);
});

test('another time at the last moment counts, and no file cancels it', async () => {
  const { schedule, seen } = started();
  writeFileSync(file, '12:00:01Z');
  await schedule.look();
  writeFileSync(file, '12:00:03Z');
  await pass(schedule, 1500);
  expect(seen.reloads).toBe(0);
  rmSync(file);
  await pass(schedule, 2000);
  expect(seen.reloads).toBe(0);
});

test('what is no time to come is said once', async () => {
  const { schedule, seen } = started();
  writeFileSync(file, 'tomorrow\n');
  await pass(schedule, 0);
  await pass(schedule, 0);
  expect(seen.lines).toEqual([`${file} holds no time to come: 'tomorrow'`]);
});
