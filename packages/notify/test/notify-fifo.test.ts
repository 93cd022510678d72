import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { findAccount, NotifyFifo, ScriptLauncher, type FifoPlace } from '../src/index.ts';

const PIPE_BYTES = 65_536;

let folder = '';
let path = '';
let said: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fifo-'));
  path = join(folder, 'fifo');
  said = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function open(place: Partial<FifoPlace> = {}): NotifyFifo {
  return new NotifyFifo(
    { path, ...place },
    { launcher: new ScriptLauncher(), log: (text) => said.push(text) },
  );
}

/** @returns what lies in the FIFO */
function drain(): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(2 * PIPE_BYTES);
  let length = 0;
  try {
    for (;;) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (read === 0) break;
      length += read;
    }
  } catch {
    // It is empty.
  }
  closeSync(descriptor);
  return buffer.toString('utf8', 0, length);
}

test('a FIFO that is missing is created for its owner alone, and removed again', () => {
  const fifo = open();
  expect(statSync(path).isFIFO()).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  fifo.close();
  expect(existsSync(path)).toBe(false);
  expect(said).toEqual([]);
});

test('a FIFO whose maker is late to end is there all the same', () => {
  const late = join(folder, 'mkfifo');
  writeFileSync(late, `#!/bin/sh\nPATH=/usr/bin:/bin\nmkfifo "$@"\nexec sleep 60\n`);
  chmodSync(late, 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const fifo = open();
  fifo.write('heard');
  expect(drain()).toBe('heard\n');
  fifo.close();
  expect(existsSync(path)).toBe(false);
  expect(said).toEqual([]);
});

test('it becomes that of the account that is named', () => {
  const nobody = findAccount('nobody');
  const fifo = open({ user: 'nobody' });
  const { uid, gid } = statSync(path);
  expect({ uid, gid }).toEqual(nobody);
  fifo.close();
});

test('one whose account does not exist is not created', () => {
  const fifo = open({ user: 'nobody-here' });
  fifo.write('lost');
  fifo.close();
  expect(existsSync(path)).toBe(false);
  expect(said).toEqual([`notify fifo ${path}: invalid user/group nobody-here - ignoring`]);
});

test('a FIFO that is there stays as it is, also at the end', () => {
  execFileSync('mkfifo', ['-m', '0640', path]);
  const before = statSync(path);
  const fifo = open({ user: 'nobody' });
  fifo.write('INSTANCE "V" MASTER 100');
  expect(drain()).toBe('INSTANCE "V" MASTER 100\n');
  fifo.close();
  const { ino, mode, uid } = statSync(path);
  expect({ ino, mode, uid }).toEqual({ ino: before.ino, mode: before.mode, uid: before.uid });
});

test('a FIFO that somebody has put in the place of ours is not removed', () => {
  const fifo = open();
  rmSync(path);
  execFileSync('mkfifo', [path]);
  fifo.close();
  expect(existsSync(path)).toBe(true);
});

test('it knows whether it is still there', () => {
  const fifo = open();
  onTestFinished(() => fifo.close());
  expect(fifo.isThere).toBe(true);
  rmSync(path);
  expect(fifo.isThere).toBe(false);
  execFileSync('mkfifo', [path]);
  expect(fifo.isThere).toBe(false);
  path = join(folder, 'missing', 'fifo');
  expect(open().isThere).toBe(false);
});

test('a file of another kind is left alone', () => {
  writeFileSync(path, 'precious');
  const fifo = open();
  fifo.write('lost');
  fifo.close();
  expect(readFileSync(path, 'utf8')).toBe('precious');
  expect(said).toEqual([`notify fifo ${path}: it is not a FIFO - ignoring`]);
});

test('a folder in its place is not called a full FIFO', () => {
  path = folder;
  open().close();
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('EISDIR');
});

test('where it cannot be created, that is said and all goes on', () => {
  path = join(folder, 'missing', 'fifo');
  const fifo = open();
  fifo.write('lost');
  fifo.close();
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('cannot be created');
});

test('lines wait for a reader; of too many the oldest stay, and the loss is said once', () => {
  const fifo = open();
  const lines = Array.from({ length: 3000 }, (_, i) => `INSTANCE "V" MASTER_PRIORITY ${i}`);
  for (const line of lines) fifo.write(line);
  const kept = drain().trimEnd().split('\n');
  expect(kept.length).toBeGreaterThan(PIPE_BYTES / 2 / 34);
  expect(kept).toEqual(lines.slice(0, kept.length));
  expect(said).toEqual([`notify fifo ${path}: lines are lost: it is full, as nobody reads it`]);
  fifo.write('again');
  expect(drain()).toBe('again\n');
  for (const line of lines) fifo.write(line);
  expect(said).toHaveLength(2);
  fifo.close();
});

test('its script is started with the path as its last argument, and ended with it', async () => {
  const script = join(folder, 'script');
  const output = join(folder, 'output');
  writeFileSync(
    script,
    `#!/bin/sh\ntrap 'echo TERM >>${output}; exit' TERM\necho "$*" >>${output}\n` +
      `read -r line <"$2"; echo "$line" >>${output}\nwhile :; do sleep 0.01; done\n`,
  );
  chmodSync(script, 0o755);
  const fifo = open({ script: { argv: [script, 'word'] } });
  onTestFinished(() => fifo.close());
  fifo.write('INSTANCE "V" BACKUP 100');
  const heard = `word ${path}\nINSTANCE "V" BACKUP 100\n`;
  await vi.waitFor(() => expect(readFileSync(output, 'utf8')).toBe(heard), 5000);
  fifo.close();
  await vi.waitFor(() => expect(readFileSync(output, 'utf8')).toBe(`${heard}TERM\n`), 5000);
  expect(said).toEqual([]);
});

test('its script runs as the user that it names', async () => {
  chmodSync(folder, 0o777);
  const output = join(folder, 'output');
  const argv = ['/bin/sh', '-c', `id -un >${output}`];
  const fifo = open({ script: { argv, user: 'nobody' } });
  onTestFinished(() => fifo.close());
  await vi.waitFor(() => expect(readFileSync(output, 'utf8')).toBe('nobody\n'), 10_000);
});

test('a script that ends by itself is not started again, and that is said', async () => {
  const fifo = open({ script: { argv: ['/bin/true'] } });
  await vi.waitFor(
    () => expect(said).toEqual([`notify fifo ${path}: its script terminated`]),
    10_000,
  );
  fifo.close();
});

test('a FIFO without its script is of use all the same', () => {
  const fifo = open({ script: { argv: ['/no/such/script'] } });
  fifo.write('heard');
  expect(drain()).toBe('heard\n');
  expect(said).toEqual([
    `notify fifo ${path}: Script /no/such/script cannot be accessed - No such file or directory (/no does not exist)`,
  ]);
  fifo.close();
});
