// kernel: ipvs, no clock
/** rtnetlink where every kind of link is there: what ip makes, we read, and the other way round. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { parseIp, type IpAddress } from '@tandem/inet';
import { Rtnetlink, type Address, type Route } from '@tandem/netlink';
import { inOwnNamespace } from './own-namespace.ts';

const MANY = 2000;

let rtnetlink: Rtnetlink;

function ip(command: string): string {
  return execFileSync('ip', command.split(' '), { encoding: 'utf8' });
}

function ipJson<T>(command: string): T[] {
  return JSON.parse(ip(`-j -d ${command}`)) as T[];
}

function address(text: string): IpAddress {
  const value = parseIp(text);
  assert.ok(value, text);
  return value;
}

interface ShownLink {
  readonly ifindex: number;
  readonly ifname: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly operstate: string;
  readonly linkinfo?: { readonly info_kind?: string };
  readonly address?: string;
  readonly link?: string;
  readonly master?: string;
}

interface ShownAddress {
  readonly ifindex: number;
  readonly addr_info: readonly {
    readonly family: string;
    readonly local: string;
    readonly prefixlen: number;
    readonly label?: string;
    readonly broadcast?: string;
    readonly address?: string;
  }[];
}

const OPERATIONAL_STATES = [
  'UNKNOWN',
  'NOTPRESENT',
  'DOWN',
  'LOWERLAYERDOWN',
  'TESTING',
  'DORMANT',
  'UP',
];

function byText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function defineTests(): void {
  test('links of every kind are read as ip reads them', async () => {
    const links = await rtnetlink.links();
    const nameOf = (index: number | undefined): string | undefined =>
      links.find((link) => link.index === index)?.name;
    const read = links.map((link) => ({
      index: link.index,
      name: link.name,
      mtu: link.mtu,
      up: link.up,
      state: OPERATIONAL_STATES[link.operationalState],
      kind: link.kind,
      hardwareAddress: Buffer.from(link.hardwareAddress).toString('hex'),
      parent: nameOf(link.parentIndex),
      master: nameOf(link.masterIndex),
    }));
    const shown = ipJson<ShownLink>('link show').map((link) => ({
      index: link.ifindex,
      name: link.ifname,
      mtu: link.mtu,
      up: link.flags.includes('UP'),
      state: link.operstate,
      kind: link.linkinfo?.info_kind,
      hardwareAddress: (link.address ?? '').replaceAll(':', ''),
      parent: link.link,
      master: link.master,
    }));
    assert.deepEqual(read, shown);
    const kinds = new Set(read.map(({ kind }) => kind));
    assert.ok(['dummy', 'veth', 'macvlan', 'vlan', 'bridge'].every((kind) => kinds.has(kind)));
  });

  test('addresses are read as ip reads them', async () => {
    const read = (await rtnetlink.addresses()).map((each) => ({
      index: each.interfaceIndex,
      family: each.family === 4 ? 'inet' : 'inet6',
      local: each.address as string,
      prefixLength: each.prefixLength,
      label: each.label,
      broadcast: each.broadcast as string | undefined,
      peer: each.peer as string | undefined,
    }));
    const shown = ipJson<ShownAddress>('addr show').flatMap(({ ifindex, addr_info: infos }) =>
      infos.map((info) => ({
        index: ifindex,
        family: info.family,
        local: info.local,
        prefixLength: info.prefixlen,
        label: info.label,
        broadcast: info.broadcast,
        peer: info.address,
      })),
    );
    assert.deepEqual(read.toSorted(byText), shown.toSorted(byText));
  });

  test('routes are read as ip reads them', async () => {
    const routes = await rtnetlink.routes();
    const route = routes.find(({ table }) => table === 1000);
    assert.deepEqual(route, {
      family: 4,
      destination: { address: '198.51.100.0', length: 24 },
      table: 1000,
      protocol: 18,
      scope: 0,
      type: 1,
      flags: 0,
      tos: 0,
      interfaceIndex: (await rtnetlink.links()).find(({ name }) => name === 'du0')?.index,
      gateway: '10.1.0.9',
      metric: 77,
      preferredSource: '10.1.0.1',
    });
    for (const family of ['-4', '-6']) {
      const shown = JSON.parse(ip(`-j ${family} route show table all`)) as object[];
      const wanted = family === '-4' ? 4 : 6;
      const read = routes.filter((each) => each.family === wanted);
      assert.equal(read.length, shown.length, family);
    }
  });

  test('what was read can be deleted and added again', async () => {
    const before = [ip('-4 route show table 1000'), ip('addr show dev du0')];
    const route = (await rtnetlink.routes()).find(({ table }) => table === 1000) as Route;
    const vip = (await rtnetlink.addresses()).find(({ label }) => label === 'du0:v') as Address;
    await rtnetlink.deleteRoute(route);
    await rtnetlink.deleteAddress(vip);
    assert.doesNotMatch(ip('addr show dev du0'), /du0:v/);
    await rtnetlink.addAddress(vip);
    await rtnetlink.addRoute(route);
    assert.deepEqual([ip('-4 route show table 1000'), ip('addr show dev du0')], before);
  });

  test('thousands of addresses come and go in one go', async () => {
    const interfaceIndex = (await rtnetlink.links()).find(({ name }) => name === 'du1')?.index ?? 0;
    const all = Array.from({ length: MANY }, (_, i): Address => {
      return {
        interfaceIndex,
        family: 4,
        address: address(`10.200.${i >> 8}.${i & 255}`),
        prefixLength: 32,
        scope: 0,
        flags: 0,
      };
    });
    await Promise.all(all.map((each) => rtnetlink.addAddress(each)));
    const [shown] = ipJson<ShownAddress>('addr show dev du1');
    const ours = shown?.addr_info.filter(({ local }) => local.startsWith('10.200.'));
    assert.equal(ours?.length, MANY);
    await Promise.all(all.map((each) => rtnetlink.deleteAddress(each)));
    assert.equal(ip('addr show dev du1').includes('10.200.'), false);
  });
}

inOwnNamespace(import.meta.url, () => {
  before(() => {
    for (const command of [
      'link set lo up',
      'link add name du0 type dummy',
      'link add name du1 type dummy',
      'link add name ve0 type veth peer name ve1',
      'link add name mv0 link ve0 type macvlan mode bridge',
      'link add name vl0 link ve0 type vlan id 7',
      'link add name br0 type bridge',
      'link set ve1 master br0',
      'link set du0 mtu 1400',
      'link set du0 up',
      'link set du1 up',
      'addr add 10.1.0.1/24 brd + dev du0',
      'addr add 10.2.0.1 peer 10.2.0.2/32 dev du0',
      'addr add 10.1.0.77/32 dev du0 label du0:v',
      'addr add 2001:db8::1/64 dev du0 nodad',
      'route add 198.51.100.0/24 via 10.1.0.9 src 10.1.0.1 metric 77 proto 18 table 1000',
      '-6 route add 2001:db8:9::/48 via 2001:db8::9 metric 5',
    ]) {
      ip(command);
    }
    rtnetlink = Rtnetlink.open();
  });
  after(() => rtnetlink.close());
  defineTests();
});
