import { SocketError, type OutgoingMessage } from '@tandem/raw-socket';
import { instant, seconds } from '@tandem/time';
import {
  authenticationKey,
  createInstance,
  decodeAdvertisement,
  decodeIpv4Packet,
  sealPacket,
  step,
  writeChecksum,
} from '@tandem/vrrp';
import { assert, expect, test } from 'vitest';
import { AdvertSender, type SendingSocket } from '../../src/vrrp/advert-sender.ts';
import { ip, ownerSettings } from './fake-host.ts';

const WANTED = {
  settings: ownerSettings(),
  source: ip('10.77.0.1'),
  priority: 100,
  interfaceIndex: 2,
  oldChecksumPeers: [],
};

const NUMBERS = { sequence: () => 0, stamp: () => 0n };

const V6 = {
  family: 6,
  version: 3,
  multicastGroup: ip('ff02::12'),
  addresses: [{ address: ip('fe80::10'), prefixLength: 64, device: 'eth0', scope: 0 }],
} as const;

/** Keeps copies, as a kernel does. */
function recorder(): {
  sent: OutgoingMessage[];
  send: (messages: readonly OutgoingMessage[]) => number;
} {
  const sent: OutgoingMessage[] = [];
  return {
    sent,
    send: (messages) =>
      sent.push(...messages.map((each) => ({ ...each, data: each.data.slice() }))),
  };
}

function accepting({ send }: ReturnType<typeof recorder>): SendingSocket {
  return { send: (messages) => (send(messages), messages.length) };
}

test('adverts differ in the IP identification only, which counts from 1', () => {
  const socket = recorder();
  const sender = new AdvertSender(accepting(socket), NUMBERS);
  for (let i = 0; i < 3; i += 1) expect(sender.send(WANTED)).toBeUndefined();
  const packets = socket.sent.map(({ data }) => Buffer.from(data).toString('hex'));
  expect(packets.map((hex) => hex.slice(8, 12))).toEqual(['0001', '0002', '0003']);
  expect(new Set(packets.map((hex) => hex.slice(0, 8) + hex.slice(12))).size).toBe(1);
});

test('another priority is another advert', () => {
  const socket = recorder();
  const sender = new AdvertSender(accepting(socket), NUMBERS);
  sender.send(WANTED);
  sender.send({ ...WANTED, priority: 0 });
  const priorities = socket.sent.map(({ data }) => {
    const packet = decodeIpv4Packet(data);
    if (!packet.ok) return packet.reason;
    const decoded = decodeAdvertisement(packet.value.body, packet.value);
    return decoded.ok ? decoded.value.priority : decoded.reason;
  });
  expect(priorities).toEqual([100, 0]);
});

test('a kernel without room and a kernel that refuses are told by name', () => {
  expect(new AdvertSender({ send: () => 0 }, NUMBERS).send(WANTED)).toBe('ENOBUFS');
  const refusing = {
    send: () => {
      throw new SocketError('sendmmsg', 101);
    },
  };
  expect(new AdvertSender(refusing, NUMBERS).send(WANTED)).toBe('ENETUNREACH');
});

const PEERS = ['10.77.0.2', '10.77.0.3'].map((each) => ({
  address: ip(each),
  minTtl: 0,
  maxTtl: 255,
}));

test('each peer is sent a copy of its own, with the TTL that is wanted', () => {
  const socket = recorder();
  const sender = new AdvertSender(accepting(socket), NUMBERS);
  const unicast = { peers: PEERS, ttl: 5, checkSource: false };
  sender.send({ ...WANTED, settings: ownerSettings({ version: 3, unicast }) });
  const packets = socket.sent.map(({ data, destination }) => {
    const packet = decodeIpv4Packet(data);
    if (!packet.ok) return packet.reason;
    const { ttl, body, destination: to } = packet.value;
    const isFor = destination?.family === 'inet' && destination.address === to;
    return [to, ttl, isFor, decodeAdvertisement(body, packet.value).ok];
  });
  expect(packets).toEqual([
    ['10.77.0.2', 5, true, true],
    ['10.77.0.3', 5, true, true],
  ]);
});

