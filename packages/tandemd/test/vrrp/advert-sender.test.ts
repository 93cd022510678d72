import { SocketError, type OutgoingMessage } from '@tandem/raw-socket';
import { decodeAdvertisement, decodeIpv4Packet } from '@tandem/vrrp';
import { expect, test } from 'vitest';
import { AdvertSender } from '../../src/vrrp/advert-sender.ts';
import { ip, ownerSettings } from './fake-host.ts';

const WANTED = {
  settings: ownerSettings(),
  source: ip('10.77.0.1'),
  priority: 100,
  interfaceIndex: 2,
};

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

test('adverts differ in the IP identification only, which counts from 1', () => {
  const socket = recorder();
  const sender = new AdvertSender({ send: (messages) => (socket.send(messages), 1) });
  for (let i = 0; i < 3; i += 1) expect(sender.send(WANTED)).toBeUndefined();
  const packets = socket.sent.map(({ data }) => Buffer.from(data).toString('hex'));
  expect(packets.map((hex) => hex.slice(8, 12))).toEqual(['0001', '0002', '0003']);
  expect(new Set(packets.map((hex) => hex.slice(0, 8) + hex.slice(12))).size).toBe(1);
});

test('another priority is another advert', () => {
  const socket = recorder();
  const sender = new AdvertSender({ send: (messages) => (socket.send(messages), 1) });
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
  expect(new AdvertSender({ send: () => 0 }).send(WANTED)).toBe('ENOBUFS');
  const refusing = {
    send: () => {
      throw new SocketError('sendmmsg', 101);
    },
  };
  expect(new AdvertSender(refusing).send(WANTED)).toBe('ENETUNREACH');
});
