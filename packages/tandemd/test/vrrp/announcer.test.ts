import { constants, SocketError, type OutgoingMessage } from '@tandem/raw-socket';
import { seconds } from '@tandem/time';
import { expect, onTestFinished, test, vi } from 'vitest';
import { paceOf, type Pace } from '../../src/vrrp/announcement-pace.ts';
import { Announcer } from '../../src/vrrp/announcer.ts';
import { InterfaceTable } from '../../src/vrrp/interface-table.ts';
import { kernelAddress, kernelLink, vip } from './fake-host.ts';

const ENETDOWN = 100;

/** Takes frames as the kernel does: in order, up to the first for an interface that is down. */
function kernel(down: readonly number[] = []): {
  frames: OutgoingMessage[];
  send: (messages: readonly OutgoingMessage[]) => number;
  onWritable: () => void;
  close: () => void;
} {
  const frames: OutgoingMessage[] = [];
  return {
    frames,
    send: (messages) => {
      for (const [sent, message] of messages.entries()) {
        if (down.includes(interfaceOf(message))) {
          throw new SocketError('sendmmsg', ENETDOWN, { sent });
        }
        frames.push(message);
      }
      return messages.length;
    },
    onWritable: () => undefined,
    close: () => undefined,
  };
}

function interfaceOf({ destination }: OutgoingMessage): number {
  return destination?.family === 'packet' ? destination.interfaceIndex : 0;
}

function table(): InterfaceTable {
  const interfaces = new InterfaceTable();
  interfaces.load([kernelLink(), kernelLink({ index: 3, name: 'eth1' })], []);
  return interfaces;
}

/** What a configuration with vrrp_garp_interval 0.1 comes to. */
function everyHundred(family: 4 | 6, interfaces: readonly [string, string]): Pace {
  return paceOf({ garpInterval: seconds(0.1) }, family, interfaces);
}

test('an interface that is down takes nothing from the announcements on others', () => {
  const socket = kernel([3]);
  const announcer = new Announcer(table(), { detail: () => undefined }, socket);
  announcer.announce([vip('10.77.1.100', 'eth1'), vip('10.77.0.100')], 5);
  expect(socket.frames.map(interfaceOf)).toEqual([2, 2, 2, 2, 2]);
});

test('RFC 9568 §6.4.3: the neighbours of a box that forwards IPv6 are told that the address is a router', () => {
  const socket = kernel();
  const ports = { detail: () => undefined, isRouter: (device: string) => device === 'eth1' };
  const announcer = new Announcer(table(), ports, socket);
  announcer.announce([vip('2001:db8::1'), vip('2001:db8::2', 'eth1')], 1);
  const flags = socket.frames.map(({ data }) => data[14 + 40 + 4]);
  expect(flags).toEqual([0x20, 0xa0]);
});

test('RFC 3768 §6.4.1, §6.4.2, RFC 9568 §6.4.1, §6.4.2: each address is announced with the virtual MAC address', () => {
  const socket = kernel();
  const interfaces = table();
  const macs = { 'vrrp.51': '00005e000133', 'vrrp6.51': '00005e000233' };
  for (const [i, [name, mac]] of Object.entries(macs).entries()) {
    const hardwareAddress = new Uint8Array(Buffer.from(mac, 'hex'));
    const link = kernelLink({ index: 4 + i, name, parentIndex: 2, hardwareAddress });
    interfaces.noteLink(link, false);
  }
  const ports = { detail: () => undefined, isRouter: () => true };
  const announcer = new Announcer(interfaces, ports, socket);
  announcer.announce(
    [vip('10.77.0.100', 'vrrp.51'), vip('10.77.0.101', 'vrrp.51'), vip('fe80::100', 'vrrp6.51')],
    1,
  );
  const frames = socket.frames.map(({ data }) => Buffer.from(data).toString('hex'));
  const [mac4, mac6] = Object.values(macs);
  const arp = (address: string): string =>
    `ffffffffffff${mac4}08060001080006040001${mac4}${address}ffffffffffff${address}`;
  expect(frames.slice(0, 2)).toEqual([arp('0a4d0064'), arp('0a4d0065')]);
  expect(frames[2]?.slice(0, 28)).toBe(`333300000001${mac6}86dd`);
  const target = 'fe800000000000000000000000000100';
  expect(frames[2]?.slice(116)).toBe(`a0000000${target}0201${mac6}`);
});

