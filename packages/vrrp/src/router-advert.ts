/** Router advertisements of a virtual router, and the solicitations that ask for them. */
import type { IpAddress, MacAddress, Prefix } from '@tandem/inet';
import { ByteWriter, ipBytes, macBytes, networkOf } from '@tandem/inet';
import { inSeconds, type Duration } from '@tandem/time';
import { frameToAllNodes } from './icmpv6-frame.ts';
import type { VirtualAddress, VrrpInstanceSettings } from './settings.ts';
import { allAddresses } from './state.ts';

/** A prefix that hosts are told of. @see RFC 4861 §4.6.2 */
interface AdvertisedPrefix {
  /** Of IPv6; bits beyond its length do not count. */
  readonly prefix: Prefix;
  /** Whole seconds. */
  readonly validLifetime: Duration;
  /** Whole seconds, not longer than the other. */
  readonly preferredLifetime: Duration;
  readonly onLink: boolean;
  /** Whether hosts make addresses of it. */
  readonly autonomous: boolean;
}

/** What a master advertises as a router. @see RFC 4861 §6.2.1 */
export interface RouterAdvertSettings {
  /** 4–1800 s. */
  readonly maxInterval: Duration;
  /** 3 s up to three quarters of `maxInterval`. */
  readonly minInterval: Duration;
  /** Whole seconds, up to 9000; 0: no default router. */
  readonly lifetime: Duration;
  /** Addresses come by DHCPv6. */
  readonly managed: boolean;
  /** Other configuration comes by DHCPv6. */
  readonly other: boolean;
  /** @see RFC 4191 §2.2 */
  readonly preference: keyof typeof PREFERENCES;
  /** For hosts, 0–255; 0: unspecified. */
  readonly hopLimit: number;
  /** Absent: not said. */
  readonly mtu?: number;
  readonly prefixes: readonly AdvertisedPrefix[];
  /** Recursive name servers; none: not said. @see RFC 8106 §5.1 */
  readonly nameServers: readonly IpAddress[];
}

const ROUTER_SOLICITATION = 133;
const ROUTER_ADVERTISEMENT = 134;
const HEADER_LENGTH = 16;
const SOLICITATION_LENGTH = 8;
const HOP_LIMIT = 255;
const OPTION = { sourceLinkLayerAddress: 1, prefix: 3, mtu: 5, nameServers: 25 } as const;
const PREFERENCES = { low: 0x18, medium: 0, high: 0x08 } as const;
const [MANAGED, OTHER] = [0x80, 0x40];
const [ON_LINK, AUTONOMOUS] = [0x80, 0x40];
/** Of name servers, as is recommended. */
const LIFETIME_INTERVALS = 3;

/**
 * @param settings - of an instance
 * @returns the address that its virtual router is known by, which adverts may or may not have;
 *   undefined without a link-local one
 * @see RFC 9568 §6.4.3, RFC 4861 §4.2
 */
export function routerAddress(settings: VrrpInstanceSettings): VirtualAddress | undefined {
  return allAddresses(settings).find(({ address }) => /^fe[89ab]/.test(address));
}

/**
 * @param source - the link-local address of the virtual router, and the MAC address that it has
 * @returns an Ethernet frame
 * @see RFC 4861 §4.2, §6.2.3
 */
export function encodeRouterAdvert(
  settings: RouterAdvertSettings,
  source: { readonly address: IpAddress; readonly hardwareAddress: MacAddress },
): Uint8Array {
  const { mtu, prefixes, nameServers, maxInterval } = settings;
  const flags =
    (settings.managed ? MANAGED : 0) |
    (settings.other ? OTHER : 0) |
    PREFERENCES[settings.preference];
  const serversLength = nameServers.length === 0 ? 0 : 8 + 16 * nameServers.length;
  const length = HEADER_LENGTH + 8 + (mtu === undefined ? 0 : 8) + 32 * prefixes.length;
  const message = new ByteWriter(length + serversLength)
    .u8(ROUTER_ADVERTISEMENT)
    .u8(0)
    .u16(0)
    .u8(settings.hopLimit)
    .u8(flags)
    .u16(inSeconds(settings.lifetime))
    .u32(0)
    .u32(0)
    .u8(OPTION.sourceLinkLayerAddress)
    .u8(1)
    .bytes(macBytes(source.hardwareAddress));
  if (mtu !== undefined) message.u8(OPTION.mtu).u8(1).u16(0).u32(mtu);
  for (const each of prefixes) writePrefix(message, each);
  if (nameServers.length > 0) {
    message
      .u8(OPTION.nameServers)
      .u8(serversLength / 8)
      .u16(0);
    message.u32(LIFETIME_INTERVALS * inSeconds(maxInterval));
    for (const each of nameServers) message.bytes(ipBytes(each));
  }
  return frameToAllNodes(message, source);
}

function writePrefix(message: ByteWriter, each: AdvertisedPrefix): void {
  message
    .u8(OPTION.prefix)
    .u8(4)
    .u8(each.prefix.length)
    .u8((each.onLink ? ON_LINK : 0) | (each.autonomous ? AUTONOMOUS : 0))
    .u32(inSeconds(each.validLifetime))
    .u32(inSeconds(each.preferredLifetime))
    .u32(0)
    .bytes(ipBytes(networkOf(each.prefix).address));
}

/** An ICMPv6 message as it came in; the kernel has seen to its checksum. */
export interface ReceivedIcmpv6 {
  readonly source: IpAddress;
  readonly hopLimit: number;
  readonly body: Uint8Array;
}

/**
 * @returns whether it is a router solicitation that is to be answered; never throws
 * @see RFC 4861 §6.1.1
 */
export function isRouterSolicitation({ source, hopLimit, body }: ReceivedIcmpv6): boolean {
  if (hopLimit !== HOP_LIMIT || body.length < SOLICITATION_LENGTH) return false;
  if (body[0] !== ROUTER_SOLICITATION || body[1] !== 0) return false;
  for (let at = SOLICITATION_LENGTH; at < body.length;) {
    const length = 8 * (body[at + 1] ?? 0);
    if (length === 0 || at + length > body.length) return false;
    if (source === '::' && body[at] === OPTION.sourceLinkLayerAddress) return false;
    at += length;
  }
  return true;
}
