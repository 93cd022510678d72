/** Routes with all their options, and rules, against iproute2 in both directions. */
import type { RoutingRule } from '@tandem/inet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PLAIN_ROUTE, PLAIN_RULE } from '../../inet/test/plain-routing.ts';
import type { Link, Route } from '../src/index.ts';
import { Namespace } from './subject/namespace.ts';

let namespace: Namespace;
let index: number;

beforeAll(async () => {
  namespace = await Namespace.start();
  namespace.ip('link set lo up');
  namespace.ip('link add name va type veth peer name vb');
  namespace.ip('link set va up');
  namespace.ip('link set vb up');
  namespace.ip('addr add 10.1.0.1/24 dev va');
  namespace.ip('addr add 2001:db8:1::1/64 dev va nodad');
  index = (await namespace.call<Link[]>('links')).find(({ name }) => name === 'va')?.index ?? 0;
});

afterAll(() => namespace.stop());

/** In a table of its own, so that it is the only one there. */
const TABLE = 77;
const DESTINATION = { address: '198.51.100.0', length: 24 };

const ROUTES: readonly (readonly [words: string, fields: object])[] = [
  ['via 10.1.0.9 dev va', { gateway: '10.1.0.9' }],
  ['via 10.9.0.9 dev va onlink', { gateway: '10.9.0.9', flags: 4 }],
  ['dev va scope link', { scope: 253 }],
  ['dev va scope link tos 0x10 src 10.1.0.1', { scope: 253, tos: 16, preferredSource: '10.1.0.1' }],
  ['dev va scope link realms 5/6', { scope: 253, realms: 0x0005_0006 }],
  [
    'via 10.1.0.9 dev va mtu lock 1400 window 5000 rtt 1s rttvar 300ms ssthresh 20 cwnd lock 10 ' +
      'advmss 1300 reordering 5 hoplimit 33 initcwnd 8 features ecn rto_min 300ms initrwnd 9 ' +
      'quickack 1 congctl lock reno fastopen_no_cookie 1',
    {
      gateway: '10.1.0.9',
      metrics: {
        // `ip` locks rto_min without being asked.
        lock: (1 << 2) | (1 << 7) | (1 << 13) | (1 << 16),
        mtu: 1400,
        window: 5000,
        rtt: 8000,
        rttvar: 1200,
        ssthresh: 20,
        cwnd: 10,
        advmss: 1300,
        reordering: 5,
        hoplimit: 33,
        initcwnd: 8,
        features: 1,
        rto_min: 300,
        initrwnd: 9,
        quickack: 1,
        congctl: 'reno',
        fastopen_no_cookie: 1,
      },
    },
  ],
  [
    'encap ip id 5 dst 10.99.0.1 src 10.1.0.1 ttl 9 tos 4 dev va scope link',
    {
      scope: 253,
      encapsulation: {
        type: 'ip',
        id: 5,
        destination: '10.99.0.1',
        source: '10.1.0.1',
        ttl: 9,
        tos: 4,
        flags: 0,
      },
    },
  ],
  [
    'encap ip6 id 7 dst 2001:db8::1 src :: hoplimit 5 tc 3 dev va scope link',
    {
      scope: 253,
      encapsulation: {
        type: 'ip6',
        id: 7,
        destination: '2001:db8::1',
        source: '::',
        ttl: 5,
        tos: 3,
        flags: 0,
      },
    },
  ],
];

function routeTo(destination: object): object {
  return { ...PLAIN_ROUTE, destination, table: TABLE, interfaceIndex: index };
}

function via(gateway: string): object {
  return { ...routeTo(DESTINATION), gateway };
}

async function onlyRoute(): Promise<Route | undefined> {
  const all = await namespace.call<Route[]>('routes');
  const found = all.filter(({ table }) => table === TABLE);
  expect(found).toHaveLength(1);
  return found[0];
}

test.each(ROUTES)('a route is the same from ip and from us: %s', async (words, fields) => {
  const wanted = { ...routeTo(DESTINATION), ...fields };
  namespace.ip(`route add ${DESTINATION.address}/24 ${words} table ${TABLE} protocol 18`);
  const shown = namespace.ip(`-d route show table ${TABLE}`);
  expect(await onlyRoute()).toEqual(wanted);
  await namespace.call('deleteRoute', wanted);
  expect(namespace.ip(`route show table ${TABLE}`)).toBe('');
  await namespace.call('addRoute', wanted);
  expect(namespace.ip(`-d route show table ${TABLE}`)).toBe(shown);
  await expect(namespace.call('insertRoute', wanted, 'prepend')).rejects.toMatchObject({
    code: 'EEXIST',
  });
  await namespace.call('deleteRoute', wanted);
});

