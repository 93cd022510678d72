/**
 * The bytes of a BFD Control packet. Decides what is well formed on its own; which session it is
 * for, and whether that may hear it, is decided in receive.ts.
 */
import { ByteReader, ByteWriter } from '@tandem/inet';
import { milliseconds, type Duration } from '@tandem/time';

/** In the order of their numbers on the wire. @see RFC 5880 §4.1 */
export const SESSION_STATES = ['AdminDown', 'Down', 'Init', 'Up'] as const;

/** State of a session. @see RFC 5880 §6.2 */
export type SessionStateName = (typeof SESSION_STATES)[number];

/** Mandatory section of a packet, without an authentication section. @see RFC 5880 §4.1 */
export interface ControlPacket {
  /** Why the sender's session last changed, 0–31. */
  readonly diagnostic: number;
  readonly state: SessionStateName;
  readonly poll: boolean;
  readonly final: boolean;
  /** Its BFD does not share the fate of its control plane. */
  readonly independent: boolean;
  /** It would rather have no periodic packets. */
  readonly demand: boolean;
  /** 1–255 */
  readonly detectMultiplier: number;
  /** 1–4294967295 */
  readonly myDiscriminator: number;
  /** 0: the sender has not heard of us yet. */
  readonly yourDiscriminator: number;
  /** All intervals are whole microseconds up to 4294967295. */
  readonly desiredMinTx: Duration;
  readonly requiredMinRx: Duration;
  readonly requiredMinEchoRx: Duration;
}

/** Why bytes are no packet for us. @see RFC 5880 §6.8.6 */
export type ControlPacketReason =
  | 'too-short'
  | 'unknown-version'
  | 'wrong-length'
  | 'zero-multiplier'
  | 'multipoint'
  | 'zero-discriminator'
  | 'state-without-discriminator'
  | 'authenticated';

const VERSION = 1;
const LENGTH = 24;
/** With an authentication section, of which type and length are the least. */
const AUTHENTICATED_LENGTH = 26;
const POLL = 0x20;
const FINAL = 0x10;
const INDEPENDENT = 0x08;
const AUTHENTICATED = 0x04;
const DEMAND = 0x02;
const MULTIPOINT = 0x01;

/**
 * @param bytes - payload of a UDP datagram
 * @returns the packet, or the first rule that it breaks; never throws
 * @see RFC 5880 §6.8.6
 */
export function decodeControlPacket(
  bytes: Uint8Array,
): { ok: true; value: ControlPacket } | { ok: false; reason: ControlPacketReason } {
  if (bytes.length < LENGTH) return { ok: false, reason: 'too-short' };
  const reader = new ByteReader(bytes);
  const [first, second, detectMultiplier, length] = [
    reader.u8(),
    reader.u8(),
    reader.u8(),
    reader.u8(),
  ];
  const has = (flag: number): boolean => (second & flag) !== 0;
  const value: ControlPacket = {
    diagnostic: first & 0x1f,
    state: SESSION_STATES[second >> 6] ?? 'AdminDown',
    poll: has(POLL),
    final: has(FINAL),
    independent: has(INDEPENDENT),
    demand: has(DEMAND),
    detectMultiplier,
    myDiscriminator: reader.u32(),
    yourDiscriminator: reader.u32(),
    desiredMinTx: microseconds(reader.u32()),
    requiredMinRx: microseconds(reader.u32()),
    requiredMinEchoRx: microseconds(reader.u32()),
  };
  const shortest = has(AUTHENTICATED) ? AUTHENTICATED_LENGTH : LENGTH;
  const rules: readonly (readonly [broken: boolean, reason: ControlPacketReason])[] = [
    [first >> 5 !== VERSION, 'unknown-version'],
    [length < shortest || length > bytes.length, 'wrong-length'],
    [detectMultiplier === 0, 'zero-multiplier'],
    [has(MULTIPOINT), 'multipoint'],
    [value.myDiscriminator === 0, 'zero-discriminator'],
    [
      value.yourDiscriminator === 0 && (value.state === 'Init' || value.state === 'Up'),
      'state-without-discriminator',
    ],
    [has(AUTHENTICATED), 'authenticated'],
  ];
  const reason = rules.find(([broken]) => broken)?.[1];
  return reason === undefined ? { ok: true, value } : { ok: false, reason };
}

/**
 * @param packet - what to say
 * @returns 24 bytes, the payload of a UDP datagram
 * @see RFC 5880 §6.8.7
 */
export function encodeControlPacket(packet: ControlPacket): Uint8Array {
  const flags =
    (packet.poll ? POLL : 0) |
    (packet.final ? FINAL : 0) |
    (packet.independent ? INDEPENDENT : 0) |
    (packet.demand ? DEMAND : 0);
  return new ByteWriter(LENGTH)
    .u8((VERSION << 5) | packet.diagnostic)
    .u8((SESSION_STATES.indexOf(packet.state) << 6) | flags)
    .u8(packet.detectMultiplier)
    .u8(LENGTH)
    .u32(packet.myDiscriminator)
    .u32(packet.yourDiscriminator)
    .u32(inMicroseconds(packet.desiredMinTx))
    .u32(inMicroseconds(packet.requiredMinRx))
    .u32(inMicroseconds(packet.requiredMinEchoRx))
    .finish();
}

/**
 * @param duration - any length of time
 * @returns whole microseconds
 */
export function inMicroseconds(duration: Duration): number {
  return Math.round(duration * 1000);
}

/**
 * @param n - microseconds
 * @returns the length of time
 */
export function microseconds(n: number): Duration {
  return milliseconds(n / 1000);
}
