import { compareIp, ipBytes, ipFamily, ipFromBytes, parseIp, type IpAddress } from './ip.ts';
import { parsePrefix } from './prefix.ts';

/** Addresses one after the other, both ends included, of one family. */
export interface IpRange {
  readonly first: IpAddress;
  readonly last: IpAddress;
}

/** Why a text is no range. */
export type IpRangeProblem = 'not-a-range' | 'host-bits' | 'backwards' | 'too-many';

/** What comes of reading a range. */
type IpRangeReading =
  | { readonly ok: true; readonly value: IpRange }
  | { readonly ok: false; readonly reason: IpRangeProblem };

/** More are a slip, and would fill a kernel's tables. */
const RANGE_ADDRESSES_MAX = 65_536;

/**
 * Reads `ADDRESS`, `ADDRESS-LAST`, where LAST is an address or the last number of one (decimal with
 * IPv4, hexadecimal with IPv6), or `NETWORK/LENGTH`, which has all its addresses.
 * @param text - without blanks
 * @returns the range, of at most 65536 addresses, or why it is none
 * @see keepalived.conf(5) virtual_server_group
 */
export function parseIpRange(text: string): IpRangeReading {
  const ends = text.includes('/') ? network(text) : fromTo(text);
  if (typeof ends === 'string') return { ok: false, reason: ends };
  if (compareIp(ends.first, ends.last) > 0) return { ok: false, reason: 'backwards' };
  const count = numberOf(ends.last) - numberOf(ends.first) + 1n;
  if (count > RANGE_ADDRESSES_MAX) return { ok: false, reason: 'too-many' };
  return { ok: true, value: ends };
}

/** @returns all addresses of a range, in order */
export function addressesOf({ first, last }: IpRange): readonly IpAddress[] {
  const length = ipBytes(first).length;
  const addresses: IpAddress[] = [];
  const end = numberOf(last);
  for (let n = numberOf(first); n <= end; n += 1n) addresses.push(addressOf(n, length));
  return addresses;
}

function fromTo(text: string): IpRange | IpRangeProblem {
  const [from = '', to, ...rest] = text.split('-');
  const first = parseIp(from);
  if (first === undefined || rest.length > 0) return 'not-a-range';
  if (to === undefined) return { first, last: first };
  const last = parseIp(to) ?? withLastNumber(first, to);
  return last === undefined || ipFamily(last) !== ipFamily(first) ? 'not-a-range' : { first, last };
}

function withLastNumber(address: IpAddress, text: string): IpAddress | undefined {
  const bytes = ipBytes(address);
  const isIpv4 = bytes.length === 4;
  if (!(isIpv4 ? /^[0-9]{1,3}$/ : /^[0-9a-fA-F]{1,4}$/).test(text)) return undefined;
  const value = Number.parseInt(text, isIpv4 ? 10 : 16);
  if (isIpv4) {
    if (value > 255) return undefined;
    bytes[3] = value;
  } else {
    bytes[14] = value >>> 8;
    bytes[15] = value & 0xff;
  }
  return ipFromBytes(bytes);
}

function network(text: string): IpRange | IpRangeProblem {
  const prefix = parsePrefix(text);
  if (prefix === undefined) return 'not-a-range';
  const { address, length } = prefix;
  const size = ipBytes(address).length;
  const hosts = (1n << BigInt(size * 8 - length)) - 1n;
  const first = numberOf(address);
  if ((first & hosts) !== 0n) return 'host-bits';
  return { first: address, last: addressOf(first | hosts, size) };
}

function numberOf(address: IpAddress): bigint {
  return ipBytes(address).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function addressOf(number: bigint, length: number): IpAddress {
  const bytes = new Uint8Array(length);
  let rest = number;
  for (let i = length - 1; i >= 0; i -= 1) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return ipFromBytes(bytes);
}
