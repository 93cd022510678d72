import { ipFromBytes, parseIp, type IpAddress } from '@tandem/inet';
import type { Destination, Service, TableChange, Tunnel } from '@tandem/ipvs';
import { MessageWriter, type Decoded } from '@tandem/netlink';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeDestination, encodeDestination } from '../src/destination.ts';
import { decodeInfo, decodeTimeouts, encodeTimeouts } from '../src/module-info.ts';
import { decodeService, encodeService } from '../src/service.ts';
import {
  decodeSyncDaemon,
  encodeSyncDaemon,
  encodeSyncRole,
  type SyncDaemon,
} from '../src/sync-daemon.ts';
import { ChangeRequest } from '../src/table-request.ts';
import * as kernel from './kernel-messages.ts';

const ip = (text: string): IpAddress => parseIp(text) ?? ipFromBytes(new Uint8Array(4));
const FROM = 4;
const NO_COUNTERS = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };

function payloadOf(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex').subarray(16);
}

/** An address of a destination that is no more than that, in the family of its service. */
const ADDRESS = '14000100c0000201000000000000000000000000';

function bytesOf(...parts: readonly string[]): Uint8Array {
  return Buffer.from(parts.join(''), 'hex');
}

function written(encode: (writer: MessageWriter) => void): Uint8Array {
  const writer = new MessageWriter();
  encode(writer);
  return writer.finish();
}

function expectValue<T>(decoded: Decoded<T>, value: unknown): void {
  expect(decoded).toEqual({ ok: true, value });
}

const PERSISTENT: Service = {
  key: { kind: 'address', protocol: 6, address: ip('10.0.0.1'), port: 80 },
  scheduler: 'wrr',
  flags: 1,
  timeoutSeconds: 300,
  netmaskBits: 24,
};

const SIP: Service = {
  key: { kind: 'address', protocol: 17, address: ip('2001:db8::1'), port: 5060 },
  scheduler: 'mh',
  persistenceEngine: 'sip',
  flags: 0x19,
  timeoutSeconds: 60,
  netmaskBits: 64,
};

const MARKED: Service = {
  key: { kind: 'fwmark', mark: 5, family: 6 },
  scheduler: 'sh',
  flags: 0x10,
  timeoutSeconds: 0,
  netmaskBits: 128,
};

test('services as the kernel says them', () => {
  const counters = { connections: 3, inPackets: 3, outPackets: 3, inBytes: 180, outBytes: 120 };
  expectValue(decodeService(payloadOf(kernel.TCP_PERSISTENT), FROM), { ...PERSISTENT, counters });
  const rest = { counters: NO_COUNTERS };
  expectValue(decodeService(payloadOf(kernel.SIP_IPV6), FROM), { ...SIP, ...rest });
  expectValue(decodeService(payloadOf(kernel.FWMARK_IPV6), FROM), { ...MARKED, ...rest });
  expect(decodeService(payloadOf(kernel.UDP_ONE_PACKET), FROM)).toMatchObject({
    value: { flags: 4, netmaskBits: 32, key: { protocol: 17, port: 53 } },
  });
});

test.each([PERSISTENT, SIP, MARKED, { ...PERSISTENT, netmaskBits: 32, flags: 0 }])(
  'a service is read as it was written: %#',
  (service) => {
    const bytes = written((writer) => encodeService(writer, service));
    expectValue(decodeService(bytes, 0), { ...service, counters: NO_COUNTERS });
  },
);

test('every IPv4 mask is read as it was written', () => {
  for (let netmaskBits = 0; netmaskBits <= 32; netmaskBits += 1) {
    const bytes = written((writer) => encodeService(writer, { ...PERSISTENT, netmaskBits }));
    expect(decodeService(bytes, 0)).toMatchObject({ value: { netmaskBits } });
  }
});

