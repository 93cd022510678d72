/**
 * Which packets an instance listens to: keepalived's checks, in its order, with its log lines.
 * The first that fails drops the packet; what a good packet means is decided by the machine.
 */
import { isMulticast, type IpAddress } from '@tandem/inet';
import { inSeconds, seconds } from '@tandem/time';
import type { Duration } from '@tandem/time';
import type { AdvertisementHeader } from './advertisement.ts';
import { advertisementLength, readAddresses, readAdvertisementHeader } from './advertisement.ts';
import {
  AUTHENTICATION_AH,
  AUTHENTICATION_NONE,
  AUTHENTICATION_PASS,
  authenticationData,
  authenticationKey,
  authenticationType,
} from './authentication.ts';
import { isSealRight } from './authentication-header.ts';
import { checkTrailer, type Signer, type TrailerVerdict } from './hmac-check.ts';
import { TRAILER_LENGTH } from './hmac-trailer.ts';
import type { VrrpCounters } from './counters.ts';
import type { ReceivedPacket } from './ipv4-packet.ts';
import type { VrrpInstanceSettings } from './settings.ts';
import { checksumOf } from './unicast-checksum.ts';

/** Why a packet is dropped. */
type RejectionReason =
  | 'too-short'
  | 'wrong-length'
  | 'ttl-not-255'
  | 'ttl-out-of-range'
  | 'wrong-version'
  | 'unknown-authentication-type'
  | 'authentication-type-mismatch'
  | 'wrong-password'
  | 'trailer'
  | 'interval-mismatch'
  | 'unknown-type'
  | 'address-count-mismatch'
  | 'bad-checksum'
  | 'not-multicast'
  | 'not-unicast'
  | 'address-list-mismatch'
  | 'not-a-peer';

/** A dropped packet. */
export interface Rejection {
  readonly ok: false;
  readonly reason: RejectionReason;
  /** What to raise; absent where keepalived has no counter. */
  readonly counter?: keyof VrrpCounters;
  /** Log line without the instance's name; absent where keepalived says nothing. */
  readonly log?: string;
}

/** What the machine needs to know of a packet that passed. */
export interface Heard {
  readonly source: IpAddress;
  /** 0–255 */
  readonly priority: number;
  readonly advertisementInterval: Duration;
  /** Its checksum has the multicast group for its destination, although it came from a peer. */
  readonly oldChecksum: boolean;
  /** What its trailer proved; undefined where none is looked for. */
  readonly trailer: Exclude<TrailerVerdict, { kind: 'rejected' }> | undefined;
}

/** What an instance knows of other routers. */
export interface KnownRouters {
  /** Who was master when the last good advert came, for skip_check_adv_addr. */
  readonly lastMaster?: IpAddress | undefined;
  /** Whose trailers were right. */
  readonly signers?: readonly Signer[];
}

interface Check {
  readonly settings: VrrpInstanceSettings;
  readonly packet: ReceivedPacket;
  readonly header: AdvertisementHeader;
  readonly lastMaster: IpAddress | undefined;
}

type Verdict = Omit<Rejection, 'ok'> | undefined;

/** Octets before the VRRP packet that keepalived's length messages count too. */
const IP_HEADER_LENGTH = { 4: 20, 6: 0 } as const;

const CHECKS: readonly ((check: Check) => Verdict)[] = [
  checkSeal,
  checkLength,
  checkTtl,
  checkVersion,
  checkAuthentication,
  checkInterval,
  checkType,
  checkAddressCount,
  checkChecksum,
  checkDestination,
  checkAddressList,
  checkSource,
];

/**
 * @param settings - of the instance whose VRID the packet carries
 * @param packet - as received
 * @param known - of other routers
 * @returns what was heard, or why it does not count; never throws
 * @see RFC 3768 §7.1, RFC 9568 §7.1, inventory §3.6
 */
