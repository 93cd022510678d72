import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProcessScanner } from '../../src/vrrp/process-scanner.ts';
import { processSettings } from '../../../vrrp/test/instance-settings.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'proc-'));
  mkdirSync(join(folder, 'sys'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A process as the kernel shows it; one of the same number is another one from now on. */
function run(pid: number, name: string, { argv = [name], state = 'S' } = {}): void {
  mkdirSync(join(folder, String(pid)), { recursive: true });
  writeFileSync(join(folder, String(pid), 'stat'), `${pid} (${name}) ${state} 1 1 1`);
  writeFileSync(join(folder, String(pid), 'cmdline'), argv.map((each) => `${each}\0`).join(''));
}

test('all that runs is counted, by name and by command, the unburied left out', async () => {
  run(10, 'haproxy');
  run(11, 'haproxy', { argv: ['/usr/sbin/haproxy', '-f', 'x'] });
  run(12, 'haproxy', { state: 'Z' });
  run(13, 'a) R (b');
  const scanner = new ProcessScanner(folder);
  const counts = await scanner.count([
    processSettings({}),
    processSettings({ parameters: ['-f', 'x'], wholeCommand: true }),
    processSettings({ process: 'a) R (b' }),
    processSettings({ process: 'nothing' }),
  ]);
  expect(counts).toEqual([2, 1, 1, 0]);
});

test('a process that has just been forked is looked at again, and one that has ended is gone', async () => {
  run(10, 'sh');
  const scanner = new ProcessScanner(folder);
  expect(await scanner.count([processSettings({})])).toEqual([0]);
  run(10, 'haproxy');
  expect(await scanner.count([processSettings({})])).toEqual([1]);
  rmSync(join(folder, '10'), { recursive: true });
  expect(await scanner.count([processSettings({})])).toEqual([0]);
});

test('command lines that are wanted later are read of processes that are known, too', async () => {
  run(10, 'haproxy', { argv: ['/usr/sbin/haproxy', '-f', 'x'] });
  const scanner = new ProcessScanner(folder);
  for (let i = 0; i < 5; i += 1) await scanner.count([processSettings({ process: 'other' })]);
  const whole = processSettings({ parameters: ['-f', 'x'], wholeCommand: true });
  expect(await scanner.count([whole])).toEqual([1]);
});

test('a process that has been counted for long is not counted once it is dead and unburied', async () => {
  run(10, 'haproxy');
  const scanner = new ProcessScanner(folder);
  for (let i = 0; i < 5; i += 1) expect(await scanner.count([processSettings({})])).toEqual([1]);
  run(10, 'haproxy', { state: 'Z' });
  expect(await scanner.count([processSettings({})])).toEqual([0]);
});

test('the processes of this system can be counted', async () => {
  const [own] = await new ProcessScanner().count([processSettings({ process: 'no such process' })]);
  expect(own).toBe(0);
});
