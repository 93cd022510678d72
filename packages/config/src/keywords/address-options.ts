/** What the options of an address mean to the kernel. */
import { ipFamily, parseIp, type IpAddress } from '@tandem/inet';
import type { VirtualAddress } from '@tandem/vrrp';
import type { Call } from '../call.ts';
import type { Word } from '../words.ts';

/** IFA_F_*, those that are only for IPv6 apart. @see linux/if_addr.h */
const FLAGS = { noprefixroute: 0x200, autojoin: 0x400 } as const;
const FLAGS_6 = { home: 0x10, mngtmpaddr: 0x100 } as const;
/** No duplicate address detection: the address moves here, and must answer at once. */
const IFA_F_NODAD = 0x02;

/** What follows the address, as far as it is right. */
interface GivenOptions {
  readonly peer?: string;
  readonly home?: true;
  readonly '-nodad'?: true;
  readonly mngtmpaddr?: true;
  readonly noprefixroute?: true;
  readonly autojoin?: true;
  readonly no_track?: true;
  readonly preferred_lft?: string;
}

/** What becomes of them. */
export type AddressOptions = Pick<VirtualAddress, 'flags' | 'preferredSeconds' | 'track'>;

/**
 * @param address - that they are of
 * @param prefixLength - of it; an IPv6 address that is alone is no source address unless it is asked for
 */
export function addressOptions(
  address: IpAddress,
  prefixLength: number,
  given: GivenOptions,
): AddressOptions {
  const isIpv6 = ipFamily(address) === 6;
  const usual = isIpv6 ? IFA_F_NODAD : 0;
  let flags = given['-nodad'] === true ? 0 : usual;
  const possible = isIpv6 ? { ...FLAGS, ...FLAGS_6 } : FLAGS;
  for (const [name, flag] of Object.entries(possible))
    if (given[name as keyof typeof possible] === true) flags |= flag;
  const lifetime = given.preferred_lft ?? (isIpv6 && prefixLength === 128 ? '0' : 'forever');
  return {
    ...(flags !== usual && { flags }),
    ...(lifetime !== 'forever' && { preferredSeconds: Number(lifetime) }),
    ...(given.no_track === true && { track: false }),
  };
}

/** The other end of a link, and the length of its network. */
type Peer = Pick<VirtualAddress, 'peer' | 'prefixLength'>;

/**
 * @param word - the address
 * @param text - the peer, if there is one
 * @returns null after a complaint: the address is of no use then
 */
export function peerOf(word: Word, text: string | undefined, call: Call): Peer | undefined | null {
  if (text === undefined) return undefined;
  const [host = '', digits] = text.split('/');
  const peer = parseIp(host);
  const isIpv6 = word.text.includes(':');
  const most = isIpv6 ? 128 : 32;
  const prefixLength = digits === undefined ? most : Number(digits);
  const problem = word.text.includes('/')
    ? `${word.text} has a peer, so that the prefix length belongs behind that`
    : peer === undefined || host.includes(':') !== isIpv6 || prefixLength > most
      ? `${text} cannot be the peer of ${word.text}`
      : undefined;
  if (problem === undefined && peer !== undefined) return { peer, prefixLength };
  call.complain('INVALID_ADDRESS_OPTION', `${problem ?? text}; skipping the address`, { at: word });
  return null;
}
