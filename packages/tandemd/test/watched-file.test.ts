import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrackFileSettings } from '@tandem/vrrp';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WatchedFile } from '../src/watched-file.ts';

let folder = '';
let path = '';
let values: number[] = [];
let log: string[] = [];
const files: WatchedFile[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-'));
  path = join(folder, 'load');
  values = [];
  log = [];
});
afterEach(() => {
  for (const each of files.splice(0)) each.close();
  rmSync(folder, { recursive: true });
});

function watchIt(changes: Partial<TrackFileSettings> = {}): WatchedFile {
  const watched = new WatchedFile(
    { name: 'load', path, ...changes },
    { changed: () => values.push(watched.value), log: (text) => log.push(text) },
  );
  files.push(watched);
  return watched;
}

test('inventory §3.8, file: the number is there at once, and each new one is told', async () => {
  writeFileSync(path, '3\n');
  expect(watchIt().value).toBe(3);
  writeFileSync(path, '20\n');
  await vi.waitFor(() => expect(values).toEqual([20]), 10_000);
  rmSync(path);
  await vi.waitFor(() => expect(values).toEqual([20, 0]), 10_000);
  writeFileSync(join(folder, 'new'), '7');
  renameSync(join(folder, 'new'), path);
  await vi.waitFor(() => expect(values).toEqual([20, 0, 7]), 10_000);
});

test('a file that does not exist, or cannot be read, holds 0', () => {
  expect(watchIt().value).toBe(0);
  expect(watchIt({ path: '/no/such/folder/file' }).value).toBe(0);
  expect(log).toEqual([]);
  expect(watchIt({ path: folder }).value).toBe(0);
  expect(log).toEqual([`track_file load: cannot read ${folder}: EISDIR`]);
});

test('a file that holds no number is said once, until it holds one', async () => {
  writeFileSync(path, 'seven\n');
  const watched = watchIt();
  const problem = `${path} holds no number, and counts as 0: it is to begin with one such as 0 or -20`;
  expect([watched.value, watched.problem]).toEqual([0, problem]);
  writeFileSync(path, 'eight\n');
  writeFileSync(path, '8\n');
  await vi.waitFor(() => expect(values).toEqual([8]), 10_000);
  expect([watched.problem, log]).toEqual([undefined, [`track_file load: ${problem}`]]);
});

test('a pipe without a writer does not hold anything up', () => {
  execFileSync('/bin/sh', ['-c', `mkfifo ${path}`]);
  expect(watchIt().value).toBe(0);
});

test('inventory §2.6: init_file makes the file, and overwrites one only when told to', () => {
  expect(watchIt({ initial: { value: 5, overwrite: false } }).value).toBe(5);
  expect(readFileSync(path, 'utf8')).toBe('5\n');
  expect(watchIt({ initial: { value: 6, overwrite: false } }).value).toBe(5);
  expect(watchIt({ initial: { value: 7, overwrite: true } }).value).toBe(7);
});

test('without init_file nothing is made', () => {
  watchIt();
  expect(existsSync(path)).toBe(false);
});
