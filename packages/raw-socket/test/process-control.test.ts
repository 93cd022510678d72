import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { expect, test } from 'vitest';

import * as control from '../src/process-control.ts';
import { caught } from './traffic.ts';
import { errorWithoutPrivilege } from './without-privilege.ts';

const ADDON = fileURLToPath(new URL('../build/Release/raw_socket.node', import.meta.url));

test('an interface has an index, and one that is not there has none', () => {
  expect(control.interfaceIndex('lo')).toBe(1);
  expect(control.interfaceIndex('no-such')).toBeUndefined();
  expect(control.interfaceIndex('longer-than-any-interface-name')).toBeUndefined();
  for (const name of ['a\0b', 'x'.repeat(256), 1 as never])
    expect(caught(() => control.interfaceIndex(name))).toBeInstanceOf(TypeError);
});

test('the process name is what ps shows, cut at 15 bytes', () => {
  control.setProcessName('tandem-test-with-a-long-name');
  expect(readFileSync('/proc/self/comm', 'utf8')).toBe('tandem-test-wit\n');
  control.setProcessName('node');
});

test('the parent is the parent', () => {
  expect(control.parentPid()).toBe(
    Number(/PPid:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]),
  );
});

test('the nice value is set', () => {
  const before = getPriority();
  control.setNice(before + 1);
  expect(getPriority()).toBe(before + 1);
  setPriority(before);
  for (const priority of [-21, 20, 0.5])
    expect(caught(() => control.setNice(priority))).toBeInstanceOf(TypeError);
});

test('without the privilege, a higher priority is an error with a code', () => {
  expect(errorWithoutPrivilege('addon.setNice(-20)')).toMatchObject({
    code: 'EACCES',
    syscall: 'setpriority',
  });
  expect(errorWithoutPrivilege('addon.setRoundRobin(1)')).toMatchObject({
    code: 'EPERM',
    syscall: 'sched_setscheduler',
  });
});

test('the real-time policy is set for this thread and not for what it starts', () => {
  control.setRoundRobin(10);
  // After the command's closing bracket: field 40 is the priority, 41 the policy (2 is SCHED_RR).
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  expect(fields.slice(37, 39)).toEqual(['10', '2']);
  for (const priority of [0, 100])
    expect(caught(() => control.setRoundRobin(priority))).toBeInstanceOf(TypeError);
});

test('a real-time process that waits for nothing is ended at its limit', async () => {
  const spin = `const addon = require(${JSON.stringify(ADDON)});
    addon.limitRealTime(200000);
    if (addon.setRoundRobin(1) !== 0) process.exit(3);
    const until = Date.now() + 20000;
    while (Date.now() < until);`;
  const child = spawn(process.execPath, ['-e', spin], { stdio: 'ignore' });
  const signal = await new Promise((resolve) => child.on('exit', (_, name) => resolve(name)));
  expect(signal).toBe('SIGKILL');
  for (const limit of [0, 0.5])
    expect(caught(() => control.limitRealTime(limit))).toBeInstanceOf(TypeError);
});

function allowed(file: string): string | undefined {
  return /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1];
}

test('all threads run on the processors that are named, and on no others', () => {
  const first = Number(/^\d+/.exec(allowed('/proc/self/status') ?? '')?.[0]);
  const all = availableParallelism();
  const spread = Array.from({ length: 1024 }, (_, number) => number);
  control.setAffinity([first]);
  try {
    const threads = readdirSync('/proc/self/task').map((id) => `/proc/self/task/${id}/status`);
    expect(new Set(threads.map(allowed))).toEqual(new Set([String(first)]));
    expect(caught(() => control.setAffinity([1023]))).toMatchObject({
      code: 'EINVAL',
      syscall: 'sched_setaffinity',
    });
  } finally {
    control.setAffinity(spread);
  }
  expect(availableParallelism()).toBeGreaterThanOrEqual(all);
  for (const number of [-1, 1024, 0.5])
    expect(caught(() => control.setAffinity([number]))).toBeInstanceOf(RangeError);
});

/** A figure of /proc/self/status. */
function kilobytes(name: string): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(new RegExp(`${name}:\\s*(\\d+)`).exec(status)?.[1]);
}

test('memory is locked without pulling in what was never touched', async () => {
  const before = kilobytes('VmRSS');
  control.lockMemory();
  expect(kilobytes('VmLck')).toBeGreaterThan(0);
  expect(kilobytes('VmRSS')).toBeLessThan(before * 1.5);
  // V8 gives back memory when a worker ends, which must go on working.
  const worker = new Worker('new Array(1e6).fill(0)', { eval: true });
  expect(await new Promise((resolve) => worker.on('exit', resolve))).toBe(0);
});

test('the parent death signal ends a child whose parent was killed', async () => {
  const child = `require(${JSON.stringify(ADDON)}).setParentDeathSignal(15);
    console.log('ready'); setTimeout(() => console.log('survived'), 10000)`;
  const parent = `require('child_process')
    .spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' })`;
  const intermediate = spawn(process.execPath, ['-e', parent], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  intermediate.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output === 'ready\n') intermediate.kill('SIGKILL');
  });
  // The pipe stays open for as long as the grandchild lives.
  await new Promise((resolve) => intermediate.on('close', resolve));
  expect(output).toBe('ready\n');
  for (const signal of [-1, 65])
    expect(caught(() => control.setParentDeathSignal(signal))).toBeInstanceOf(TypeError);
});
