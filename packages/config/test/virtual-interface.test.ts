import { parseConfiguration } from '@tandem/config';
import { expect, test } from 'vitest';

interface Wanted {
  readonly globals?: string;
  readonly vrid?: number;
  readonly device?: string;
  readonly address?: string;
  readonly words: string;
}

/** The instances A, B, … as they are set. */
function instances(...wanted: readonly Wanted[]) {
  const blocks = wanted.map(
    ({ vrid = 51, device = 'eth0', address = '10.0.0.1', words }, i) =>
      `vrrp_instance ${'ABCDEF'[i]} {\ninterface ${device}\nvirtual_router_id ${vrid}\nvirtual_ipaddress {\n${address}\n}\n${words}\n}`,
  );
  const globals = wanted.map((each) => each.globals ?? '').join('\n');
  const text = `global_defs {\n${globals}\n}\n${blocks.join('\n')}\n`;
  const reader = { read: (path: string) => [{ path, text }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'b', reader }).settings.vrrpInstances;
}

const nameOf = (each: ReturnType<typeof instances>[number]): string | undefined =>
  each.virtualInterface?.name;

test('RFC 9568 §7.3: the MAC address is 00-00-5E-00-01-VRID, for IPv6 00-00-5E-00-02-VRID', () => {
  const [v4, v6] = instances(
    { words: 'use_vmac' },
    { vrid: 52, address: 'fe80::1', words: 'use_vmac' },
  );
  expect(v4?.virtualInterface).toEqual({
    name: 'vrrp.51',
    hardwareAddress: '00:00:5e:00:01:33',
    advertsBelow: false,
  });
  expect(v6?.virtualInterface).toEqual({
    name: 'vrrp.52',
    hardwareAddress: '00:00:5e:00:02:34',
    advertsBelow: false,
  });
});

test('addresses of the interface are on the virtual one, those of others stay', () => {
  const address = '10.0.0.1/24\n10.0.0.2/24 dev eth0\n10.0.1.1/24 dev eth1';
  const words = 'use_vmac v0\nvirtual_ipaddress_excluded {\n10.0.0.3\n}';
  const [instance] = instances({ address, words });
  expect(instance?.addresses.map(({ device }) => device)).toEqual(['v0', 'v0', 'eth1']);
  expect(instance?.excludedAddresses.map(({ device }) => device)).toEqual(['v0']);
});

test('keepalived: names are vrrp.VRID, then for IPv6 vrrp6.VRID, then vrrp1.VRID and so on', () => {
  const all = instances(
    { words: 'use_vmac' },
    { address: 'fe80::1', words: 'use_vmac' },
    { device: 'eth1', words: 'use_vmac' },
    { device: 'eth1', address: 'fe80::1', words: 'use_vmac' },
  );
  expect(all.map(nameOf)).toEqual(['vrrp.51', 'vrrp6.51', 'vrrp1.51', 'vrrp2.51']);
});

test('keepalived: names that somebody chose come before others, of two the first', () => {
  const all = instances(
    { vrid: 52, words: 'use_vmac' },
    { vrid: 51, words: 'use_vmac vrrp.52' },
    { vrid: 53, words: 'use_vmac vrrp.52' },
    { vrid: 54, words: 'use_vmac eth0' },
  );
  expect(all.map(nameOf)).toEqual(['vrrp1.52', 'vrrp.52', 'vrrp.53', 'vrrp.54']);
  expect(all.map((each) => each.virtualInterface?.isNamed)).toEqual([
    undefined,
    true,
    undefined,
    undefined,
  ]);
});

test('keepalived: of first letters that are too many as many are used as fit', () => {
  const all = instances(
    { globals: 'vmac_prefix abcdefghijklm', words: 'use_vmac' },
    { device: 'eth1', words: 'use_vmac' },
  );
  expect(all.map(nameOf)).toEqual(['abcdefghijkl.51', 'abcdefghijk1.51']);
});

test('the first letters can be chosen, once', () => {
  const globals = 'vmac_prefix vip\nvmac_prefix other';
  expect(instances({ globals, words: 'use_vmac' }).map(nameOf)).toEqual(['vip.51']);
});

