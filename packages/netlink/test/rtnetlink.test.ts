import { afterAll, beforeAll, expect, test } from 'vitest';
import { PLAIN_ROUTE } from '../../inet/test/plain-routing.ts';
import type { Address, Link, Neighbour, Route } from '../src/index.ts';
import { Namespace } from './subject/namespace.ts';

let namespace: Namespace;
let links: ReadonlyMap<string, Link>;

const index = (name: string): number => links.get(name)?.index ?? 0;

const address = (fields: object): object => ({
  interfaceIndex: index('va'),
  family: 4,
  prefixLength: 24,
  scope: 0,
  flags: 0,
  ...fields,
});

const route = (fields: object): object => ({ ...PLAIN_ROUTE, protocol: 4, ...fields });

/** A time that has run for some seconds at the most. */
function aged(seconds: number): unknown {
  return expect.closeTo(seconds, -1);
}

/** What the kernel makes of an address; its lifetimes run. */
function asRead({ lifetimes, ...wanted }: Address): object {
  return {
    ...wanted,
    flags: wanted.flags | (lifetimes === undefined ? 0x80 : 0),
    ...(wanted.family === 4 && { label: wanted.label ?? 'va' }),
    ...(lifetimes !== undefined && {
      lifetimes: {
        preferredSeconds: aged(lifetimes.preferredSeconds),
        validSeconds: aged(lifetimes.validSeconds),
      },
    }),
  };
}

beforeAll(async () => {
  namespace = await Namespace.start();
  namespace.ip('link set lo up');
  namespace.ip('link add name va address 02:00:00:00:00:0a type veth peer name vb');
  namespace.ip('link set va up');
  namespace.ip('link set vb up');
  namespace.ip('link add name mv link va type macvlan mode bridge');
  namespace.ip('link set mv mtu 1400');
  namespace.ip('link add name br type bridge');
  namespace.ip('link set vb master br');
  namespace.ip('addr add 10.1.0.1/24 dev va');
  namespace.ip('addr add 2001:db8:1::1/64 dev va nodad');
  const all = await namespace.call<Link[]>('links');
  links = new Map(all.map((link) => [link.name, link]));
});

afterAll(() => namespace.stop());

test('links are read as ip reads them', async () => {
  const expected = namespace.ipJson('link show').map((link) => ({
    index: link['ifindex'],
    name: link['ifname'],
    mtu: link['mtu'],
    up: (link['flags'] as string[]).includes('UP'),
    running: (link['flags'] as string[]).includes('LOWER_UP'),
    kind: (link['linkinfo'] as { info_kind?: string } | undefined)?.info_kind,
    hardwareAddress: String(link['address']).replaceAll(':', ''),
    hardwareBroadcast: String(link['broadcast']).replaceAll(':', ''),
    master: link['master'],
    parent: link['link'],
  }));
  const actual = [...links.values()].map((link) => ({
    index: link.index,
    name: link.name,
    mtu: link.mtu,
    up: link.up,
    running: link.running,
    kind: link.kind,
    hardwareAddress: link.hardwareAddress,
    hardwareBroadcast: link.hardwareBroadcast,
    master: [...links.values()].find((other) => other.index === link.masterIndex)?.name,
    parent: [...links.values()].find((other) => other.index === link.parentIndex)?.name,
  }));
  expect(actual).toEqual(expected);
});

test('what is changed of a link, ip sees', async () => {
  const mv = index('mv');
  const hardwareAddress = '00005e000142';
  await namespace.call('setLink', { index: mv, mtu: 1300, name: 'mv2', hardwareAddress });
  await namespace.call('setLink', { index: mv, up: true });
  const [link] = namespace.ipJson('link show mv2');
  expect(link).toMatchObject({ mtu: 1300, address: '00:00:5e:00:01:42' });
  expect(link?.['flags']).toContain('UP');
  await namespace.call('setLink', { index: mv, up: false });
  expect(namespace.ipJson('link show mv2')[0]?.['flags']).not.toContain('UP');
  await namespace.call('setLink', { index: mv, name: 'mv' });
});

