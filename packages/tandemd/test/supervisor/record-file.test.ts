import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IpAddress, MacAddress } from '@tandem/inet';
import { expect, onTestFinished, test } from 'vitest';
import { NOTHING_LEFT, type KernelRecord } from '../../src/kernel-record.ts';
import { RecordFile } from '../../src/supervisor/record-file.ts';
import { vip } from '../vrrp/fake-host.ts';
import { virtualRoute, virtualRule } from '../../../vrrp/test/routing-entries.ts';

const TIMEOUTS = { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300 };
const RECORD: KernelRecord = {
  vrrp: {
    addresses: [vip('10.77.0.100'), { ...vip('fd00::1', 'web1.5'), label: 'web' }],
    entries: [
      virtualRoute('10.9.0.0/24'),
      virtualRule(2000),
      { ...vip('10.77.0.3'), kind: 'address', text: '10.77.0.3', track: true },
    ],
    links: [{ name: 'vrrp.51', hardwareAddress: '00:00:5e:00:01:33' as MacAddress }],
    kernelChanges: [
      { path: 'ipv4/conf/all/rp_filter', before: 1, ours: 0 },
      { path: 'ipv6/conf/web 1.5/accept_ra', before: -1, ours: 0 },
    ],
    tables: ['tandem'],
  },
  ipvs: {
    services: [
      { kind: 'address', protocol: 6, address: '10.77.0.100' as IpAddress, port: 80 },
      { kind: 'fwmark', mark: 7, family: 6 },
    ],
    daemons: true,
    timeouts: { before: TIMEOUTS, ours: { ...TIMEOUTS, tcpSeconds: 1 } },
  },
};

function files() {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-record-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'tandem.pid.kernel');
  const complaints: string[] = [];
  const file = new RecordFile(path, (text) => void complaints.push(text));
  return { folder, path, complaints, file };
}

test('the next daemon reads what there is in the kernel; there is no file when there is nothing', () => {
  const { folder, file, complaints } = files();
  expect(file.read()).toEqual(NOTHING_LEFT);
  file.write({ ...RECORD, ipvs: NOTHING_LEFT.ipvs });
  file.write(RECORD);
  expect(file.read()).toEqual(RECORD);
  file.write(NOTHING_LEFT);
  expect(readdirSync(folder)).toEqual([]);
  expect(complaints).toEqual([]);
});

test.each(['boot', 'namespace'])('what was written in another %s counts for nothing', (what) => {
  const { path, file, complaints } = files();
  file.write(RECORD);
  writeFileSync(path, readFileSync(path, 'utf8').replace(`"${what}":"`, `"${what}":"x`));
  expect(file.read()).toEqual(NOTHING_LEFT);
  expect(complaints).toEqual([]);
});

test.each([
  ['nothing', () => ''],
  ['half of it', (text: string) => text.slice(0, text.length / 2)],
  ['another form', (text: string) => text.replace('"version":1', '"version":2')],
  ['no record', () => '{"version":1,"vrrp":[],"ipvs":null}'],
  ['bytes', () => '\0\u{fffd}'],
])('a file that holds %s is ignored, and named', (_, changed) => {
  const { path, file, complaints } = files();
  file.write(RECORD);
  writeFileSync(path, changed(readFileSync(path, 'utf8')));
  expect(file.read()).toEqual(NOTHING_LEFT);
  expect(complaints).toEqual([`${path}: no record of tandem, ignored`]);
});

test('a file that others can write is ignored, and named', () => {
  const { path, file, complaints } = files();
  file.write(RECORD);
  chmodSync(path, 0o622);
  expect(file.read()).toEqual(NOTHING_LEFT);
  expect(complaints).toEqual([expect.stringContaining(`${path}: others can write it`)]);
});

const UNSOUND: readonly (readonly ['vrrp' | 'ipvs', string, unknown])[] = [
  ['vrrp', 'addresses', { ...vip('10.77.0.101'), prefixLength: 33 }],
  ['vrrp', 'addresses', { ...vip('10.77.0.101'), address: '10.77.0.300' }],
  ['vrrp', 'addresses', vip('10.77.0.101', '../eth0')],
  ['vrrp', 'entries', { ...virtualRoute('10.9.0.0/24'), destination: '10.9.0.0/24' }],
  ['vrrp', 'entries', { ...virtualRule(2000), priority: -1 }],
  ['vrrp', 'entries', { kind: 'door', text: '' }],
  ['vrrp', 'links', { name: 'a name that is too long', hardwareAddress: '00:00:5e:00:01:33' }],
  ['vrrp', 'links', { name: 'vrrp.51', hardwareAddress: 'zz' }],
  ['vrrp', 'kernelChanges', { path: '../../kernel/panic', before: 1, ours: 0 }],
  ['vrrp', 'kernelChanges', { path: 'ipv4/conf/../arp_ignore', before: 1, ours: 0 }],
  ['vrrp', 'kernelChanges', { path: 'ipv4/conf/a/b', before: '1', ours: 0 }],
  ['vrrp', 'tables', 'a table'],
  ['ipvs', 'services', { kind: 'address', protocol: 6, address: '10.0.0.1', port: 65536 }],
  ['ipvs', 'services', { kind: 'fwmark', mark: 0, family: 4 }],
  ['ipvs', 'services', null],
];

test.each(UNSOUND)('what is unsound among %s %s is passed over: %j', (part, name, value) => {
  const { path, file } = files();
  file.write(RECORD);
  const written = JSON.parse(readFileSync(path, 'utf8'));
  written[part][name].unshift(value);
  writeFileSync(path, JSON.stringify(written));
  expect(file.read()).toEqual(RECORD);
});

test('a file that cannot be written is complained of once, with its name', () => {
  const { folder, path, file, complaints } = files();
  mkdirSync(`${path}.new`);
  file.write(RECORD);
  file.write({ ...RECORD, ipvs: NOTHING_LEFT.ipvs });
  expect(complaints).toEqual([expect.stringContaining(path)]);
  rmSync(`${path}.new`, { recursive: true });
  file.write(RECORD);
  expect(existsSync(path)).toBe(true);
  expect(readdirSync(folder)).toHaveLength(1);
});
