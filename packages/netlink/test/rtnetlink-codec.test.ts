import { ipFromBytes, parseIp, type IpAddress, type RoutingRule } from '@tandem/inet';
import { expect, test } from 'vitest';
import { PLAIN_ROUTE } from '../../inet/test/plain-routing.ts';
import { decodeAddress, encodeAddress, type Address } from '../src/address.ts';
import type { Decoded } from '../src/decoded.ts';
import { decodeLink } from '../src/link.ts';
import { MessageWriter } from '../src/message-writer.ts';
import { decodeMessages } from '../src/message.ts';
import { decodeNeighbour, encodeNeighbour, type Neighbour } from '../src/neighbour.ts';
import { decodeRoute, encodeRoute, type Route } from '../src/route.ts';
import { decodeRule, encodeRule } from '../src/rule.ts';
import * as kernel from './kernel-messages.ts';

const ip = (text: string): IpAddress => parseIp(text) ?? ipFromBytes(new Uint8Array(4));

function payloadOf(hex: string): Uint8Array {
  const messages = decodeMessages(Buffer.from(hex, 'hex'));
  const first = messages.ok ? messages.value[0] : undefined;
  return first?.payload ?? new Uint8Array(0);
}

function valueOf<T>(decoded: Decoded<T>): T | undefined {
  return decoded.ok ? decoded.value : undefined;
}

function expectReadAsWritten<T>(
  value: T,
  encode: (writer: MessageWriter, value: T) => void,
  decode: (payload: Uint8Array) => Decoded<T>,
): void {
  const writer = new MessageWriter(16);
  writer.begin(16, 0, 1);
  encode(writer, value);
  writer.end();
  const written = payloadOf(Buffer.from(writer.finish()).toString('hex'));
  expect(decode(written)).toEqual({ ok: true, value });
}

test('a macvlan as the kernel says it', () => {
  const link = valueOf(decodeLink(payloadOf(kernel.MACVLAN)));
  expect(link).toMatchObject({
    index: 4,
    name: 'engbm0',
    flags: 0x1002,
    up: false,
    running: false,
    operationalState: 2,
    mtu: 1400,
    type: 1,
    hardwareAddress: Uint8Array.from([0x9a, 0x5e, 0x24, 0x07, 0x91, 0xa6]),
    hardwareBroadcast: new Uint8Array(6).fill(0xff),
    kind: 'macvlan',
  });
  expect(link).not.toHaveProperty('masterIndex');
});

test('a VRF as the kernel says it, with its table', () => {
  const link = valueOf(decodeLink(payloadOf(kernel.VRF)));
  expect(link).toMatchObject({ name: 'red', kind: 'vrf', vrfTable: 10 });
  expect(valueOf(decodeLink(payloadOf(kernel.MACVLAN)))).not.toHaveProperty('vrfTable');
});

test('attributes that the table does not name are kept', () => {
  const link = valueOf(decodeLink(payloadOf(kernel.MACVLAN)));
  const queueLength = link?.unknown.find(({ type }) => type === 13);
  expect(queueLength?.payload).toEqual(Uint8Array.of(0xe8, 3, 0, 0));
});

test('a message about a bridge port is not about a link', () => {
  const payload = Uint8Array.from(payloadOf(kernel.MACVLAN));
  payload[0] = 7;
  expect(decodeLink(payload)).toEqual({ ok: false, reason: 'other-family' });
});

test('an address of another family is none of ours, however long it is', () => {
  // AF_MCTP, endpoint 8 on interface 2: IFA_LOCAL of one byte.
  const payload = Uint8Array.of(45, 0, 0, 0, 2, 0, 0, 0, 5, 0, 2, 0, 8, 0, 0, 0);
  expect(decodeAddress(payload)).toEqual({ ok: false, reason: 'other-family' });
});

const ADDRESSES: readonly (readonly [string, Address])[] = [
  [
    kernel.LABELLED,
    {
      interfaceIndex: 3,
      family: 4,
      address: ip('10.9.0.1'),
      prefixLength: 24,
      scope: 0,
      flags: 0x80,
      broadcast: ip('10.9.0.255'),
      label: 'engb0:vip',
    },
  ],
  [
    kernel.PEER,
    {
      interfaceIndex: 3,
      family: 4,
      address: ip('10.9.1.1'),
      prefixLength: 32,
      scope: 253,
      flags: 0,
      peer: ip('10.9.1.2'),
      label: 'engb0',
      lifetimes: { preferredSeconds: 299, validSeconds: 599 },
    },
  ],
  [
    kernel.IPV6_ADDRESS,
    {
      interfaceIndex: 3,
      family: 6,
      address: ip('2001:db8::1'),
      prefixLength: 64,
      scope: 0,
      flags: 0x82,
    },
  ],
];

test('flags beyond the eight bits of the header are not in them', () => {
  for (const [, address] of ADDRESSES) {
    const writer = new MessageWriter();
    encodeAddress(writer, { ...address, flags: 0x280 });
    const payload = writer.finish();
    expect(payload[2]).toBe(0x80);
    expect(decodeAddress(payload)).toMatchObject({ value: { flags: 0x280 } });
  }
});

