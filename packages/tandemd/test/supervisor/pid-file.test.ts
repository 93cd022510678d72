import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  AlreadyRunningError,
  readPidFile,
  removePidFile,
  writePidFile,
} from '../../src/supervisor/pid-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pid-file-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const quiet = () => {};

test('a pid file holds the pid and may be read by everybody', () => {
  const path = join(folder, 'a.pid');
  writePidFile(path, process.pid, quiet);
  expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
  expect(statSync(path).mode & 0o777).toBe(0o644);
  expect(readPidFile(path)).toBe(process.pid);
  removePidFile(path, process.pid);
  expect(readPidFile(path)).toBeUndefined();
});

test('the file of a daemon that died is replaced, and that is said', () => {
  const path = join(folder, 'a.pid');
  const dead = spawnSync('/bin/true').pid;
  writeFileSync(path, `${dead}\n`);
  const lines: string[] = [];
  writePidFile(path, process.pid, (line) => lines.push(line));
  expect(lines).toEqual([`Remove a zombie pid file ${path}`]);
  expect(readPidFile(path)).toBe(process.pid);
});

test('the file of a running daemon is left alone', () => {
  const path = join(folder, 'a.pid');
  writeFileSync(path, `${process.ppid}\n`);
  expect(() => writePidFile(path, process.pid, quiet)).toThrow(AlreadyRunningError);
  expect(readPidFile(path)).toBe(process.ppid);
});

test('what is no pid file is neither replaced nor removed', () => {
  const path = join(folder, 'passwd');
  writeFileSync(path, 'root:x:0:0:root:/root:/bin/bash\n');
  const lines: string[] = [];
  for (const each of [path, '/dev/null', folder]) {
    writePidFile(each, process.pid, (line, level) => lines.push(`${level}: ${line}`));
    removePidFile(each, process.pid);
    expect(lines.splice(0)).toEqual([
      `warning: no pid file ${each}: what is there is none, and stays`,
    ]);
  }
  expect(readFileSync(path, 'utf8')).toContain('root:x:0:0');
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

test.each(['', '\n', '1234\n\0\0'])('one that was written by half (%j) is replaced', (text) => {
  const path = join(folder, 'a.pid');
  writeFileSync(path, text);
  writePidFile(path, process.pid, quiet);
  expect(readPidFile(path)).toBe(process.pid);
});

test('a file that cannot be written is said with its name, and no more', () => {
  const path = join(folder, 'nowhere', 'a.pid');
  const lines: string[] = [];
  writePidFile(path, process.pid, (line, level) => lines.push(`${level}: ${line}`));
  expect(lines).toEqual([
    expect.stringMatching(`^warning: no pid file ${path}: no such file or directory; `),
  ]);
});

test('a file that holds no pid is nobody', () => {
  const path = join(folder, 'a.pid');
  for (const text of ['', 'x', '-1', '0', '12 34', '9'.repeat(40)]) {
    writeFileSync(path, text);
    expect(readPidFile(path)).toBeUndefined();
  }
});

test('a zombie does not run', async () => {
  // The shell ends at once; cat, which takes its place as a parent, never collects it.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.01 & echo $!; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
  const zombie = Number(String(chunk));
  await vi.waitFor(() => {
    expect(readFileSync(`/proc/${zombie}/stat`, 'latin1')).toContain(') Z ');
  }, 10_000);
  const path = join(folder, 'zombie');
  writeFileSync(path, `${zombie}\n`);
  const said: string[] = [];
  writePidFile(path, process.pid, (text) => said.push(text));
  expect(said).toEqual([`Remove a zombie pid file ${path}`]);
  parent.stdin.end();
});

test('the pid file of another daemon is not removed', () => {
  const path = join(folder, 'a.pid');
  writeFileSync(path, `${process.ppid}\n`);
  expect(() => writePidFile(path, process.pid, quiet)).toThrow(AlreadyRunningError);
  removePidFile(path, process.pid);
  expect(readPidFile(path)).toBe(process.ppid);
});
