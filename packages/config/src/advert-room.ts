/** How many addresses the adverts of an instance have room for; boxes must agree on that. */
import type { IpFamily } from '@tandem/inet';
import { AUTHENTICATION_LENGTH, TRAILER_LENGTH, type VrrpInstanceSettings } from '@tandem/vrrp';
import type { Call } from './call.ts';
import type { AddressEntry } from './keywords/address-entry.ts';

/** More do not fit in an advert's count. */
const ADDRESSES_MAX = 255;

/** Octets of headers: keepalived leaves room for that of Ethernet, too, which the MTU does not count. */
const HEADERS = { 4: 14 + 20 + 8, 6: 14 + 40 + 8 } as const;
const ADDRESS = { 4: 4, 6: 16 } as const;
const SEAL = 24;

/** What the length of an advert depends on. */
type Shape = Pick<VrrpInstanceSettings, 'version' | 'authentication' | 'hmac'> & {
  readonly family: IpFamily;
  /** Its interface. */
  readonly device: string;
};

/**
 * Complains about addresses that an advert has no room for; they are treated as those that are not
 * in adverts.
 * @param addresses - in configuration order
 * @param call - the statement that opens the instance
 * @returns how many of the first ones are in adverts
 * @see inventory §3.6; measured with keepalived 2.2.7
 */
export function addressesInAdverts(
  addresses: readonly AddressEntry[],
  shape: Shape,
  call: Call,
): number {
  const mtu = call.session.box.mtuOf(shape.device);
  const room = Math.min(ADDRESSES_MAX, mtu === undefined ? Infinity : roomWithin(mtu, shape));
  const first = addresses[room];
  if (first === undefined) return addresses.length;
  const where =
    mtu === undefined || room === ADDRESSES_MAX ? '' : ` on ${shape.device} (MTU ${mtu})`;
  const message =
    `an advert${where} holds ${room} addresses, got ${addresses.length}; those from ` +
    `${first.address} on are treated as virtual_ipaddress_excluded`;
  call.complain('TOO_MANY_ADDRESSES', message, { at: first.word });
  return room;
}

/** Boxes that sign no adverts yet leave room for it, too, as they must agree with those that do. */
function roomWithin(mtu: number, { family, version, authentication, hmac }: Shape): number {
  const password = version === 2 && family === 4 ? AUTHENTICATION_LENGTH : 0;
  const seal = authentication?.type === 'AH' ? SEAL : 0;
  const trailer = hmac === undefined ? 0 : TRAILER_LENGTH;
  const left = mtu - HEADERS[family] - password - seal - trailer;
  return Math.max(0, Math.floor(left / ADDRESS[family]));
}