test('destinations as the kernel says them', () => {
  const context = { from: FROM, serviceFamily: 4 } as const;
  expectValue(decodeDestination(payloadOf(kernel.DESTINATION), context), {
    address: '10.0.0.9',
    port: 80,
    forwarding: 'Masq',
    weight: 3,
    upperThreshold: 100,
    lowerThreshold: 50,
    activeConnections: 0,
    inactiveConnections: 3,
    persistentConnections: 1,
    counters: { connections: 3, inPackets: 3, outPackets: 3, inBytes: 180, outBytes: 120 },
  });
  const inTunnel = decodeDestination(payloadOf(kernel.DESTINATION_IPV6), context);
  expect(inTunnel).toMatchObject({
    value: { address: '2001:db8::2', port: 0, forwarding: 'Tunnel', weight: 1 },
  });
  expect(inTunnel).not.toHaveProperty('value.tunnel');
});

test('rates stand behind the counters, in 64 bits or in 32', () => {
  const counters = { ...NO_COUNTERS, inBytes: 9, outBytes: 6 };
  const service = decodeService(payloadOf(kernel.TCP_PERSISTENT), FROM, 'rates');
  expect(service).toMatchObject({ value: { counters } });
  const context = { serviceFamily: 4, figures: 'rates' } as const;
  const destination = payloadOf(kernel.DESTINATION);
  expect(decodeDestination(destination, { ...context, from: FROM })).toMatchObject({
    value: { counters },
  });
  const old = bytesOf('2c000280', ADDRESS, '14000a80', '0800060007000000', '0800090009000000');
  expect(decodeDestination(old, { ...context, from: 0 })).toMatchObject({
    value: { counters: { ...NO_COUNTERS, connections: 7, inBytes: 9 } },
  });
});

test('what is in a tunnel of a kind that nobody knows has none that can be told', () => {
  const unknown = bytesOf('28000280', ADDRESS, '0800030002000000', '05000d0009000000');
  const decoded = decodeDestination(unknown, { from: 0, serviceFamily: 4 });
  expect(decoded).toMatchObject({ ok: true, value: { forwarding: 'Tunnel' } });
  expect(decoded).not.toHaveProperty('value.tunnel');
});

test('what the kernel cannot have meant is refused, and says why', () => {
  const destination = (...parts: readonly string[]): unknown =>
    decodeDestination(bytesOf(...parts), { from: 0, serviceFamily: 6 });
  const bad = { ok: false, reason: 'bad-attribute' };
  const missing = { ok: false, reason: 'missing-attribute' };
  expect(destination('0c000280', '0800010001020304')).toEqual(bad);
  expect(destination('0c000280', '0700010001020300')).toEqual(bad);
  expect(destination('20000280', ADDRESS, '0800030007000000')).toEqual(bad);
  expect(destination('0c000280', '0800040001000000')).toEqual(missing);
  expect(decodeInfo(bytesOf('0800010001020100'), 0)).toEqual(missing);
  expect(decodeInfo(bytesOf('0800020000100000'), 0)).toEqual(missing);
  expect(decodeSyncDaemon(bytesOf('0c000380', '0800010003000000'), 0)).toEqual(missing);
  expect(decodeSyncDaemon(bytesOf('0c000380', '0800030003000000'), 0)).toEqual(missing);
});

const destinations = fc.record<Destination>({
  address: fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => ip(text)),
  port: fc.nat(0xffff),
  forwarding: fc.constantFrom('Masq', 'Local', 'Tunnel', 'Route'),
  weight: fc.nat(0x7fff_ffff),
  upperThreshold: fc.nat(0xffff_ffff),
  lowerThreshold: fc.nat(0xffff_ffff),
});

const tunnels = fc.record<Tunnel>({
  type: fc.constantFrom('gue', 'gre'),
  port: fc.nat(0xffff),
  checksum: fc.constantFrom('none', 'full', 'remote'),
});

