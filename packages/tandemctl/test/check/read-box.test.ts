import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseIp, type IpAddress } from '@tandem/inet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBox } from '../../src/check/read-box.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tandemctl-box-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('interfaces are known by name and network, unknown ones are not there', () => {
  const facts = readBox();
  expect(facts.prefixesOf('lo')).toContainEqual({ address: '127.0.0.1', length: 8 });
  expect(facts.prefixesOf('no-such-device')).toBeUndefined();
  expect(facts.hasAddress(parseIp('127.0.0.1') as IpAddress)).toBe(true);
  expect(facts.hasAddress(parseIp('203.0.113.9') as IpAddress)).toBe(false);
  expect(facts.hasInterface('lo')).toBe(true);
  expect(facts.hasInterface('no-such-device')).toBe(false);
});

test('of a path that is not there, the outermost missing folder is named', () => {
  const box = readBox();
  expect(box.obstacleOf('/bin/sh')).toBeUndefined();
  expect(box.obstacleOf(join(folder, 'sbn/notify.sh'))).toBe(
    `${join(folder, 'sbn')} does not exist`,
  );
  expect(box.obstacleOf('no-such-program')).toMatch(/folders of programs/);
});

test('a script without execute permission says so', () => {
  const script = join(folder, 'notify.sh');
  writeFileSync(script, '#!/bin/sh\n', { mode: 0o644 });
  expect(readBox().obstacleOf(script)).toBe('Permission denied');
});

test('the folder that somebody else may change is named, and a missing script has no weakness', () => {
  const open = join(folder, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  const script = join(open, 'notify.sh');
  writeFileSync(script, '#!/bin/sh\n', { mode: 0o755 });
  const box = readBox();
  const byRoot = `${open} can be written by everybody`;
  const byUser = `${script} belongs to user ${process.getuid?.()}, not to root`;
  expect(box.weaknessOf(script)).toBe(process.getuid?.() === 0 ? byRoot : byUser);
  expect(box.weaknessOf(join(open, 'missing.sh'))).toBeUndefined();
});