test.each(ADDRESSES)(
  'an address as the kernel says it, and as it is written: %#',
  (hex, address) => {
    expect(decodeAddress(payloadOf(hex))).toEqual({ ok: true, value: address });
    expectReadAsWritten(address, encodeAddress, decodeAddress);
  },
);

const ROUTES: readonly (readonly [string, Route])[] = [
  [
    kernel.TABLE_ROUTE,
    {
      ...PLAIN_ROUTE,
      destination: { address: ip('198.51.100.0'), length: 24 },
      table: 1000,
      interfaceIndex: 3,
      gateway: ip('10.9.0.9'),
      metric: 77,
      preferredSource: ip('10.9.0.1'),
    },
  ],
  [
    kernel.MULTIPATH,
    {
      ...PLAIN_ROUTE,
      destination: { address: ip('203.0.113.0'), length: 24 },
      protocol: 3,
      nextHops: [
        { interfaceIndex: 3, gateway: ip('10.9.0.9'), weight: 3, flags: 0 },
        { interfaceIndex: 3, gateway: ip('fe80::9'), weight: 1, flags: 0 },
      ],
    },
  ],
  [
    kernel.IPV6_ROUTE,
    {
      ...PLAIN_ROUTE,
      family: 6,
      destination: { address: ip('2001:db8::'), length: 64 },
      protocol: 2,
      interfaceIndex: 3,
      metric: 256,
    },
  ],
];

test.each(ROUTES)('a route as the kernel says it, and as it is written: %#', (hex, route) => {
  expect(decodeRoute(payloadOf(hex))).toEqual({ ok: true, value: route });
  expectReadAsWritten(route, encodeRoute, decodeRoute);
});

test('a route with source, large table, crossed gateway and metric 0 is read as written', () => {
  const route: Route = {
    family: 4,
    destination: { address: ip('0.0.0.0'), length: 0 },
    table: 100_000,
    protocol: 4,
    scope: 253,
    type: 7,
    flags: 4,
    tos: 16,
    gateway: ip('fe80::1'),
    metric: 0,
    source: { address: ip('10.0.0.0'), length: 8 },
  };
  expectReadAsWritten(route, encodeRoute, decodeRoute);
});

const PLAIN: Route = { ...PLAIN_ROUTE, destination: { address: ip('10.9.9.0'), length: 24 } };

test.each<[string, Partial<Route>]>([
  ['metrics', { metrics: { mtu: 1400, rto_min: 300, lock: 4, congctl: 'reno' } }],
  ['realms', { realms: 0x0005_0006 }],
  ['lifetime', { expiresSeconds: 100 }],
  ['preference', { preference: 3 }],
  ['propagation of the TTL', { ttlPropagate: false }],
  [
    'tunnel over IPv4',
    {
      encapsulation: {
        type: 'ip',
        id: 0x1_0000_0005,
        destination: ip('10.0.0.1'),
        source: ip('10.0.0.2'),
        ttl: 9,
        tos: 4,
        flags: 0x10,
      },
    },
  ],
  ['tunnel over IPv6', { encapsulation: { type: 'ip6', id: 7, destination: ip('2001:db8::1') } }],
  ['MPLS', { encapsulation: { type: 'mpls', labels: [100, 1_048_575], ttl: 3 } }],
  [
    'ways with realms and a tunnel',
    {
      nextHops: [
        { interfaceIndex: 3, weight: 1, flags: 0, realms: 9 },
        { interfaceIndex: 3, weight: 2, flags: 4, encapsulation: { type: 'ip', id: 5 } },
      ],
    },
  ],
])('a route is read as it was written: %s', (_name, fields) => {
  const route = { ...PLAIN, ...fields };
  expectReadAsWritten(route, encodeRoute, decodeRoute);
});

test('a rule is read as it was written', () => {
  const rule: RoutingRule = {
    family: 6,
    priority: 2000,
    action: 1,
    table: 1000,
    flags: 2,
    protocol: 18,
    tos: 4,
    from: { address: ip('2001:db8::'), length: 64 },
    to: { address: ip('2001:db8:1::'), length: 48 },
    inputInterface: 'eth0',
    outputInterface: 'eth1',
    mark: 0x10,
    markMask: 0xff,
    realms: 0x0005_0006,
    suppressPrefixLength: 0,
    suppressInterfaceGroup: 3,
    tunnelId: 0x2_0000_0001,
    users: { first: 0, last: 1000 },
    ipProtocol: 6,
    sourcePorts: { first: 10, last: 20 },
    destinationPorts: { first: 53, last: 53 },
  };
  expectReadAsWritten(rule, encodeRule, decodeRule);
});

test('a neighbour as the kernel says it, and as it is written', () => {
  const neighbour: Neighbour = {
    interfaceIndex: 3,
    family: 4,
    address: ip('10.9.0.7'),
    state: 0x80,
    flags: 0,
    hardwareAddress: Uint8Array.from([2, 0, 0, 0, 0, 7]),
  };
  expect(decodeNeighbour(payloadOf(kernel.NEIGHBOUR))).toEqual({ ok: true, value: neighbour });
  expectReadAsWritten(neighbour, encodeNeighbour, decodeNeighbour);
});
