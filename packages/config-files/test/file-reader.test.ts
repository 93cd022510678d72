import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileReader, readConfiguration } from '../src/index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('a file is read, also relative to the folder of the one that names it', () => {
  writeFileSync(join(folder, 'a.conf'), 'global_defs {\n}\n');
  const file = { path: join(folder, 'a.conf'), text: 'global_defs {\n}\n' };
  expect(fileReader.read(join(folder, 'a.conf'))).toEqual([file]);
  expect(fileReader.read('a.conf', folder)).toEqual([file]);
});

function found(pattern: string): string[] {
  return fileReader.read(pattern, folder).map((each) => each.path.slice(folder.length + 1));
}

test('a pattern matches files in all its parts, sorted, and not hidden ones', () => {
  for (const name of ['b/x.conf', 'a/y.conf', 'a/x.conf', 'a/.h.conf', 'c/x.txt']) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
  expect(found('*/[wx]*.conf')).toEqual(['a/x.conf', 'b/x.conf']);
  expect(found('?/*')).toEqual(['a/x.conf', 'a/y.conf', 'b/x.conf', 'c/x.txt']);
  expect(found('*/z*')).toEqual([]);
  expect(found('*/x.conf')).toEqual(['a/x.conf', 'b/x.conf']);
});

test('what is missing is nothing; folders, executables and special files are named', () => {
  expect(fileReader.read(join(folder, 'none'))).toEqual([]);
  mkdirSync(join(folder, 'd'));
  expect(fileReader.read('d', folder)).toMatchObject([{ problem: 'directory' }]);
  writeFileSync(join(folder, 'x'), '');
  chmodSync(join(folder, 'x'), 0o744);
  expect(fileReader.read('x', folder)).toMatchObject([{ problem: 'executable' }]);
  expect(fileReader.read('/dev/null')).toMatchObject([{ problem: 'not a regular file' }]);
});

test('a file that cannot even be looked at is named, not thrown', () => {
  symlinkSync('circle', join(folder, 'circle'));
  const unreadable = { problem: 'unreadable', reason: 'too many symbolic links encountered' };
  expect(fileReader.read('circle', folder)).toMatchObject([unreadable]);
  expect(fileReader.read('circ*', folder)).toMatchObject([unreadable]);
  expect(readConfiguration(join(folder, 'circle')).diagnostics).not.toEqual([]);
});

test('a folder that cannot be looked into may have what a pattern matches, and is named', () => {
  symlinkSync('circle', join(folder, 'circle'));
  mkdirSync(join(folder, 'open'));
  writeFileSync(join(folder, 'open/a.conf'), '');
  writeFileSync(join(folder, 'file'), '');
  const closed = { path: join(folder, 'circle/'), problem: 'unreadable' };
  expect(fileReader.read('circle/*.conf', folder)).toMatchObject([closed]);
  expect(fileReader.read('[co]*/*.conf', folder)).toMatchObject([
    { path: join(folder, 'open/a.conf'), text: '' },
    closed,
  ]);
  expect(fileReader.read('file/*.conf', folder)).toEqual([]);
  expect(fileReader.read('none/*.conf', folder)).toEqual([]);
});

test('a configuration comes with its diagnostics and the files that were read', () => {
  const path = join(folder, 'a.conf');
  writeFileSync(path, 'vrrp_instance V {\n  interface eth0\n  virtual_router_id 300\n}\n');
  const { diagnostics, files } = readConfiguration(path);
  expect(files).toEqual([path]);
  expect(diagnostics.map((each) => each.span?.line)).toContain(3);
});