test('a macvlan that is made is the one that ip makes, and is removed by its index', async () => {
  const made = { name: 'mv.1', parentIndex: index('va'), kind: 'macvlan', mode: 'private' };
  await namespace.call('addLink', { ...made, hardwareAddress: '00005e000133' });
  const [link] = namespace.ipJson('link show mv.1');
  expect(link).toMatchObject({ link: 'va', address: '00:00:5e:00:01:33' });
  expect(link).toMatchObject({
    linkinfo: { info_kind: 'macvlan', info_data: { mode: 'private' } },
  });
  await expect(namespace.call('addLink', made)).rejects.toMatchObject({
    code: 'EEXIST',
    message: expect.stringContaining('add macvlan mv.1'),
  });
  await namespace.call('deleteLink', link?.['ifindex']);
  await expect(namespace.call('deleteLink', link?.['ifindex'])).rejects.toMatchObject({
    code: 'ENODEV',
  });
});

test('an unknown interface is an error with its name and the kernel says which', async () => {
  await expect(namespace.call('setLink', { index: 999, up: true })).rejects.toMatchObject({
    code: 'ENODEV',
    message: expect.stringContaining('change link 999: ENODEV'),
  });
});

test.each([
  ['plain', { address: '10.2.0.1' }],
  ['broadcast and label', { address: '10.2.1.1', broadcast: '10.2.1.255', label: 'va:vip' }],
  ['scope', { address: '10.2.2.1', scope: 253 }],
  ['peer', { address: '10.2.3.1', peer: '10.2.3.2', prefixLength: 32 }],
  ['flags beyond eight bits', { address: '10.2.4.1', flags: 0x200 }],
  ['lifetimes', { address: '10.2.5.1', lifetimes: { preferredSeconds: 1000, validSeconds: 2000 } }],
  ['IPv6', { family: 6, address: '2001:db8:2::1', prefixLength: 64, flags: 2 }],
  ['IPv6 host', { family: 6, address: '2001:db8:2::2', prefixLength: 128, flags: 0x202 }],
])('an address that is added is read by ip and by us: %s', async (_name, fields) => {
  const wanted = address(fields) as Address;
  await namespace.call('addAddress', wanted);
  const seen = namespace
    .ipJson('addr show dev va')
    .flatMap((link) => link['addr_info'] as Record<string, unknown>[])
    .find((info) => info['local'] === wanted.address);
  expect(seen).toMatchObject({
    family: wanted.family === 4 ? 'inet' : 'inet6',
    ...(wanted.peer === undefined
      ? { prefixlen: wanted.prefixLength }
      : { address: wanted.peer, prefixlen: wanted.prefixLength }),
    scope: wanted.scope === 253 ? 'link' : 'global',
    ...(wanted.broadcast !== undefined && { broadcast: wanted.broadcast }),
    ...(wanted.family === 4 && { label: wanted.label ?? 'va' }),
    ...((wanted.flags & 0x200) !== 0 && { noprefixroute: true }),
    ...((wanted.flags & 0x02) !== 0 && { nodad: true }),
  });
  const read = (await namespace.call<Address[]>('addresses')).find(
    (candidate) => candidate.address === wanted.address,
  );
  expect(read).toEqual(asRead(wanted));
  await namespace.call('deleteAddress', read);
  expect(namespace.ip('addr show dev va')).not.toContain(wanted.address);
});

test('what ip adds is deleted by what was read', async () => {
  namespace.ip(
    'addr add 10.3.0.1/24 brd + dev va label va:x scope link valid_lft 900 preferred_lft 800',
  );
  const read = (await namespace.call<Address[]>('addresses')).find(
    (candidate) => candidate.address === '10.3.0.1',
  );
  expect(read).toMatchObject({ label: 'va:x', broadcast: '10.3.0.255', scope: 253 });
  expect(read?.lifetimes?.validSeconds).toBeGreaterThan(890);
  await namespace.call('deleteAddress', read);
  expect(namespace.ip('addr show dev va')).not.toContain('10.3.0.1');
});

test('an address that is there is EEXIST, one that is not EADDRNOTAVAIL', async () => {
  const wanted = address({ address: '10.4.0.1' });
  await namespace.call('addAddress', wanted);
  await expect(namespace.call('addAddress', wanted)).rejects.toMatchObject({
    code: 'EEXIST',
    message: expect.stringContaining('add address 10.4.0.1/24 on interface'),
  });
  await namespace.call('replaceAddress', wanted);
  await namespace.call('deleteAddress', wanted);
  await expect(namespace.call('deleteAddress', wanted)).rejects.toMatchObject({
    code: 'EADDRNOTAVAIL',
  });
});

