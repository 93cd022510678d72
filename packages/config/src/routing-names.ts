/** Names of numbers in routes and rules. */
import { parsePrefixedInteger } from './number.ts';
import type { Box, NameTable } from './box.ts';

/** What every box has, whatever its files say. @see linux/rtnetlink.h RT_TABLE_*, RTPROT_*, RT_SCOPE_* */
const BUILT_IN: Readonly<Partial<Record<NameTable, Readonly<Record<string, number>>>>> = {
  rt_tables: { default: 253, main: 254, local: 255 },
  // prettier-ignore
  rt_protos: { unspec: 0, redirect: 1, kernel: 2, boot: 3, static: 4, gated: 8, ra: 9, mrt: 10, zebra: 11, bird: 12, dnrouted: 13, xorp: 14, ntk: 15, dhcp: 16, mrouted: 17, keepalived: 18, babel: 42, openr: 99, bgp: 186, isis: 187, ospf: 188, rip: 189, eigrp: 192 },
  rt_scopes: { global: 0, universe: 0, site: 200, link: 253, host: 254, nowhere: 255 },
  group: { default: 0 },
};

/** @see linux/in.h IPPROTO_* */
// prettier-ignore
const IP_PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, igmp: 2, ipencap: 4, tcp: 6, udp: 17, dccp: 33, gre: 47, esp: 50, ah: 51, 'ipv6-icmp': 58, ospf: 89, ipip: 94, pim: 103, vrrp: 112, sctp: 132, udplite: 136 };

/** What the kernel has room for. @see linux/rtnetlink.h */
export const MOST: Readonly<Record<NameTable, number>> = {
  rt_tables: 0xffff_ffff,
  rt_protos: 0xff,
  rt_scopes: 0xff,
  rt_realms: 0xffff_ffff,
  rt_dsfield: 0xff,
  group: 0xffff_ffff,
};

/**
 * @param text - a number in any base, or a name
 * @param table - of the names
 * @param box - knows the names that somebody has added
 * @returns undefined when nobody knows the name, or the kernel has no room for the number
 */
export function numberOf(
  text: string,
  table: NameTable,
  box: Pick<Required<Box>, 'numberNamed'>,
): number | undefined {
  const number =
    parsePrefixedInteger(text) ?? BUILT_IN[table]?.[text] ?? box.numberNamed(table, text);
  return number !== undefined && number >= 0 && number <= MOST[table] ? number : undefined;
}

/** @returns the number of an IP protocol, by its name in any case; undefined when it is none */
export function ipProtocolOf(text: string): number | undefined {
  return parsePrefixedInteger(text) ?? IP_PROTOCOLS[text.toLowerCase()];
}

/**
 * @param text - `TO` or `FROM/TO`, each a number or a name
 * @returns as the kernel has them: FROM in the upper 16 bits
 */
export function realmsOf(
  text: string,
  box: Pick<Required<Box>, 'numberNamed'>,
): number | undefined {
  const parts = text.split('/').map((each) => numberOf(each, 'rt_realms', box));
  const [first, second] = parts;
  if (parts.length > 2 || parts.some((each) => each === undefined || each < 0 || each > 0xffff))
    return undefined;
  return parts.length === 1 ? first : (first ?? 0) * 0x1_0000 + (second ?? 0);
}
