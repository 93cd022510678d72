import { expect, test } from 'vitest';
import { parseCommandLine, type CommandLine } from '../../src/supervisor/command-line.ts';
import { dumpPath, placed, removeEmptyFolders } from '../../src/supervisor/place.ts';

const NOWHERE = { usesPidFolder: false, isInDumpNames: false };

function commandLine(...words: readonly string[]): CommandLine {
  const asked = parseCommandLine(words);
  if (asked.kind !== 'run') throw new Error('wrong words');
  return asked.options;
}

test.each([
  [{}, [], '/run/keepalived.pid', '/run/tandem/control.sock'],
  [{ usesPidFolder: true }, [], '/run/keepalived/keepalived.pid', '/run/tandem/control.sock'],
  [{ instance: 'a' }, [], '/run/keepalived/keepalived_a.pid', '/run/tandem/a/control.sock'],
  [{ namespace: 'n' }, [], '/run/keepalived/n/keepalived.pid', '/run/tandem/n/control.sock'],
  [
    { namespace: 'n', instance: 'a' },
    ['-s', 'm'],
    '/run/keepalived/m/keepalived_a.pid',
    '/run/tandem/m_a/control.sock',
  ],
  [{ namespace: 'n' }, ['-p', '/x', '--control', '/y'], '/x', '/y'],
])('%j with %j: the pid file is %s, and tandemctl finds %s', (place, words, ...paths) => {
  const options = placed(commandLine(...words), { ...NOWHERE, ...place });
  expect([options.pidFile, options.controlPath]).toEqual(paths);
});

test('data_use_instance puts the place into the names of dumps', () => {
  const place = { usesPidFolder: false, namespace: 'n', instance: 'a' };
  const path = '/tmp/keepalived.data';
  expect(dumpPath(path, { ...place, isInDumpNames: false }, undefined)).toBe(path);
  const named = { ...place, isInDumpNames: true };
  expect(dumpPath(path, named, undefined)).toBe('/tmp/keepalived.n_a.data');
  expect(dumpPath('/tmp/x.y/dump', named, 'm')).toBe('/tmp/x.y/dump.m_a');
  expect(dumpPath(path, { ...NOWHERE, isInDumpNames: true }, undefined)).toBe(path);
});

test.each(['', '..', 'a/b'])('-s %j is no namespace', (name) => {
  expect(parseCommandLine(['-s', name])).toMatchObject({ kind: 'error' });
});

test('--instance comes before that of the configuration', () => {
  const options = placed(commandLine('--cleanup', '--instance', 'b'), {
    ...NOWHERE,
    instance: 'a',
  });
  expect(options.pidFile).toBe('/run/keepalived/keepalived_b.pid');
  expect(parseCommandLine(['--instance', 'a/b']).kind).toBe('error');
});

test.each([
  [
    ['/run/keepalived/n/keepalived.pid', '/run/tandem/n/control.sock'],
    ['/run/keepalived/n', '/run/tandem/n'],
  ],
  [['/run/keepalived/keepalived_a.pid', '/run/tandem/a/control.sock'], ['/run/tandem/a']],
  [['/run/keepalived.pid', '/run/tandem/control.sock'], []],
  [['/run/keepalived-2/x.pid', '/srv/own/control.sock'], []],
])(
  'at the stop of %j the folders %j go, if they are empty',
  ([pidFile = '', controlPath = ''], expected) => {
    const removed: string[] = [];
    removeEmptyFolders({ pidFile, controlPath }, (folder) => {
      removed.push(folder);
      throw new Error('ENOTEMPTY');
    });
    expect(removed).toEqual(expected);
  },
);