test.each([
  ['gateway', { destination: { address: '198.51.100.0', length: 24 }, gateway: '10.1.0.9' }],
  [
    'metric, source, table and protocol',
    {
      destination: { address: '198.51.100.0', length: 24 },
      gateway: '10.1.0.9',
      metric: 77,
      preferredSource: '10.1.0.1',
      table: 1000,
      protocol: 18,
    },
  ],
  ['default', { destination: { address: '0.0.0.0', length: 0 }, gateway: '10.1.0.9' }],
  ['blackhole', { destination: { address: '203.0.113.0', length: 24 }, type: 6 }],
  [
    'IPv6 gateway',
    { destination: { address: '203.0.113.0', length: 25 }, gateway: '2001:db8:1::9' },
  ],
  [
    'IPv6',
    {
      family: 6,
      destination: { address: '2001:db8:9::', length: 48 },
      gateway: '2001:db8:1::9',
      metric: 5,
    },
  ],
])('a route that is added is read by ip and by us: %s', async (_name, fields) => {
  const wanted = route(fields) as Route;
  await namespace.call('addRoute', wanted);
  const family = wanted.family === 6 ? '-6 ' : '';
  const shown = namespace.ip(`${family}route show table ${wanted.table}`);
  const { destination, gateway, metric } = wanted;
  const name =
    destination.length === 0 ? 'default' : `${destination.address}/${destination.length}`;
  const line = shown.split('\n').find((text) => text.includes(name)) ?? '';
  if (gateway !== undefined) expect(line).toContain(gateway);
  if (metric !== undefined) expect(line).toContain(`metric ${metric}`);
  const read = (await namespace.call<Route[]>('routes')).find(
    (candidate) =>
      candidate.table === wanted.table &&
      candidate.protocol === wanted.protocol &&
      candidate.destination.address === destination.address &&
      candidate.destination.length === destination.length,
  );
  expect(read).toMatchObject(wanted);
  await expect(namespace.call('addRoute', wanted)).rejects.toMatchObject({ code: 'EEXIST' });
  await namespace.call('replaceRoute', wanted);
  await namespace.call('deleteRoute', read);
  await expect(namespace.call('deleteRoute', read)).rejects.toMatchObject({ code: 'ESRCH' });
});

test('a multipath route goes in and out', async () => {
  const wanted = route({
    destination: { address: '192.0.2.0', length: 24 },
    nextHops: [
      { interfaceIndex: index('va'), gateway: '10.1.0.9', weight: 3, flags: 0 },
      { interfaceIndex: index('va'), gateway: '2001:db8:1::9', weight: 1, flags: 0 },
    ],
  }) as Route;
  await namespace.call('addRoute', wanted);
  expect(namespace.ip('route show 192.0.2.0/24')).toMatch(
    /via 10\.1\.0\.9 dev va weight 3 *\n.*via inet6 2001:db8:1::9 dev va weight 1/,
  );
  const read = (await namespace.call<Route[]>('routes')).find(
    (candidate) => candidate.destination.address === '192.0.2.0',
  );
  expect(read).toMatchObject(wanted);
  await namespace.call('deleteRoute', read);
});

test('a route without a way is refused with the words of the kernel', async () => {
  const wanted = route({
    destination: { address: '198.51.100.0', length: 24 },
    gateway: '192.168.7.7',
  });
  await expect(namespace.call('addRoute', wanted)).rejects.toMatchObject({
    code: 'ENETUNREACH',
    message: expect.stringMatching(/198\.51\.100\.0\/24 via 192\.168\.7\.7.*invalid gateway/),
  });
});

test('a neighbour goes in and out', async () => {
  const wanted = {
    interfaceIndex: index('va'),
    family: 4,
    address: '10.1.0.7',
    state: 0x80,
    flags: 0,
    hardwareAddress: '020000000007',
  };
  await namespace.call('addNeighbour', wanted);
  expect(namespace.ip('neigh show 10.1.0.7')).toContain('lladdr 02:00:00:00:00:07 PERMANENT');
  const all = await namespace.call<Neighbour[]>('neighbours');
  expect(all).toContainEqual(wanted);
  await expect(namespace.call('addNeighbour', wanted)).rejects.toMatchObject({ code: 'EEXIST' });
  await namespace.call('replaceNeighbour', { ...wanted, state: 0x40 });
  expect(namespace.ip('neigh show 10.1.0.7 nud all')).toContain('NOARP');
  await namespace.call('deleteNeighbour', wanted);
  await expect(namespace.call('deleteNeighbour', wanted)).rejects.toMatchObject({
    code: 'ENOENT',
  });
});
