/** What virtual servers serve at an address. */
import { compareIp, ipFamily, type IpAddress } from '@tandem/inet';
import type { Protocol, VirtualServerSettings } from './settings.ts';

/** One service of an address. */
export interface AddressService {
  readonly protocol: Protocol;
  /** 0: all. */
  readonly port: number;
}

/**
 * @param settings - of a virtual server
 * @param address - that it may listen on, also as one of a group's
 * @returns its services there; marks are on no address
 */
export function servicesAt(
  { key, members = [] }: Pick<VirtualServerSettings, 'key' | 'members'>,
  address: IpAddress,
): readonly AddressService[] {
  if (key.kind === 'fwmark') return [];
  if (key.kind === 'address') return key.address === address ? [key] : [];
  const { protocol = 'UDP' } = key;
  return members.flatMap((each) => {
    if (each.kind === 'fwmark' || ipFamily(each.first) !== ipFamily(address)) return [];
    const isIn = compareIp(each.first, address) <= 0 && compareIp(address, each.last) <= 0;
    return isIn ? [{ protocol, port: each.port }] : [];
  });
}
