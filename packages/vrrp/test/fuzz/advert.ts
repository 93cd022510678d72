/**
 * Adverts as raw sockets deliver them. The first byte of the input says over which family, and
 * whether checksum and seal are put right, so that what lies behind them is reached.
 */
import { ByteWriter, internetChecksum, ipBytes } from '@tandem/inet';
import {
  decodeAdvertisement,
  encodeAdvertisement,
  type Advertisement,
} from '../../src/advertisement.ts';
import { sealPacket } from '../../src/authentication-header.ts';
import { authenticationKey } from '../../src/authentication.ts';
import { decodeIpv4Packet, type ReceivedPacket } from '../../src/ipv4-packet.ts';
import { checkPacket } from '../../src/receive-check.ts';
import { instanceSettings, ip, vip } from '../instance-settings.ts';

const OVER_IPV6 = 1;
const REPAIRED = 2;

const PEERS = [{ address: ip('10.77.0.1'), minTtl: 200, maxTtl: 255 }];
const SEAL = { type: 'AH', password: 'secret' } as const;
const IPV6 = {
  source: ip('fe80::1'),
  destination: ip('ff02::12'),
  ttl: 255,
};

const INSTANCES = [
  instanceSettings(),
  instanceSettings({ authentication: SEAL }),
  instanceSettings({ version: 3, addresses: [vip('10.77.0.124')] }),
  instanceSettings({
    version: 3,
    addresses: [vip('10.77.0.124')],
    unicast: { peers: PEERS, ttl: 255, checkSource: true },
  }),
  instanceSettings({ unicast: { peers: PEERS, ttl: 64, checkSource: false } }),
  instanceSettings({
    family: 6,
    version: 3,
    addresses: [vip('fe80::1:1'), vip('2001:db8::1')],
    multicastGroup: IPV6.destination,
  }),
  instanceSettings({
    family: 6,
    addresses: [vip('fe80::1:1')],
    multicastGroup: IPV6.destination,
    skipCheckAdvertAddresses: true,
  }),
];

/** @returns what the decoders and each instance made of it */
export function read(input: Uint8Array): readonly string[] {
  const [flags = 0] = input;
  const bytes = input.slice(1);
  const packet = (flags & OVER_IPV6) === 0 ? overIpv4(bytes) : { ...IPV6, body: bytes };
  if (typeof packet === 'string') return [packet];
  if ((flags & REPAIRED) !== 0) repair(packet);
  return [readBody(packet), ...INSTANCES.map((_, at) => hear(packet, at))];
}

function overIpv4(bytes: Uint8Array): ReceivedPacket | string {
  const decoded = decodeIpv4Packet(bytes);
  return decoded.ok ? decoded.value : decoded.reason;
}

/** Writes into the bytes of the packet. */
function repair(packet: ReceivedPacket): void {
  const { body, sealed } = packet;
  if (body.length >= 8) {
    body.fill(0, 6, 8);
    const covered = (body[0] ?? 0) >> 4 === 3 || packet.source === IPV6.source;
    const sum = internetChecksum(...(covered ? [pseudoHeader(packet)] : []), body);
    body.set([sum >> 8, sum & 0xff], 6);
  }
  if (sealed !== undefined) sealPacket(sealed, 1, authenticationKey(SEAL));
}

function pseudoHeader({ source, destination, body }: ReceivedPacket): Uint8Array {
  const addresses = Uint8Array.of(...ipBytes(source), ...ipBytes(destination));
  const writer = new ByteWriter(addresses.length + 8).bytes(addresses);
  return addresses.length === 8
    ? writer.u8(0).u8(112).u16(body.length).finish()
    : writer.u32(body.length).u32(112).finish();
}

/** What can be read can be written, and is then the same. */
function readBody(packet: ReceivedPacket): string {
  const decoded = decodeAdvertisement(packet.body, packet);
  if (!decoded.ok) return decoded.reason;
  const written = decodeAdvertisement(encodeAdvertisement(decoded.value, packet), packet);
  if (!written.ok || !isSame(written.value, decoded.value)) throw new Error('written, it differs');
  return `version ${decoded.value.version}`;
}

function isSame(a: Advertisement, b: Advertisement): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function hear(packet: ReceivedPacket, at: number): string {
  const settings = INSTANCES[at] ?? instanceSettings();
  const checked = checkPacket(settings, packet, { lastMaster: packet.source });
  return `${at}: ${checked.ok ? 'heard' : checked.reason}`;
}
