import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { parseIp, type IpAddress } from '@tandem/inet';
import { expect, test } from 'vitest';
import { writeBootUnit } from '../../src/realserver/boot-unit.ts';
import type { AddedAddress } from '../../src/realserver/state-file.ts';
import { TestFolder } from '../test-folder.ts';

const added = (address: string, isPersistent: boolean): AddedAddress => ({
  address: parseIp(address) as IpAddress,
  interface: 'lo',
  isOurs: true,
  isPersistent,
});

test('the unit adds the VIPs that are to stay, and goes with the last of them', () => {
  const folder = new TestFolder().path;
  const file = join(folder, 'tandem-realserver.service');
  const link = join(folder, 'network-pre.target.wants', 'tandem-realserver.service');
  const both = [added('10.0.0.1', true), added('10.0.0.2', false), added('2001:db8::1', true)];
  writeBootUnit(folder, both, ['/bin/node', '/x/tandemctl']);
  const starts = readFileSync(file, 'utf8').match(/^ExecStart=.*$/gm);
  expect(starts).toEqual([
    'ExecStart=/bin/node /x/tandemctl realserver add 10.0.0.1 --dev lo',
    'ExecStart=/bin/node /x/tandemctl realserver add 2001:db8::1 --dev lo',
  ]);
  expect(realpathSync(link)).toBe(realpathSync(file));
  writeBootUnit(folder, [added('10.0.0.2', false)], ['/x/tandemctl']);
  expect([file, link].filter((each) => existsSync(each))).toEqual([]);
});
