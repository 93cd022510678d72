import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readConfiguration } from '@tandem/config-files';
import { expect, test } from 'vitest';
import { check, listUnsupported } from '../../src/check/check-command.ts';
import { namespaceOfAll, namespaceWarnings } from '../../src/check/namespace-warnings.ts';
import { explain } from '../../src/check/explain.ts';
import { TestFolder } from '../test-folder.ts';

const GOOD = `vrrp_instance A {
  interface eth0
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
  }
}
`;
const folder = new TestFolder();

test('a clean file says nothing and exits 0', () => {
  const file = folder.write('good.conf', GOOD);
  expect(check([file], { format: 'text', box: false }, '1')).toEqual({
    output: '',
    errors: '',
    exitCode: 0,
  });
});

test('whoever checks outside of the namespace of the file is told that interfaces are of another', () => {
  const text = `net_namespace tandem-nowhere\n${GOOD.replace('eth0', 'lo')}`;
  const file = folder.write('namespace.conf', text);
  expect(check([file], { format: 'json' }, '1').errors).toBe(
    'interfaces were judged outside of net_namespace tandem-nowhere: ' +
      'run this as root, by ip netns exec tandem-nowhere, or with --no-box\n',
  );
  expect(check([file], { format: 'json', box: false }, '1').errors).toBe('');
});

test('nothing is said inside of it', () => {
  symlinkSync('/proc/self/ns/net', join(folder.path, 'here'));
  const { settings } = readConfiguration(folder.write('here.conf', 'net_namespace here\n'));
  expect(settings.global.place.namespace).toBe('here');
  expect(namespaceWarnings([settings], folder.path)).toBe('');
  expect(namespaceOfAll([settings], folder.path)).toBeUndefined();
});

test('files are checked in another namespace if all of them name it, and it is there', () => {
  folder.write('there', '');
  const named = ['there', 'there', 'nowhere', undefined].map((name, i) => {
    const file = folder.write(`${i}.conf`, name === undefined ? '' : `net_namespace ${name}\n`);
    return readConfiguration(file).settings;
  });
  const pairs = [1, 2, 3].map((i) =>
    namespaceOfAll(
      [0, i].flatMap((at) => named[at] ?? []),
      folder.path,
    ),
  );
  expect(pairs).toEqual(['there', undefined, undefined]);
  expect(namespaceOfAll(named.slice(2, 3), folder.path)).toBeUndefined();
});

test('notes leave the exit status at 0', () => {
  const file = folder.write('note.conf', `${GOOD}global_defs {\n  enable_dbus\n}\n`);
  const { output, exitCode } = check([file], { format: 'text', strict: true, box: false }, '1');
  expect(output).toMatch(/\n1 note\n$/);
  expect(exitCode).toBe(0);
});

test('warnings are problems only when asked to be strict', () => {
  const file = folder.write('warning.conf', 'vrrp_instance A {\n  virtual_router_id 10\n}\n');
  expect(check([file], { format: 'text', box: false }, '1').exitCode).toBe(0);
  expect(check([file], { format: 'text', strict: true, box: false }, '1').exitCode).toBe(1);
});

test('errors of any of several files exit 1, with a summary', () => {
  const files = [
    folder.write('good.conf', GOOD),
    folder.write('bad.conf', 'vrrp_instanze A {\n}\nfoo\n'),
  ];
  const { output, exitCode } = check(files, { format: 'text', box: false }, '1');
  expect(output).toMatch(/\n2 errors\n$/);
  expect(exitCode).toBe(1);
});

test('a file that cannot be read exits 2, whatever the others say', () => {
  const bad = folder.write('bad.conf', 'foo\n');
  for (const unreadable of [join(folder.path, 'missing.conf'), folder.path]) {
    expect(check([bad, unreadable], { format: 'text', box: false }, '1').exitCode).toBe(2);
  }
});

test('JSON holds the counts and the diagnostics as they are', () => {
  const file = folder.write('bad.conf', 'foo\n');
  const { output } = check([file], { format: 'json', box: false }, '1');
  expect(JSON.parse(output)).toMatchObject({
    counts: { errors: 1, warnings: 0, notes: 0 },
    diagnostics: [{ code: 'UNKNOWN_KEYWORD', span: { file, line: 1, column: 1, length: 3 } }],
  });
});

test('each file may have its own config id', () => {
  const file = folder.write('ids.conf', `${GOOD}@a foo\n@b bar\n`);
  const found = check(
    [file, file],
    { format: 'json', box: false, configId: ['a', 'b'] },
    '1',
  ).output;
  expect(found.match(/Unknown keyword '...'/g)).toEqual([
    "Unknown keyword 'foo'",
    "Unknown keyword 'bar'",
  ]);
});

test('a code is explained in any case of letters, with its example', () => {
  expect(explain('number_out_of_range')).toMatch(
    /^NUMBER_OUT_OF_RANGE \(error\)\n\n.*\nCure: .*\n\nExample, in vrrp_instance:\n\n {4}priority 300\n$/,
  );
  expect(explain('toString')).toBeUndefined();
});

test('keywords without effect are listed with what does not happen', () => {
  expect(listUnsupported()).toMatch(/^[a-z_]+ [a-z_]+: .* Warning: .*\.$/m);
});

test('the files of a cluster are compared, and named by what tells them apart', () => {
  const other = GOOD.replace('_id 10', '_id 11');
  const files = [folder.write('a.conf', GOOD), folder.write('b.conf', other)];
  const { output, exitCode } = check(files, { format: 'text', cluster: true }, '1');
  expect(output).toContain('virtual_router_id is 11 in b.conf, but 10 in a.conf: ');
  expect(output).toMatch(/\n1 error\n$/);
  expect(exitCode).toBe(1);
});

test('a file of a cluster that cannot be read is not compared', () => {
  const files = [folder.write('lb1.conf', GOOD), join(folder.path, 'missing.conf')];
  const { output, exitCode } = check(files, { format: 'text', cluster: true }, '1');
  expect(output).toContain('FILE_MISSING');
  expect(output).not.toContain('CLUSTER_');
  expect(exitCode).toBe(2);
});

test('a file that the boxes of a cluster share is judged once for each, and reported once', () => {
  const file = folder.write('shared.conf', `${GOOD}foo\n`);
  const ids = ['lb1', 'lb2'];
  const { output } = check([file, file], { format: 'text', cluster: true, configId: ids }, '1');
  expect(output.match(/UNKNOWN_KEYWORD/g)).toHaveLength(1);
  expect(output).toContain(`priority is 100 in ${file} (lb2) and in ${file} (lb1)`);
});

test('the copies of a repeated line are told once, and counted', () => {
  const file = folder.write('repeated.conf', `${GOOD}~SEQ(N, 1, 20) foo\${N}\n`);
  const { output } = check([file], { format: 'text', box: false }, '1');
  expect(output.match(/UNKNOWN_KEYWORD/g)).toHaveLength(1);
  expect(output).toMatch(/\n {2}and in 19 more copies of this line\n\n1 error\n$/);
});
