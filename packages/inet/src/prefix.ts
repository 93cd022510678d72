import type { IpAddress } from './ip.ts';
import { ipBytes, ipFamily, ipFromBytes, parseIp } from './ip.ts';

/** An address with the length of its network part; host bits are kept. */
export interface Prefix {
  readonly address: IpAddress;
  /** Bits, 0–32 for IPv4, 0–128 for IPv6. */
  readonly length: number;
}

/**
 * @param text - `ADDRESS` or `ADDRESS/LENGTH`; without a length all bits count
 * @returns the prefix, or undefined when the text is none
 */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  const address = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const most = ipFamily(address) === 4 ? 32 : 128;
  if (slash < 0) return { address, length: most };
  const digits = text.slice(slash + 1);
  if (!/^[0-9]{1,3}$/.test(digits) || Number(digits) > most) return undefined;
  return { address, length: Number(digits) };
}

/**
 * @param prefix - address and length
 * @returns `ADDRESS/LENGTH`
 */
export function formatPrefix(prefix: Prefix): string {
  return `${prefix.address}/${prefix.length}`;
}

/** @returns the same without host bits */
export function networkOf({ address, length }: Prefix): Prefix {
  const network = ipBytes(address).map((byte, i) => {
    const bits = Math.min(8, Math.max(0, length - 8 * i));
    return byte & (0xff << (8 - bits));
  });
  return { address: ipFromBytes(network), length };
}

/**
 * @param prefix - the network; its host bits do not count
 * @param address - an address of either family
 * @returns whether the address lies inside
 */
export function prefixContains(prefix: Prefix, address: IpAddress): boolean {
  if (ipFamily(prefix.address) !== ipFamily(address)) return false;
  const network = ipBytes(prefix.address);
  const candidate = ipBytes(address);
  for (let bit = 0; bit < prefix.length; bit += 8) {
    const mask = prefix.length - bit >= 8 ? 0xff : (0xff << (8 - (prefix.length - bit))) & 0xff;
    const i = bit >> 3;
    if (((network[i] as number) & mask) !== ((candidate[i] as number) & mask)) return false;
  }
  return true;
}
