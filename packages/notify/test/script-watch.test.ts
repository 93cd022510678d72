import { ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextImmediate } from 'node:timers/promises';
import { seconds } from '@tandem/time';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { ScriptLauncher, ScriptWatcher, type WatchedScript } from '../src/index.ts';
import { endGroup } from '../src/script-launcher.ts';

let folder = '';
const watcher = new ScriptWatcher(new ScriptLauncher(), () => undefined);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function script(text: string): string {
  const path = join(folder, 'script');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Whether a process is there, dead and unburied ones aside. */
function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** The process id that the script has written. */
async function pidIn(path: string): Promise<number> {
  return vi.waitFor(() => {
    const pid = Number(readFileSync(path, 'utf8'));
    expect(pid).toBeGreaterThan(1);
    return pid;
  }, 10_000);
}

test('the outcome of a script is its exit status, or the signal that ended it', async () => {
  const ran = watcher.watch({ argv: [script('exit $1'), '3'] }, seconds(10));
  expect(await ran.outcome).toEqual({ type: 'exited', status: 3 });
  const killed = watcher.watch({ argv: [script('kill -9 $$')] }, seconds(10));
  expect(await killed.outcome).toEqual({ type: 'signalled', signal: 9 });
});

test('one that takes too long is ended with all that it has started', async () => {
  const file = join(folder, 'pid');
  const path = script(`sleep 100 & echo $! >${file}; wait`);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const watched = watcher.watch({ argv: [path] }, seconds(100));
  const pid = await pidIn(file);
  vi.advanceTimersToNextTimer();
  expect(await watched.outcome).toEqual({ type: 'timed-out' });
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 10_000);
});

test('one that ended in time has not timed out, though a stall hid its end until later', async () => {
  const launcher = new ScriptLauncher();
  let pid = 0;
  const start: ScriptLauncher['start'] = (prepared) => {
    const child = launcher.start(prepared);
    pid = child.pid ?? 0;
    return child;
  };
  const stalled = new ScriptWatcher(
    { prepare: (wanted) => launcher.prepare(wanted), start },
    () => undefined,
  );
  const path = script('exit 3');
  // After what setImmediate calls come timers, and only then what has happened outside.
  await nextImmediate();
  const watched = stalled.watch({ argv: [path] }, seconds(0.1));
  const due = performance.now() + 200;
  while (isRunning(pid) || performance.now() < due)
    expect(performance.now()).toBeLessThan(due + 30_000);
  expect(await watched.outcome).toEqual({ type: 'exited', status: 3 });
});

test('one that nobody waits for any more is ended at once', async () => {
  const file = join(folder, 'pid');
  const path = script(`trap '' TERM; echo $$ >${file}; while :; do sleep 0.1; done`);
  const watched = watcher.watch({ argv: [path] }, seconds(100));
  await pidIn(file);
  watched.end();
  expect(await watched.outcome).toEqual({ type: 'signalled', signal: 9 });
});

test('what cannot be run is an outcome', async () => {
  const missing = watcher.watch({ argv: ['/no/such'] }, seconds(1));
  expect(await missing.outcome).toEqual({
    type: 'not-run',
    reason: 'Script /no/such cannot be accessed - No such file or directory (/no does not exist)',
  });
  const argv = ['/bin/true', 'x'.repeat(3_000_000)];
  expect(await watcher.watch({ argv }, seconds(1)).outcome).toMatchObject({
    type: 'not-run',
    reason: expect.stringContaining('E2BIG'),
  });
});

const prepare: ScriptLauncher['prepare'] = ({ argv }) => ({ ok: true, argv, account: undefined });

test('one that SIGKILL does not end has timed out, and is not run again until it has ended', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const hanging: ChildProcess[] = [];
  const logged: string[] = [];
  const start = (): ChildProcess => {
    const child = new ChildProcess();
    hanging.push(child);
    return child;
  };
  const patient = new ScriptWatcher({ prepare, start }, (text) => void logged.push(text));
  const run = (): WatchedScript => patient.watch({ argv: ['/check', 'nfs'] }, seconds(3));
  const first = run();
  vi.advanceTimersByTime(5100);
  expect(await first.outcome).toEqual({ type: 'timed-out' });
  expect(await run().outcome).toEqual({ type: 'timed-out' });
  expect(await run().outcome).toEqual({ type: 'timed-out' });
  expect(logged).toEqual([
    'Script /check nfs has not ended although killed - not run again until it has',
  ]);
  expect(hanging).toHaveLength(1);
  hanging[0]?.emit('exit', null, 'SIGKILL');
  const next = run();
  hanging[1]?.emit('exit', 0, null);
  expect(await next.outcome).toEqual({ type: 'exited', status: 0 });
});

/** A child that never was one, and the signals that its group gets meanwhile. */
function playing(): { child: ChildProcess; signals: unknown[]; watched: WatchedScript } {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const signals: unknown[] = [];
  const kill = vi.spyOn(process, 'kill');
  onTestFinished(() => kill.mockRestore());
  kill.mockImplementation((pid, signal) => {
    signals.push([pid, signal]);
    return true;
  });
  const child = Object.assign(new ChildProcess(), { pid: 4711 });
  const played = new ScriptWatcher({ prepare, start: () => child }, () => undefined);
  return { child, signals, watched: played.watch({ argv: ['/check'] }, seconds(3)) };
}

test('the number of one that has ended is not signalled any more: another may have it by now', async () => {
  const { child, signals, watched } = playing();
  child.emit('exit', 0, null);
  expect(await watched.outcome).toEqual({ type: 'exited', status: 0 });
  vi.advanceTimersByTime(60_000);
  expect(signals).toEqual([]);
});

test('what one that took too long leaves behind is killed', async () => {
  const { child, signals, watched } = playing();
  vi.advanceTimersByTime(3001);
  expect(signals).toEqual([[-4711, 'SIGTERM']]);
  child.emit('exit', null, 'SIGTERM');
  expect(signals).toEqual([
    [-4711, 'SIGTERM'],
    [-4711, 'SIGKILL'],
  ]);
  expect(await watched.outcome).toEqual({ type: 'timed-out' });
});

test('what the system tells of a start that failed is the reason', async () => {
  const { child, watched } = playing();
  child.emit('error', new Error('spawn EAGAIN'));
  expect(await watched.outcome).toEqual({ type: 'not-run', reason: 'spawn EAGAIN' });
});

test('no group is ended of a script that has none: 0 and 1 would be all processes', () => {
  const { signals } = playing();
  for (const pid of [0, 1]) endGroup(pid);
  expect(signals).toEqual([]);
});
