import type { OwnedService } from '../../src/ipvs/ownership.ts';
import { parseIp, type IpAddress } from '@tandem/inet';
import type { ServiceKey } from '@tandem/ipvs';
import { expect, test } from 'vitest';
import { ownershipWarnings } from '../../src/ipvs/ownership.ts';

const ip = (text: string): IpAddress => parseIp(text) as IpAddress;

const service = (address: string, port: number, protocol = 6): ServiceKey => ({
  kind: 'address',
  protocol,
  address: ip(address),
  port,
});

const OWNED: readonly OwnedService[] = [
  { key: { kind: 'address', address: ip('10.0.0.1'), port: 80, protocol: 'TCP' } },
  { key: { kind: 'fwmark', mark: 5, family: 4 } },
  {
    key: { kind: 'group', name: 'web', index: 0, protocol: 'UDP' },
    members: [
      { kind: 'addresses', first: ip('10.0.2.1'), last: ip('10.0.2.9'), port: 53 },
      { kind: 'fwmark', mark: 7, family: 6 },
    ],
  },
];

test.each<[string, ServiceKey]>([
  ['TCP 10.0.0.1:80', service('10.0.0.1', 80)],
  ['FWM 5', { kind: 'fwmark', mark: 5, family: 4 }],
  ['UDP 10.0.2.4:53', service('10.0.2.4', 53, 17)],
  ['FWM 7 IPv6', { kind: 'fwmark', mark: 7, family: 6 }],
])('whoever edits %s by hand is told that tandemd will undo it, once', (name, key) => {
  const [warning, ...others] = ownershipWarnings([key, key], OWNED);
  expect(warning).toContain(`${name} is in the care of the running tandemd`);
  expect(others).toEqual([]);
});

test.each<ServiceKey>([
  service('10.0.0.1', 80, 17),
  service('10.0.0.1', 81),
  service('10.0.0.2', 80),
  service('10.0.2.4', 53),
  service('10.0.2.10', 53, 17),
  { kind: 'fwmark', mark: 5, family: 6 },
  { kind: 'fwmark', mark: 8, family: 6 },
])('nobody warns of a service that tandemd does not have: %j', (key) => {
  expect(ownershipWarnings([key], OWNED)).toEqual([]);
});

test('whoever clears the table is told what will come back', () => {
  expect(ownershipWarnings('all', OWNED)).toHaveLength(1);
  expect(ownershipWarnings('all', [])).toEqual([]);
});
