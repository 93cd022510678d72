import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseIp, type IpAddress } from '@tandem/inet';
import { expect, test } from 'vitest';
import { readBootUnit, writeBootUnit, type BootAddress } from '../../src/realserver/boot-unit.ts';
import { TestFolder } from '../test-folder.ts';

const added = (address: string): BootAddress => ({
  address: parseIp(address) as IpAddress,
  interface: 'lo',
});

test('the unit adds the VIPs that are to stay, says which they are, and goes with the last of them', () => {
  const folder = new TestFolder().path;
  const file = join(folder, 'tandem-realserver.service');
  const link = join(folder, 'sysinit.target.wants', 'tandem-realserver.service');
  expect(readBootUnit(folder)).toEqual([]);
  const both = [added('10.0.0.1'), added('2001:db8::1')];
  writeBootUnit(folder, both, ['/bin/node', '/x/tandemctl']);
  const starts = readFileSync(file, 'utf8').match(/^ExecStart=.*$/gm);
  expect(starts).toEqual([
    'ExecStart=/bin/node /x/tandemctl realserver add 10.0.0.1 --dev lo',
    'ExecStart=/bin/node /x/tandemctl realserver add 2001:db8::1 --dev lo',
  ]);
  expect(realpathSync(link)).toBe(realpathSync(file));
  expect(readBootUnit(folder)).toEqual(both);
  writeBootUnit(folder, [], ['/x/tandemctl']);
  expect([file, link].filter((each) => existsSync(each))).toEqual([]);
});

test('systemd.service(5): a path with blanks is quoted, and one with % and $ is not expanded', () => {
  const folder = new TestFolder().path;
  writeBootUnit(folder, [added('10.0.0.1')], ['/opt/my tools/node', '/srv/100%/$x/tandemctl']);
  expect(readFileSync(join(folder, 'tandem-realserver.service'), 'utf8')).toContain(
    'ExecStart="/opt/my tools/node" /srv/100%%/$$x/tandemctl realserver add 10.0.0.1 --dev lo\n',
  );
  expect(readBootUnit(folder)).toEqual([added('10.0.0.1')]);
});

test('systemd.special(7): the unit is started without anybody who asks for network-pre.target, and before it', () => {
  const folder = new TestFolder().path;
  const passive = join(folder, 'network-pre.target.wants');
  mkdirSync(passive);
  writeFileSync(join(passive, 'tandem-realserver.service'), 'of an older release');
  writeBootUnit(folder, [added('10.0.0.1')], ['/x/tandemctl']);
  expect(readdirSync(passive)).toEqual([]);
  const unit = readFileSync(join(folder, 'tandem-realserver.service'), 'utf8');
  expect(unit).toMatch(/^WantedBy=sysinit\.target$/m);
  expect(unit).toMatch(/^Before=network-pre\.target /m);
});
