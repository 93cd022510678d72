import { parseIp, type IpAddress } from '@tandem/inet';
import { expect, test } from 'vitest';
import { servicesAt, type VirtualServerSettings } from '../src/index.ts';

const ip = (text: string): IpAddress => parseIp(text) as IpAddress;

const GROUP: Pick<VirtualServerSettings, 'key' | 'members'> = {
  key: { kind: 'group', name: 'web', index: 0, protocol: 'TCP' },
  members: [
    { kind: 'addresses', first: ip('10.0.0.9'), last: ip('10.0.0.11'), port: 80 },
    { kind: 'addresses', first: ip('10.0.0.10'), last: ip('10.0.0.10'), port: 443 },
    { kind: 'addresses', first: ip('2001:db8::'), last: ip('2001:db8::ff'), port: 80 },
    { kind: 'fwmark', mark: 3, family: 4 },
  ],
};

const portsAt = (text: string): number[] => servicesAt(GROUP, ip(text)).map(({ port }) => port);

test('a group serves at each address of its ranges, both ends included', () => {
  expect(portsAt('10.0.0.8')).toEqual([]);
  expect(portsAt('10.0.0.9')).toEqual([80]);
  expect(portsAt('10.0.0.10')).toEqual([80, 443]);
  expect(portsAt('10.0.0.11')).toEqual([80]);
  expect(portsAt('10.0.0.12')).toEqual([]);
  expect(portsAt('2001:db8::7f')).toEqual([80]);
  expect(portsAt('2001:db8::100')).toEqual([]);
});

test('a service of an address is there and nowhere else, and a mark is nowhere', () => {
  const key = { kind: 'address', address: ip('10.0.0.1'), port: 53, protocol: 'UDP' } as const;
  expect(servicesAt({ key }, ip('10.0.0.1'))).toMatchObject([{ protocol: 'UDP', port: 53 }]);
  expect(servicesAt({ key }, ip('10.0.0.2'))).toEqual([]);
  const mark = { kind: 'fwmark', mark: 1, family: 4 } as const;
  expect(servicesAt({ key: mark }, ip('10.0.0.1'))).toEqual([]);
});

test('a range of one family has no address of the other', () => {
  const { key } = GROUP;
  const members = [
    { kind: 'addresses', first: ip('::'), last: ip('ffff::'), port: 80 },
    { kind: 'addresses', first: ip('0.0.0.0'), last: ip('255.255.255.255'), port: 81 },
  ] as const;
  const ports = (text: string): number[] =>
    servicesAt({ key, members }, ip(text)).map(({ port }) => port);
  expect([ports('10.0.0.1'), ports('2001:db8::1')]).toEqual([[81], [80]]);
});