test('the kernel is told the protocol as the header names it', () => {
  const socket = kernel();
  const announcer = new Announcer(table(), { detail: () => undefined }, socket);
  announcer.announce([vip('10.77.0.100')], 1);
  expect(socket.frames[0]?.destination).toMatchObject({ protocol: constants.ETH_P_ARP });
});

test('vrrp_garp_interval: those of one interface leave one after the other, while the address is there', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const interfaces = table();
  const socket = kernel();
  const ports = { detail: () => undefined, pace: everyHundred };
  const announcer = new Announcer(interfaces, ports, socket);
  const own = [
    kernelAddress('10.77.0.100'),
    kernelAddress('10.77.0.101'),
    kernelAddress('10.77.1.100', { interfaceIndex: 3 }),
  ];
  for (const each of own) interfaces.noteAddress(each, false);
  const sent = (): number[] => socket.frames.splice(0).map(interfaceOf);
  announcer.announce([vip('10.77.0.100'), vip('10.77.0.101'), vip('10.77.1.100', 'eth1')], 2);
  announcer.announce([vip('fe80::100')], 2);
  expect(sent()).toEqual([2, 3, 2, 2]);
  vi.advanceTimersByTime(99);
  expect(sent()).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(sent()).toEqual([2, 3]);
  for (const each of own) interfaces.noteAddress(each, true);
  vi.advanceTimersByTime(1000);
  expect(sent()).toEqual([]);
});

test('garp_group: those of all its interfaces, and of what is above them, leave one after the other', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const interfaces = table();
  interfaces.noteLink(kernelLink({ index: 4, name: 'vrrp.51', parentIndex: 3 }), false);
  interfaces.noteLink(kernelLink({ index: 5, name: 'eth2' }), false);
  const places = [2, 3, 4, 5].map((interfaceIndex) => ({ interfaceIndex }));
  for (const [i, place] of places.entries())
    interfaces.noteAddress(kernelAddress(`10.77.${i}.100`, place), false);
  const group = { interfaces: ['eth0', 'eth1'], garpInterval: seconds(0.05) };
  const socket = kernel();
  const announcer = new Announcer(
    interfaces,
    {
      detail: () => undefined,
      pace: (...which) => paceOf({ garpGroups: [group] }, ...which),
    },
    socket,
  );
  const sent = (): number[] => socket.frames.splice(0).map(interfaceOf);
  const devices = ['eth0', 'eth1', 'vrrp.51', 'eth2'];
  announcer.announce(
    devices.map((device, i) => vip(`10.77.${i}.100`, device)),
    1,
  );
  expect(sent()).toEqual([5, 2]);
  vi.advanceTimersByTime(50);
  expect(sent()).toEqual([3]);
  vi.advanceTimersByTime(49);
  expect(sent()).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(sent()).toEqual([4]);
});

test('an interface follows its group, and where that says nothing the interval of all', () => {
  const garpGroups = [
    { interfaces: ['eth0'], gnaInterval: seconds(0.2) },
    { interfaces: ['eth1', 'eth2'], garpInterval: seconds(0) },
  ];
  const pace = (family: 4 | 6, device: string): Pace =>
    paceOf({ garpGroups, garpInterval: seconds(1) }, family, [device, device]);
  expect(pace(4, 'eth0')).toEqual({ queue: '4 eth0', gap: seconds(1) });
  expect(pace(6, 'eth0').gap).toBe(seconds(0.2));
  expect(pace(4, 'eth2').gap).toBe(seconds(0));
  expect(pace(6, 'eth3').gap).toBe(seconds(0));
});