test.each([
  ['use_vmac v0', 'v0', '00:00:5e:00:01:33'],
  ['use_vmac 02:AA:00:00:00:01', 'vrrp.51', '02:aa:00:00:00:01'],
  ['use_vmac v0 02:00:00:00:00', 'v0', '02:00:00:00:00:33'],
  ['use_vmac v0 01:00:00:00:00:01', 'v0', '00:00:5e:00:01:33'],
])('%s', (words, name, hardwareAddress) => {
  const [instance] = instances({ words });
  expect(instance?.virtualInterface).toMatchObject({ name, hardwareAddress });
});

test.each([
  ['use_vmac\nvmac_xmit_base', { advertsBelow: true }],
  ['use_vmac\nunicast_peer {\n10.0.0.9\n}\nvmac_xmit_base', { advertsBelow: true }],
  ['use_vmac\nvmac_xmit_base\nstrict_mode', { advertsBelow: false }],
])('%s: by which interface adverts go', (words, expected) => {
  const [instance] = instances({ words });
  expect(instance?.virtualInterface).toMatchObject(expected);
});

test('keepalived: with peers adverts leave by the interface below, asked for or not', () => {
  const [instance] = instances({ words: 'use_vmac\nunicast_peer {\n10.0.0.9\n}' });
  expect(instance?.virtualInterface?.advertsBelow).toBe(true);
  expect(instance?.addresses[0]?.device).toBe('vrrp.51');
});

test('keepalived: addresses of the other family stay on the interface below', () => {
  const words = 'use_vmac v0\nvirtual_ipaddress_excluded {\n10.0.0.3\nfe80::3\n}';
  const [instance] = instances({ words });
  expect(instance?.excludedAddresses.map(({ device }) => device)).toEqual(['v0', 'eth0']);
});

test('keepalived: promote_secondaries of an instance with a virtual interface is not for the one below', () => {
  const [plain, virtual] = instances(
    { words: 'promote_secondaries' },
    { vrid: 52, words: 'promote_secondaries\nuse_vmac' },
  );
  expect(plain?.promoteSecondaries).toBe(true);
  expect(virtual?.promoteSecondaries).toBe(false);
});

test.each([
  [
    'use_ipvlan 10.0.0.9',
    'vrrp.51',
    { mode: 'bridge', address: { address: '10.0.0.9', prefixLength: 32 } },
  ],
  [
    'use_ipvlan i0 10.0.0.9/24 vepa',
    'i0',
    { mode: 'vepa', address: { address: '10.0.0.9', prefixLength: 24 } },
  ],
  ['use_ipvlan private', 'vrrp.51', { mode: 'private' }],
  ['use_ipvlan i0 fe80::9', 'i0', { mode: 'bridge' }],
  ['use_vmac v0\nuse_ipvlan i0 10.0.0.9/33', 'i0', { mode: 'bridge' }],
  ['use_ipvlan\nvmac_xmit_base', 'vrrp.51', { mode: 'bridge' }],
])('%s', (words, name, ipvlan) => {
  const [instance] = instances({ words });
  expect(instance?.virtualInterface).toEqual({
    name,
    ...(name === 'i0' && { isNamed: true }),
    ipvlan,
    advertsBelow: false,
  });
});

test('keepalived: an ipvlan is for adverts, the addresses stay on the interface below', () => {
  const [instance] = instances({ words: 'use_ipvlan 10.0.0.9' });
  expect(instance?.addresses.map(({ device }) => device)).toEqual(['eth0']);
});

/** Each address with the interface that it is on. */
function places(instance: ReturnType<typeof instances>[number] | undefined): string[] {
  const { addresses = [], excludedAddresses = [] } = instance ?? {};
  return [...addresses, ...excludedAddresses].map((each) => `${each.address} ${each.device}`);
}