test('a peer that has the old checksum is sent it, the others are not', () => {
  const socket = recorder();
  const sender = new AdvertSender(accepting(socket), NUMBERS);
  const unicast = { peers: PEERS, ttl: 255, checkSource: false };
  const wanted = { ...WANTED, settings: ownerSettings({ version: 3, unicast }) };
  sender.send(wanted);
  sender.send({ ...wanted, oldChecksumPeers: [ip('10.77.0.2')] });
  const right = socket.sent.map(({ data }) => {
    const packet = decodeIpv4Packet(data);
    return packet.ok && decodeAdvertisement(packet.value.body, packet.value).ok;
  });
  expect(right).toEqual([true, true, false, true]);
});

test('a peer that cannot be reached does not keep the others from hearing of us', () => {
  const socket = recorder();
  const refusingFirst = {
    send: (messages: readonly OutgoingMessage[]) => {
      socket.send(messages);
      if (socket.sent.length === 1) throw new SocketError('sendmmsg', 113);
      return messages.length;
    },
  };
  const sender = new AdvertSender(refusingFirst, NUMBERS);
  const unicast = { peers: PEERS, ttl: 255, checkSource: false };
  expect(sender.send({ ...WANTED, settings: ownerSettings({ unicast }) })).toBe('EHOSTUNREACH');
  expect(socket.sent).toHaveLength(2);
});

test('IPv6 adverts to peers name the own address and interface', () => {
  const socket = recorder();
  const sender = new AdvertSender(accepting(socket), NUMBERS);
  const peers = [{ address: ip('2001:db8::2'), minTtl: 0, maxTtl: 255 }];
  const settings = ownerSettings({
    family: 6,
    version: 3,
    addresses: [],
    unicast: { peers, ttl: 255, checkSource: false },
  });
  sender.send({ ...WANTED, settings, source: ip('2001:db8::1') });
  expect(socket.sent).toMatchObject([
    { source: '2001:db8::1', interfaceIndex: 2, destination: { address: '2001:db8::2' } },
  ]);
});

test('with AH each advert is sealed anew, its copies to all peers with one number', () => {
  const socket = recorder();
  let sequence = 1000;
  const sender = new AdvertSender(accepting(socket), {
    ...NUMBERS,
    sequence: () => (sequence += 1),
  });
  const authentication = { type: 'AH', password: 'secret' } as const;
  const unicast = { peers: PEERS, ttl: 255, checkSource: false };
  const settings = ownerSettings({ authentication, unicast });
  for (let i = 0; i < 2; i += 1) sender.send({ ...WANTED, settings });
  const heard = socket.sent.map(({ data }) => {
    const number = Buffer.from(data).readUInt32BE(28);
    const again = data.slice();
    sealPacket(again, number, authenticationKey(authentication));
    return [number, Buffer.from(again).equals(data)];
  });
  expect(heard).toEqual([
    [1001, true],
    [1001, true],
    [1002, true],
    [1002, true],
  ]);
});

test.each([
  ['IPv4', { version: 3 }],
  ['IPv6', V6],
] as const)('with auth_hmac each advert over %s has a stamp of its own', (_, changes) => {
  const socket = recorder();
  let stamp = 0n;
  const numbers = { ...NUMBERS, stamp: () => (stamp += 1n) };
  const sender = new AdvertSender(accepting(socket), numbers);
  const keys = [{ id: 3, octets: 'ab'.repeat(32) }];
  const hmac = { keys, activeKey: 3, antiReplay: 'monotonic', mode: 'enforce' } as const;
  const settings = ownerSettings({ ...changes, hmac: { ...hmac, timeWindow: seconds(5) } });
  const source = ip(settings.family === 6 ? 'fe80::2' : '10.77.0.1');
  for (let i = 0; i < 2; i += 1) sender.send({ ...WANTED, settings, source });
  const packets = socket.sent.map(({ data }) => {
    if (settings.family === 6)
      return { source, destination: settings.multicastGroup, ttl: 255, body: data };
    const packet = decodeIpv4Packet(data);
    assert(packet.ok);
    return packet.value;
  });
  let state = createInstance({ ...settings, priority: 100, initialState: 'BACKUP' });
  state = step(state, { type: 'start', interfaceUp: true, source }, instant(0)).state;
  for (const packet of packets) {
    // The kernel makes the checksum of IPv6.
    if (settings.family === 6) writeChecksum(packet.body, packet);
    state = step(state, { type: 'packet', packet }, instant(1)).state;
  }
  expect(state.counters).toMatchObject({ advert_rcvd: 2, auth_ext_replay: 0 });
  expect(state.signers).toMatchObject([{ stamp: 2n }]);
});
