import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeDumpFile } from '../../src/supervisor/dump-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tandem-dump-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a dump is for root alone, and replaces what was there', () => {
  const path = join(folder, 'stats');
  writeDumpFile(path, 'one');
  writeDumpFile(path, 'two');
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a link that waits in a public folder is replaced, not followed', () => {
  const target = join(folder, 'target');
  writeFileSync(target, 'precious');
  const path = join(folder, 'link');
  symlinkSync(target, path);
  symlinkSync(target, `${path}.${process.pid}`);
  writeDumpFile(path, 'dump');
  expect(readFileSync(target, 'utf8')).toBe('precious');
  expect(readFileSync(path, 'utf8')).toBe('dump');
});
