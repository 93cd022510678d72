import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { neighbourRecords, otherRecords } from '../../src/supervisor/other-records.ts';

/** A folder like /run in which there are these files. */
function runFolder(...files: readonly string[]): string {
  const run = mkdtempSync(join(tmpdir(), 'tandem-run-'));
  onTestFinished(() => rmSync(run, { recursive: true }));
  for (const each of files) {
    mkdirSync(dirname(join(run, each)), { recursive: true });
    writeFileSync(join(run, each), '');
  }
  return run;
}

test.each([
  ['keepalived.pid.kernel', ''],
  ['keepalived/keepalived_one.pid.kernel', ' --instance one'],
  ['keepalived/blue/keepalived.pid.kernel', ' --namespace blue'],
  ['keepalived/blue/keepalived_one.pid.kernel', ' --namespace blue --instance one'],
  ['keepalived_x.pid.kernel', ' --pid RUN/keepalived_x.pid'],
  [
    'keepalived/keepalived.pid.kernel',
    ' --pid RUN/keepalived/keepalived.pid --vrrp-pid RUN/keepalived/vrrp.pid ' +
      '--checkers-pid RUN/keepalived/checkers.pid',
  ],
])('what %s stands for is cleaned up with%s', (file, options) => {
  const run = runFolder(file, 'keepalived/blue/vrrp.pid', 'other.kernel');
  const asked = { pidFile: join(run, 'keepalived', 'red', 'keepalived.pid') };
  expect(otherRecords(asked, run)).toEqual([
    `there is ${join(run, file)}: tandemctl cleanup${options.replaceAll('RUN', run)}`,
  ]);
});

test('that of a daemon that runs is not to be cleaned up', () => {
  const file = 'keepalived/blue/keepalived.pid';
  const run = runFolder(`${file}.kernel`);
  writeFileSync(join(run, file), `${process.ppid}\n`);
  expect(otherRecords({ pidFile: join(run, 'keepalived.pid') }, run)).toEqual([
    `there is ${join(run, file)}.kernel, of a daemon that runs, pid ${process.ppid}`,
  ]);
});

test('neighbours are those others that run, wherever the pid file is that is meant', () => {
  const run = runFolder('keepalived_dead.pid.kernel', 'keepalived.pid.kernel');
  const pidFile = join(run, 'keepalived.pid');
  writeFileSync(join(run, 'keepalived_dead.pid'), '');
  expect(neighbourRecords({ pidFile: '/elsewhere/keepalived.pid' }, run)).toEqual([]);
  writeFileSync(pidFile, `${process.ppid}\n`);
  expect(neighbourRecords({ pidFile: '/elsewhere/keepalived.pid' }, run)).toEqual([
    `${pidFile}.kernel`,
  ]);
  expect(neighbourRecords({ pidFile }, run)).toEqual([]);
});

test('a daemon in another network namespace is no neighbour', async () => {
  const run = runFolder('keepalived/blue/keepalived.pid.kernel');
  const other = spawn('unshare', ['--net', 'sh', '-c', 'echo; exec sleep 30']);
  onTestFinished(() => void other.kill());
  await once(other.stdout, 'data');
  writeFileSync(join(run, 'keepalived/blue/keepalived.pid'), `${other.pid}\n`);
  expect(neighbourRecords({ pidFile: join(run, 'keepalived.pid') }, run)).toEqual([]);
});

test('neither the one that was asked for counts, nor any for a pid file elsewhere', () => {
  const run = runFolder('keepalived.pid.kernel');
  expect(otherRecords({ pidFile: join(run, 'keepalived.pid') }, run)).toEqual([]);
  expect(otherRecords({ pidFile: '/elsewhere/keepalived.pid' }, run)).toEqual([]);
});
