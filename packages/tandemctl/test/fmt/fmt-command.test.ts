import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fmt } from '../../src/fmt/fmt-command.ts';

let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tandemctl-'));
  file = join(folder, 'a.conf');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const UGLY = 'global_defs\n{\nrouter_id  a\n}';
const FINE = 'global_defs {\n  router_id a\n}\n';

test('without a mode, the formatted text of all files is printed and the files stay', () => {
  const other = join(folder, 'b.conf');
  writeFileSync(file, UGLY);
  writeFileSync(other, FINE);
  const { output, exitCode } = fmt([file, other], 'print');
  expect([output.toString(), exitCode]).toEqual([FINE + FINE, 0]);
  expect(readFileSync(file, 'utf8')).toBe(UGLY);
});

test('a file is replaced, and keeps its mode', () => {
  writeFileSync(file, UGLY);
  chmodSync(file, 0o640);
  expect(fmt([file], 'write').exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(FINE);
  expect(statSync(file).mode & 0o7777).toBe(0o640);
  expect(readdirSync(folder)).toEqual(['a.conf']);
});

test('a file that is fine already is not touched', () => {
  writeFileSync(file, FINE);
  const { ino } = statSync(file);
  expect(fmt([file], 'write').exitCode).toBe(0);
  expect(statSync(file).ino).toBe(ino);
});

test('of a link, the file that it leads to is replaced', () => {
  const link = join(folder, 'link');
  writeFileSync(file, UGLY);
  symlinkSync('a.conf', link);
  fmt([link], 'write');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe(FINE);
});

test('files that would change are named, and end with 1', () => {
  const other = join(folder, 'b.conf');
  writeFileSync(file, UGLY);
  writeFileSync(other, FINE);
  const { output, exitCode } = fmt([file, other], 'check');
  expect([output.toString(), exitCode]).toEqual([`${file}\n`, 1]);
  expect(fmt([other], 'check')).toMatchObject({ exitCode: 0 });
});

test('what would change is shown, and ends with 1', () => {
  writeFileSync(file, UGLY);
  const { output, exitCode } = fmt([file], 'diff');
  expect(exitCode).toBe(1);
  expect(output.toString()).toBe(`--- ${file}
+++ ${file}
@@ -1,4 +1,3 @@
-global_defs
-{
-router_id  a
-}
\\ No newline at end of file
+global_defs {
+  router_id a
+}
`);
  writeFileSync(file, FINE);
  expect(fmt([file], 'diff').output).toHaveLength(0);
});

test('a file whose braces do not pair up stays as it is, and the others are done', () => {
  const broken = join(folder, 'b.conf');
  writeFileSync(broken, 'global_defs {\n\n\n');
  writeFileSync(file, UGLY);
  const { errors, exitCode } = fmt([broken, join(folder, 'none.conf'), folder, file], 'write');
  expect(exitCode).toBe(2);
  expect(errors).toContain(`${broken}:1:13: error[MISSING_CLOSE_BRACE]`);
  expect(errors).toContain(`${join(folder, 'none.conf')}: no such file or directory\n`);
  expect(errors).toContain(`${folder}: is a directory\n`);
  expect(readFileSync(broken, 'utf8')).toBe('global_defs {\n\n\n');
  expect(readFileSync(file, 'utf8')).toBe(FINE);
});

test('a file whose block a definition of an included file opens is laid out, with that file as it is', () => {
  const definitions = join(folder, 'defs.conf');
  writeFileSync(definitions, '$OPEN=vrrp_instance   A {\n');
  writeFileSync(file, 'include defs.conf\n$OPEN\nstate  X\n}\n');
  expect(fmt([file], 'write')).toMatchObject({ errors: '', exitCode: 0 });
  expect(readFileSync(file, 'utf8')).toBe('include defs.conf\n$OPEN\n  state X\n}\n');
  expect(readFileSync(definitions, 'utf8')).toBe('$OPEN=vrrp_instance   A {\n');
});

test('bytes that are no UTF-8 come out as they went in', () => {
  const bytes = Buffer.from([0x23, 0xff, 0xa0, 0x20, 0x0a, 0x61, 0x20, 0x20, 0x85, 0x00]);
  writeFileSync(file, bytes);
  expect([...fmt([file], 'print').output]).toEqual([
    0x23, 0xff, 0xa0, 0x0a, 0x61, 0x20, 0x85, 0x00, 0x0a,
  ]);
});

test('what is no file is said in words, is not read to an end that it has not got, and costs no other file', () => {
  const good = join(folder, 'good.conf');
  writeFileSync(good, 'vrrp_instance V {\n}\n');
  const { output, errors, exitCode } = fmt([folder, '/dev/zero', join(good, 'x'), good], 'print');
  expect(errors.split('\n')).toEqual([
    `${folder}: is a directory`,
    '/dev/zero: is a device',
    `${join(good, 'x')}: not a directory`,
    '',
  ]);
  expect([String(output), exitCode]).toEqual(['vrrp_instance V {\n}\n', 2]);
});
