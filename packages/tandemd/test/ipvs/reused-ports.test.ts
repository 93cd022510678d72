import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rescheduleReusedPorts } from '../../src/ipvs/reused-ports.ts';

let folder: string;
let setting: string;
let logged: string[];
const log = (level: string, text: string): void => void logged.push(`${level}: ${text}`);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reused-ports-'));
  setting = join(folder, 'conn_reuse_mode');
  logged = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

test('The default of the kernel becomes one that holds for DR too, and that is said', () => {
  writeFileSync(setting, '1\n');
  rescheduleReusedPorts(log, setting);
  expect(readFileSync(setting, 'utf8')).toBe('3');
  expect(logged).toEqual(['info: net.ipv4.vs.conn_reuse_mode = 3, was 1']);
});

test.each(['0\n', '2\n', '3\n'])('What somebody set (%j) stays, without a word', (value) => {
  writeFileSync(setting, value);
  rescheduleReusedPorts(log, setting);
  expect(readFileSync(setting, 'utf8')).toBe(value);
  expect(logged).toEqual([]);
});

test('A kernel without the setting is told of, and nothing else happens', () => {
  rescheduleReusedPorts(log, setting);
  expect(logged).toHaveLength(1);
  expect(logged[0]).toMatch(
    /^warning: net\.ipv4\.vs\.conn_reuse_mode stays as it is: no such file or directory$/,
  );
});
