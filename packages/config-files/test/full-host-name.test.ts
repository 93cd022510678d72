import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fullHostName, nameInHosts } from '../src/full-host-name.ts';

const folder = mkdtempSync(join(tmpdir(), 'tandem-hosts-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('hosts(5): the first name of a line is the one that its others stand for', async () => {
  const file = join(folder, 'hosts');
  writeFileSync(
    file,
    `127.0.0.1 localhost
# 10.0.0.1 no.example.org box
127.0.1.1\tbox.example.org  Box lb1 # lb2
10.0.0.2 other.example.org box
`,
  );
  for (const name of ['box', 'lb1', 'box.example.org']) {
    expect(nameInHosts(name, file)).toBe('box.example.org');
    expect(await fullHostName(name, file)).toBe('box.example.org');
  }
  expect(nameInHosts('lb2', file)).toBeUndefined();
});

test('a name that is in no file is asked for elsewhere', async () => {
  expect(await fullHostName('localhost', join(folder, 'missing'))).toBe('localhost');
});

test('RFC 1035 §2.3.4: one that is too long to be asked for stays as it is', async () => {
  const name = 'x'.repeat(300);
  expect(await fullHostName(name, join(folder, 'missing'))).toBe(name);
});