export function checkPacket(
  settings: VrrpInstanceSettings,
  packet: ReceivedPacket,
  { lastMaster, signers = [] }: KnownRouters = {},
): { ok: true; heard: Heard } | Rejection {
  const header = readAdvertisementHeader(packet.body);
  if (header === undefined) return { ok: false, reason: 'too-short', counter: 'packet_len_err' };
  const check = { settings, packet, header, lastMaster };
  for (const verdictOf of CHECKS) {
    const verdict = verdictOf(check);
    if (verdict !== undefined) return { ok: false, ...verdict };
  }
  const trailer = trailerOf(check, signers);
  if (trailer?.kind === 'rejected') {
    const { counter, log } = trailer;
    return { ok: false, reason: 'trailer', counter, log };
  }
  return { ok: true, heard: heardFrom(check, trailer) };
}

function heardFrom({ settings, packet, header }: Check, trailer: Heard['trailer']): Heard {
  const advertisementInterval =
    header.version === 3
      ? seconds(header.intervalCentiseconds / 100)
      : seconds(header.intervalSeconds);
  const oldChecksum = checksumOf(settings, packet.body, packet) === 'old';
  return {
    source: packet.source,
    priority: header.priority,
    advertisementInterval,
    oldChecksum,
    trailer,
  };
}

/** The last check, because it is the dearest one. */
function trailerOf(
  { settings, packet, header }: Check,
  signers: readonly Signer[],
): TrailerVerdict | undefined {
  const { hmac, family } = settings;
  if (hmac === undefined) return undefined;
  const { body, source, receivedAt = 0 } = packet;
  const length = advertisementLength(header, family);
  return checkTrailer(hmac, { body, source, receivedAt, length }, signers);
}

/** An authentication header is there if, and only if, it is wanted. */
function checkSeal({ settings, packet, header }: Check): Verdict {
  const { authentication } = settings;
  const { sealed } = packet;
  const isWanted = authentication?.type === 'AH';
  if (isWanted !== (sealed !== undefined)) {
    const expected = authenticationType(authentication);
    return {
      reason: 'authentication-type-mismatch',
      counter: 'authtype_mismatch',
      log: `received a ${header.authenticationType} auth, expecting ${expected}!`,
    };
  }
  if (!isWanted || sealed === undefined) return undefined;
  if (isSealRight(sealed, authenticationKey(authentication))) return undefined;
  return {
    reason: 'wrong-password',
    counter: 'auth_failure',
    log: 'IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password !',
  };
}

function checkLength({ settings, packet, header }: Check): Verdict {
  const expected = advertisementLength(header, settings.family);
  const actual = packet.body.length;
  if (actual === expected) return undefined;
  if (settings.hmac !== undefined && actual === expected + TRAILER_LENGTH) return undefined;
  const extra = IP_HEADER_LENGTH[settings.family];
  const word = actual < expected ? 'short' : 'long';
  return {
    reason: 'wrong-length',
    counter: 'packet_len_err',
    log: `vrrp packet too ${word}, length ${actual + extra} and expect ${expected + extra}`,
  };
}

/** A group never leaves its network; peers may be far away. */
function checkTtl({ settings, packet }: Check): Verdict {
  const { ttl, source } = packet;
  if (settings.unicast !== undefined) {
    const peer = settings.unicast.peers.find(({ address }) => address === source);
    if (peer === undefined || (ttl >= peer.minTtl && ttl <= peer.maxTtl)) return undefined;
    return {
      reason: 'ttl-out-of-range',
      counter: 'ip_ttl_err',
      log: `TTL/HL ${ttl} not in range ${peer.minTtl} - ${peer.maxTtl}`,
    };
  }
  if (ttl === 255) return undefined;
  return {
    reason: 'ttl-not-255',
    counter: 'ip_ttl_err',
    log: `invalid TTL/HL. Received ${ttl} and expect 255`,
  };
}

function checkVersion({ settings, header }: Check): Verdict {
  if (header.version === settings.version) return undefined;
  return {
    reason: 'wrong-version',
    counter: 'version_err',
    log: `wrong version. Received ${header.version} and expect ${settings.version}`,
  };
}

