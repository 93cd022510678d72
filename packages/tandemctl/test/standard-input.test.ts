import { Buffer } from 'node:buffer';
import { closeSync, openSync } from 'node:fs';
import { Readable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { check } from '../src/check/check-command.ts';
import { dump } from '../src/dump/dump-command.ts';
import { fmt } from '../src/fmt/fmt-command.ts';
import { readStandardInput, StandardInputError } from '../src/standard-input.ts';
import { TestFolder } from './test-folder.ts';

const folder = new TestFolder();

test('the standard input is read to its end, where a dash names it', async () => {
  const stream = Readable.from([Buffer.from('global_'), Buffer.from('defs {\n}\n')]);
  expect(String(await readStandardInput(['a.conf', '-'], stream))).toBe('global_defs {\n}\n');
  expect(await readStandardInput(['a.conf'], stream)).toBeUndefined();
});

test('a standard input that holds too much is refused in one line', async () => {
  const stream = Readable.from([Buffer.alloc(6), Buffer.alloc(5)]);
  const reading = readStandardInput(['-'], stream, 10);
  await expect(reading).rejects.toThrow(StandardInputError);
  await expect(reading).rejects.toThrow('<stdin>: it is longer than 10 bytes');
});

test('a folder as the standard input is an error, not an empty file', async () => {
  const fd = openSync(folder.path, 'r');
  vi.spyOn(process, 'stdin', 'get').mockReturnValue({ fd } as typeof process.stdin);
  try {
    await expect(readStandardInput(['-'])).rejects.toThrow('<stdin>: it is a directory');
  } finally {
    vi.restoreAllMocks();
    closeSync(fd);
  }
});

test('diagnostics call it <stdin>, in text and in the comparison of a cluster', () => {
  const standardInput = Buffer.from('global_defs {\n  routerid x\n}\n');
  const { output, exitCode } = check(['-'], { format: 'text', standardInput }, '1');
  expect(output).toMatch(/^<stdin>:2:3: error\[UNKNOWN_KEYWORD\]: /);
  expect(exitCode).toBe(1);
});

test('what the standard input includes starts at the current folder', () => {
  folder.write('more.conf', 'global_defs {\n  router_id box\n}\n');
  const standardInput = Buffer.from('include more.conf\n');
  const home = process.cwd();
  process.chdir(folder.path);
  try {
    const { output, exitCode } = dump('-', { format: 'conf', standardInput });
    expect([output, exitCode]).toEqual(['global_defs {\n  router_id box\n}\n', 0]);
  } finally {
    process.chdir(home);
  }
});

test('fmt lays the standard input out, and names it where it cannot', () => {
  const laidOut = fmt(['-'], 'print', Buffer.from('global_defs\n{\nrouter_id  a\n}'));
  expect(laidOut.output.toString()).toBe('global_defs {\n  router_id a\n}\n');
  const { errors, exitCode } = fmt(['-'], 'print', Buffer.from('global_defs {\n'));
  expect(errors).toContain('<stdin>:1:13: error[MISSING_CLOSE_BRACE]');
  expect(exitCode).toBe(2);
});
