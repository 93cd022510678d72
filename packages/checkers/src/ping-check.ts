/** PING_CHECK: one ICMP echo, answered. @see RFC 792, RFC 4443 §4.1 */
import type { NetworkProbe } from '@tandem/health';
import { ByteWriter, internetChecksum, ipFamily, type IpFamily } from '@tandem/inet';
import type { BpfInstruction } from '@tandem/raw-socket';
import type { Outcome } from './connection.ts';
import { cryptography } from './cryptography.ts';
import { exchangeDatagram } from './datagram.ts';

/** A ping. */
export type PingProbe = Pick<NetworkProbe, 'target' | 'connectTimeout'>;

/** Types of ICMP messages, by family. */
const REQUEST: Readonly<Record<IpFamily, number>> = { 4: 8, 6: 128 };
const REPLY: Readonly<Record<IpFamily, number>> = { 4: 0, 6: 129 };
const HEADER_BYTES = 8;
const PAYLOAD = Buffer.from('tandem PING_CHECK, 32 bytes long');

/**
 * @param probe - whom to ping
 * @param signal - ends the attempt with `aborted`
 * @returns success, or why not, such as for want of CAP_NET_RAW; never throws
 */
export async function pingCheck(probe: PingProbe, signal: AbortSignal): Promise<Outcome> {
  const { target, connectTimeout: timeout } = probe;
  const family = ipFamily(target.address);
  const { randomInt } = cryptography();
  const tag = { id: randomInt(0x10000), sequence: randomInt(0x10000) };
  return exchangeDatagram({
    kind: 'icmp',
    target,
    payload: encodeEcho(family, tag),
    timeout,
    signal,
    prepare: (socket) => socket.attachFilter(repliesTo(family, tag.id)),
    judge: (data) => (isReply(family, data, tag) ? { ok: true } : undefined),
  });
}

/** What tells an echo from all others. */
interface EchoTag {
  readonly id: number;
  readonly sequence: number;
}

function encodeEcho(family: IpFamily, { id, sequence }: EchoTag): Uint8Array {
  const writer = new ByteWriter(HEADER_BYTES + PAYLOAD.length);
  writer.u8(REQUEST[family]).u8(0).u16(0).u16(id).u16(sequence).bytes(PAYLOAD);
  // That of ICMPv6 covers addresses which the kernel knows, so that it makes it.
  return family === 6
    ? writer.finish()
    : writer.patchU16(2, internetChecksum(writer.finish())).finish();
}

/**
 * A raw socket hears every ICMP message of the box.
 * @returns a program that lets through answers with this id
 * @see bpf(4)
 */
function repliesTo(family: IpFamily, id: number): readonly BpfInstruction[] {
  const [loadX, loadByte, loadHalf, equal, accept] = [0xb1, 0x50, 0x48, 0x15, 0x06];
  return [
    // X is where ICMP begins: after the header of IPv4, which is there; that of IPv6 is not.
    family === 4 ? { code: loadX, jt: 0, jf: 0, k: 0 } : { code: 0x01, jt: 0, jf: 0, k: 0 },
    { code: loadByte, jt: 0, jf: 0, k: 0 },
    { code: equal, jt: 0, jf: 3, k: REPLY[family] },
    { code: loadHalf, jt: 0, jf: 0, k: 4 },
    { code: equal, jt: 0, jf: 1, k: id },
    { code: accept, jt: 0, jf: 0, k: 0xffff },
    { code: accept, jt: 0, jf: 0, k: 0 },
  ];
}

/**
 * @param family - of the address
 * @param data - as received: with the IP header in IPv4
 * @param tag - of the request
 * @returns whether it answers that request
 */
export function isReply(family: IpFamily, data: Uint8Array, tag: EchoTag): boolean {
  const start = family === 4 ? ((data[0] ?? 0) & 0x0f) * 4 : 0;
  const message = Buffer.from(data.buffer, data.byteOffset, data.length).subarray(start);
  if (message.length < HEADER_BYTES) return false;
  const { id, sequence } = tag;
  return (
    message[0] === REPLY[family] &&
    message.readUInt16BE(4) === id &&
    message.readUInt16BE(6) === sequence
  );
}