function checkAuthentication({ settings, packet, header }: Check): Verdict {
  if (settings.version !== 2) return undefined;
  const expected = authenticationType(settings.authentication);
  const actual = header.authenticationType;
  const known = [AUTHENTICATION_NONE, AUTHENTICATION_PASS, AUTHENTICATION_AH];
  if (!known.includes(actual)) {
    return {
      reason: 'unknown-authentication-type',
      counter: 'invalid_authtype',
      log: `Invalid auth type: ${actual}`,
    };
  }
  if (actual !== expected) {
    return {
      reason: 'authentication-type-mismatch',
      counter: 'authtype_mismatch',
      log: `received a ${actual} auth, expecting ${expected}!`,
    };
  }
  if (actual !== AUTHENTICATION_PASS || settings.family === 6) return undefined;
  const password = authenticationData(settings.authentication);
  const received = packet.body.subarray(-password.length);
  if (password.every((octet, i) => octet === received[i])) return undefined;
  return {
    reason: 'wrong-password',
    counter: 'auth_failure',
    log: 'received an invalid passwd!',
  };
}

/** Version 3 learns the interval; without any, the master would be taken for dead at once. */
function checkInterval({ settings, header }: Check): Verdict {
  const mine = inSeconds(settings.advertisementInterval);
  const theirs = header.version === 2 ? header.intervalSeconds : header.intervalCentiseconds / 100;
  if (settings.version === 2 ? theirs === mine : theirs > 0) return undefined;
  return {
    reason: 'interval-mismatch',
    counter: 'advert_interval_err',
    log: `advertisement interval mismatch mine=${mine} sec rcv'd=${theirs} sec`,
  };
}

function checkType({ header }: Check): Verdict {
  if (header.type === 1) return undefined;
  return {
    reason: 'unknown-type',
    counter: 'invalid_type_rcvd',
    log: `Invalid packet type. ${header.type} and expect 1`,
  };
}

function checkAddressCount({ settings, header }: Check): Verdict {
  const expected = settings.addresses.length;
  if (header.addressCount === expected) return undefined;
  return {
    reason: 'address-count-mismatch',
    counter: 'addr_list_err',
    log: `received an unexpected ip number count ${header.addressCount}, expected ${expected}!`,
  };
}

function checkChecksum({ settings, packet, header }: Check): Verdict {
  if (checksumOf(settings, packet.body, packet) !== undefined) return undefined;
  return {
    reason: 'bad-checksum',
    counter: 'checksum_err',
    log: `Invalid VRRPv${header.version} checksum`,
  };
}

function checkDestination({ settings, packet }: Check): Verdict {
  if (settings.unicast !== undefined)
    return isMulticast(packet.destination) ? { reason: 'not-unicast' } : undefined;
  if (packet.destination === settings.multicastGroup) return undefined;
  return { reason: 'not-multicast' };
}

function checkAddressList({ settings, packet, header, lastMaster }: Check): Verdict {
  if (settings.skipCheckAdvertAddresses && lastMaster === packet.source) return undefined;
  const received = new Set(readAddresses(packet.body, header, settings.family));
  const missing = settings.addresses.find(({ address }) => !received.has(address));
  if (missing === undefined) return undefined;
  const { virtualRouterId } = settings;
  return {
    reason: 'address-list-mismatch',
    counter: 'addr_list_err',
    log:
      `ip address associated with VRID ${virtualRouterId} not present in MASTER advert: ` +
      missing.address,
  };
}

function checkSource({ settings, packet }: Check): Verdict {
  const { unicast } = settings;
  if (unicast?.checkSource !== true) return undefined;
  if (unicast.peers.some(({ address }) => address === packet.source)) return undefined;
  return {
    reason: 'not-a-peer',
    log: `unicast source address ${packet.source} not a unicast peer`,
  };
}