test('a destination is read as it was written, with its tunnel', () => {
  const tunnelled = fc
    .tuple(destinations, tunnels)
    .map(([each, tunnel]): Destination => ({ ...each, forwarding: 'Tunnel', tunnel }));
  fc.assert(
    fc.property(fc.oneof(destinations, tunnelled), (destination) => {
      const bytes = written((writer) => encodeDestination(writer, PERSISTENT.key, destination));
      const decoded = decodeDestination(bytes, { from: 0, serviceFamily: 4 });
      expect(decoded).toMatchObject({ ok: true, value: destination });
    }),
  );
});

test('a kernel that has counters in 32 bits only, and no family, is understood', () => {
  const bytes = Buffer.from(
    '50000280' +
      '14000100c0000201000000000000000000000000' +
      '060002000050000008000300030000000800040001000000' +
      '20000a80' +
      '0800010007000000' +
      '080002000800000008000300090000000400ff00',
    'hex',
  );
  expect(decodeDestination(bytes, { from: 0, serviceFamily: 4 })).toMatchObject({
    value: {
      address: '192.0.2.1',
      forwarding: 'Route',
      counters: { connections: 7, inPackets: 8, outPackets: 9, inBytes: 0 },
    },
  });
});

test('sync daemons as the kernel says them', () => {
  const master: SyncDaemon = {
    role: 'master',
    interface: 'd0',
    syncId: 8,
    maximumLength: 1400,
    group: ip('224.0.0.90'),
    port: 9000,
    ttl: 3,
  };
  expectValue(decodeSyncDaemon(payloadOf(kernel.MASTER_DAEMON), FROM), master);
  expect(decodeSyncDaemon(payloadOf(kernel.BACKUP_DAEMON), FROM)).toMatchObject({
    value: { role: 'backup', interface: 'd0', syncId: 7, port: 8848 },
  });
  for (const daemon of [
    master,
    { ...master, group: ip('ff02::1') },
    { role: 'backup', interface: 'eth0', syncId: 0 } as const,
  ]) {
    const bytes = written((writer) => encodeSyncDaemon(writer, daemon));
    expectValue(decodeSyncDaemon(bytes, 0), daemon);
  }
});

test('a sync daemon is stopped by its role', () => {
  const bytes = written((writer) => encodeSyncRole(writer, 'backup'));
  expect(bytes).toEqual(new Uint8Array(bytesOf('0c000380', '0800010002000000')));
});

test('version and timeouts as the kernel says them', () => {
  expectValue(decodeInfo(payloadOf(kernel.INFO), FROM), { version: '1.2.1', connTableSize: 4096 });
  const timeouts = { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300 };
  expectValue(decodeTimeouts(payloadOf(kernel.TIMEOUTS), FROM), timeouts);
  const bytes = written((writer) => encodeTimeouts(writer, timeouts));
  expect(Buffer.from(bytes).toString('hex')).toBe(kernel.TIMEOUTS.slice(40));
});

test('every change says what it is about, as people name it', () => {
  const destination: Destination = {
    address: ip('10.0.0.2'),
    port: 80,
    forwarding: 'Route',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
  };
  const changes: TableChange[] = [
    { type: 'add-service', service: PERSISTENT },
    { type: 'edit-service', service: SIP },
    { type: 'delete-service', key: MARKED.key },
    { type: 'add-destination', key: PERSISTENT.key, destination },
    { type: 'edit-destination', key: SIP.key, destination },
    { type: 'delete-destination', key: MARKED.key, address: ip('2001:db8::2'), port: 0 },
  ];
  const family = { name: 'IPVS', id: 28, version: 1 };
  expect(changes.map((change) => new ChangeRequest(family, change).describe())).toEqual([
    'add service TCP 10.0.0.1:80',
    'edit service UDP [2001:db8::1]:5060',
    'delete service FWM 5 IPv6',
    'add destination 10.0.0.2:80 of TCP 10.0.0.1:80',
    'edit destination 10.0.0.2:80 of UDP [2001:db8::1]:5060',
    'delete destination [2001:db8::2]:0 of FWM 5 IPv6',
  ]);
});