test('of IPv6 routes, preference and lifetime go in and out', async () => {
  const wanted = {
    ...routeTo({ address: '2001:db8:9::', length: 64 }),
    family: 6,
    preference: 1,
    expiresSeconds: 500,
  };
  await namespace.call('addRoute', wanted);
  expect(namespace.ip(`-6 -d route show table ${TABLE}`)).toMatch(/expires \d+sec.* pref high/);
  const read = await onlyRoute();
  expect(read).toMatchObject({ ...wanted, expiresSeconds: expect.closeTo(500, -2) });
  await namespace.call('deleteRoute', wanted);
});

test('a route goes before its equals, or after them', async () => {
  await namespace.call('insertRoute', via('10.1.0.2'), 'prepend');
  await namespace.call('insertRoute', via('10.1.0.3'), 'append');
  await namespace.call('insertRoute', via('10.1.0.4'), 'prepend');
  const order = namespace.ip(`route show table ${TABLE}`).match(/via \S+/g);
  expect(order).toEqual(['via 10.1.0.4', 'via 10.1.0.2', 'via 10.1.0.3']);
  for (const gateway of ['10.1.0.2', '10.1.0.3', '10.1.0.4'])
    await namespace.call('deleteRoute', via(gateway));
});

const RULES: readonly (readonly [words: string, fields: object])[] = [
  [
    'from 10.30.0.0/24 to 10.40.0.0/24 table 100',
    {
      from: { address: '10.30.0.0', length: 24 },
      to: { address: '10.40.0.0', length: 24 },
    },
  ],
  ['fwmark 0x10/0xff iif va table 100', { mark: 16, markMask: 255, inputInterface: 'va' }],
  ['tos 0x10 oif va table 1000', { tos: 16, outputInterface: 'va', table: 1000 }],
  ['from 10.50.0.1 blackhole', { from: { address: '10.50.0.1', length: 32 }, action: 6, table: 0 }],
  ['from all prohibit', { action: 8, table: 0 }],
  ['from all unreachable', { action: 7, table: 0 }],
  ['from all goto 32766', { action: 2, table: 0, goto: 32_766 }],
  ['from all nop', { action: 3, table: 0 }],
  [
    'not from 10.51.0.0/24 table 100 suppress_prefixlength 8 suppress_ifgroup 5',
    {
      flags: 2,
      from: { address: '10.51.0.0', length: 24 },
      suppressPrefixLength: 8,
      suppressInterfaceGroup: 5,
    },
  ],
  ['uidrange 5-10 table 100', { users: { first: 5, last: 10 } }],
  [
    'ipproto tcp sport 10-20 dport 53 table 100',
    {
      ipProtocol: 6,
      sourcePorts: { first: 10, last: 20 },
      destinationPorts: { first: 53, last: 53 },
    },
  ],
  ['tun_id 55 table 100', { tunnelId: 55 }],
  ['realms 5/6 table 100', { realms: 0x0005_0006 }],
  ['l3mdev', { l3mdev: true, table: 0 }],
];

const FAMILIES = [4, 6] as const;

test.each(RULES)('a rule is the same from ip and from us: %s', async (words, fields) => {
  const isInet = /10\.|realms/.test(words);
  for (const family of isInet ? [4 as const] : FAMILIES) {
    const flag = family === 6 ? '-6 ' : '';
    const wanted = { ...PLAIN_RULE, family, priority: 2000, ...fields } as RoutingRule;
    const show = (): string => namespace.ip(`${flag}-d rule show priority 2000`);
    namespace.ip(`${flag}rule add ${words} priority 2000 protocol 18`);
    const shown = show();
    const read = (await namespace.call<RoutingRule[]>('rules')).filter(
      (each) => each.priority === 2000,
    );
    expect(read).toEqual([wanted]);
    await namespace.call('deleteRule', wanted);
    expect(show()).toBe('');
    await namespace.call('addRule', wanted);
    expect(show()).toBe(shown);
    await expect(namespace.call('addRule', wanted)).rejects.toMatchObject({ code: 'EEXIST' });
    await namespace.call('deleteRule', wanted);
    await expect(namespace.call('deleteRule', wanted)).rejects.toMatchObject({ code: 'ENOENT' });
  }
});

test('rules that others add and remove are told', async () => {
  await namespace.call('monitor', ['rules']);
  namespace.ip('rule add from 10.77.0.0/24 table 100 priority 2001');
  namespace.ip('rule del priority 2001');
  for (const removed of [false, true]) {
    const told = await namespace.until(
      (event) => event.event === 'rule' && event.removed === removed,
    );
    expect(told.value).toMatchObject({ priority: 2001, table: 100 });
  }
});
