import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fullHostName } from '../src/full-host-name.ts';

const folder = mkdtempSync(join(tmpdir(), 'tandem-hosts-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('hosts(5): the first name of a line is the one that its others stand for', () => {
  const file = join(folder, 'hosts');
  writeFileSync(
    file,
    `127.0.0.1 localhost
# 10.0.0.1 no.example.org box
127.0.1.1\tbox.example.org  Box lb1 # lb2
10.0.0.2 other.example.org box
`,
  );
  expect(fullHostName('box', file)).toBe('box.example.org');
  expect(fullHostName('lb1', file)).toBe('box.example.org');
  expect(fullHostName('box.example.org', file)).toBe('box.example.org');
});

test('a name that is in no file is asked for elsewhere', () => {
  expect(fullHostName('localhost', join(folder, 'missing'))).toBe('localhost');
});

test('RFC 1035 §2.3.4: one that is too long to be asked for stays as it is', () => {
  const name = 'x'.repeat(300);
  expect(fullHostName(name, join(folder, 'missing'))).toBe(name);
});