test('keepalived: use_vmac_addr puts addresses of other interfaces and families on macvlans', () => {
  const address = '10.0.0.1/24\n10.0.1.1/24 dev eth1\n10.0.1.2/24 dev eth1';
  const words = 'use_vmac\nuse_vmac_addr\nvirtual_ipaddress_excluded {\nfe80::3\n}';
  const [instance] = instances({ address, words });
  expect(instance?.addressInterfaces).toEqual([
    { name: 'vrrp1.51', parent: 'eth1', family: 4, hardwareAddress: '00:00:5e:00:01:33' },
    { name: 'vrrp6.51', parent: 'eth0', family: 6, hardwareAddress: '00:00:5e:00:02:33' },
  ]);
  expect(places(instance)).toEqual([
    '10.0.0.1 vrrp.51',
    '10.0.1.1 vrrp1.51',
    '10.0.1.2 vrrp1.51',
    'fe80::3 vrrp6.51',
  ]);
});

test('keepalived: use_vmac of an address puts it alone on one, whose name has its own first letters', () => {
  const address = '10.0.0.1/24 use_vmac\n10.0.0.2/24\n10.0.1.1/24 dev eth1 use_vmac';
  const words =
    'virtual_ipaddress_excluded {\n2001:db8::5 dev eth1 use_vmac\n2001:db8::6 use_vmac\n}';
  const globals = 'vmac_prefix vip\nvmac_addr_prefix vadr\nvmac_addr_prefix other';
  const [instance] = instances({ globals, address, words });
  expect(instance).not.toHaveProperty('virtualInterface');
  expect(places(instance)).toEqual([
    '10.0.0.1 vadr.51',
    '10.0.0.2 eth0',
    '10.0.1.1 vadr1.51',
    '2001:db8::5 vadr6.51',
    '2001:db8::6 vadr2.51',
  ]);
});

test('an address with use_vmac on the interface of an instance with use_vmac is on its VMAC', () => {
  const [instance] = instances({ address: '10.0.0.1 use_vmac', words: 'use_vmac v0' });
  expect(instance).not.toHaveProperty('addressInterfaces');
  expect(places(instance)).toEqual(['10.0.0.1 v0']);
});

test.each([
  ['', 'garp_extra_if 5', { period: 5000, all: false }],
  ['vrrp_garp_extra_if all 7', '', { period: 7000, all: true }],
  ['vrrp_vmac_garp_intvl 7', 'vmac_garp_intvl all 9', { period: 9000, all: true }],
  ['vrrp_garp_extra_if 7', 'garp_extra_if 0', undefined],
  ['', '', undefined],
])('announcements of other interfaces: %s %s', (globals, words, extra) => {
  expect(instances({ globals, words })[0]?.garp.extra).toEqual(extra);
});

test('instances with and without a virtual interface may share a VRID, two of a kind may not', () => {
  expect(instances({ words: 'use_vmac' }, { words: '' })).toHaveLength(2);
  expect(instances({ words: 'use_vmac' }, { words: 'use_vmac v1' })).toHaveLength(1);
  expect(instances({ words: 'use_vmac\nvmac_xmit_base' }, { words: '' })).toHaveLength(1);
});

test.each([
  ['', true],
  ['no_accept', false],
  ['no_accept\naccept', true],
  ['no_accept\npriority 255', true],
  ['strict_mode', false],
  ['strict_mode\npriority 255', true],
  ['strict_mode\naccept', false],
  ['strict_mode\nversion 3\naccept', true],
])('RFC 9568 §6.1 Accept_Mode: %s', (words, accept) => {
  expect(instances({ words })[0]).toMatchObject({ accept });
});

test('keepalived: strict mode leaves nothing that the RFC does not have', () => {
  const words = `strict_mode
    authentication {\nauth_type PASS\nauth_pass x\n}
    state MASTER
    priority 100
    preempt_delay 5
    down_timer_adverts 5
    higher_prio_send_advert
    lower_prio_no_advert off
    garp_lower_prio_delay 3
    garp_lower_prio_repeat 4
    garp_master_repeat 4`;
  const [instance] = instances({ words });
  expect(instance).not.toHaveProperty('authentication');
  expect(instance).toMatchObject({
    initialState: 'BACKUP',
    preemptDelay: 0,
    downTimerAdverts: 3,
    higherPrioritySendAdvert: false,
    lowerPriorityNoAdvert: true,
    garp: { lowerPriorityDelay: 0, lowerPriorityRepeat: 0, masterRepeat: 4 },
  });
});
