import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ChangesFile } from '../../src/supervisor/changes-file.ts';

const CHANGES = [
  { path: 'ipv4/conf/all/rp_filter', before: 1, ours: 0 },
  { path: 'ipv6/conf/web 1.5/accept_ra', before: -1, ours: 0 },
];

function files() {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-changes-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'vrrp.pid.changes');
  const complaints: string[] = [];
  return { path, complaints, file: new ChangesFile(path, (text) => void complaints.push(text)) };
}

test('the next daemon reads what is changed; there is no file when nothing is', () => {
  const { path, file, complaints } = files();
  expect(file.read()).toEqual([]);
  file.write(CHANGES.slice(0, 1));
  file.write(CHANGES);
  expect(file.read()).toEqual(CHANGES);
  file.write([]);
  expect(existsSync(path)).toBe(false);
  expect(complaints).toEqual([]);
});

test('what another boot or network namespace has written counts for nothing', () => {
  const { path, file } = files();
  file.write(CHANGES);
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^./, 'x'));
  expect(file.read()).toEqual([]);
});

test('a file that others can write counts for nothing', () => {
  const { path, file } = files();
  file.write(CHANGES);
  chmodSync(path, 0o622);
  expect(file.read()).toEqual([]);
});

test.each(['1 0 ../../kernel/panic', '1 0 ipv4/conf/../arp_ignore', 'x 0 ipv4/conf/a/b', '', '\0'])(
  'a line that is no change of an interface is passed over: %j',
  (line) => {
    const { path, file } = files();
    file.write(CHANGES);
    writeFileSync(path, `${readFileSync(path, 'utf8')}${line}\n`);
    expect(file.read()).toEqual(CHANGES);
  },
);

test('a file that cannot be written is complained of', () => {
  const complaints: string[] = [];
  new ChangesFile('/proc/nowhere/x', (text) => void complaints.push(text)).write(CHANGES);
  expect(complaints).toEqual([expect.stringContaining('/proc/nowhere/x')]);
});
