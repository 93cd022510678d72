/** What virtual interfaces there are to be, and how those that are there are known to be ours. */
import { ipFamily, macBytes, macFromBytes, type IpFamily, type MacAddress } from '@tandem/inet';
import type { Link, NewLink } from '@tandem/netlink';
import {
  allAddresses,
  type IpvlanSettings,
  type VirtualAddress,
  type VrrpInstanceSettings,
} from '@tandem/vrrp';
import type { InterfaceTable } from './interface-table.ts';

/** By which a virtual interface is known to be ours. */
export interface VirtualLink {
  readonly name: string;
  /** Of a macvlan; absent: an ipvlan, which has that of the interface below. */
  readonly hardwareAddress?: MacAddress | undefined;
}

/** A virtual interface that is to be there. */
export interface WantedLink extends VirtualLink {
  /** Name of its instance. */
  readonly owner: string;
  readonly parent: string;
  /** Of its instance, or of its addresses. */
  readonly family: IpFamily;
  /** Of all that is to be on it. */
  readonly families: ReadonlySet<IpFamily>;
  readonly ipvlan?: IpvlanSettings | undefined;
}

/**
 * @param settings - of an instance
 * @returns what it makes, its own interface first
 */
export function wantedLinks(settings: VrrpInstanceSettings): WantedLink[] {
  const { name: owner, interface: parent, family, virtualInterface } = settings;
  const others = (settings.addressInterfaces ?? []).map((each) => ({
    ...each,
    owner,
    families: new Set([each.family]),
  }));
  if (virtualInterface === undefined) return others;
  const { name, hardwareAddress, ipvlan } = virtualInterface;
  const all = allAddresses(settings).map(({ address }) => ipFamily(address));
  const families = new Set(ipvlan === undefined ? [...all, family] : [family]);
  return [{ owner, name, parent, family, families, hardwareAddress, ipvlan }, ...others];
}

/**
 * @param instances - some of them with virtual interfaces
 * @returns those interfaces
 */
export function virtualLinksOf(instances: readonly VrrpInstanceSettings[]): VirtualLink[] {
  return instances.flatMap(wantedLinks).map(({ name, hardwareAddress }) => ({
    name,
    ...(hardwareAddress === undefined ? {} : { hardwareAddress }),
  }));
}

/** @returns the names of what it makes with a MAC address of a virtual router */
export function macvlanNames(settings: VrrpInstanceSettings): string[] {
  return wantedLinks(settings).flatMap(({ name, hardwareAddress }) =>
    hardwareAddress === undefined ? [] : [name],
  );
}

/** @returns whether that interface is the virtual one of that name */
export function isOurs(link: Link, { hardwareAddress }: VirtualLink): boolean {
  if (hardwareAddress === undefined) return link.kind === 'ipvlan';
  return link.kind === 'macvlan' && macFromBytes(link.hardwareAddress) === hardwareAddress;
}

/**
 * @param parent - the interface below
 * @returns whether that interface is as it must have been made
 */
export function isAsMade(link: Link, wanted: WantedLink, parent: Link): boolean {
  const { ipvlan } = wanted;
  const isSame = ipvlan === undefined || link.ipvlanMode === ipvlan.mode;
  // The kernel puts a macvlan on a macvlan onto what that one is on.
  const lowest = parent.kind === link.kind ? parent.parentIndex : parent.index;
  return isOurs(link, wanted) && link.parentIndex === lowest && isSame;
}

/**
 * What is sent to an address is looked for in the VRF of the interface that it came in by, so that a
 * virtual interface must be where the one below it is.
 * @param parent - the interface below
 * @param given - index of the VRF that we have put it into
 * @returns index of the VRF that it is to be put into, 0: out of ours; undefined: it may stay
 */
export function otherVrf(
  { link, parent, given }: { link: Link; parent: Link; given: number | undefined },
  interfaces: InterfaceTable,
): number | undefined {
  const wanted = interfaces.vrfOf(parent)?.index;
  const present = interfaces.vrfOf(link)?.index;
  if (wanted === present) return undefined;
  if (wanted !== undefined) return wanted;
  // Whoever else has put it into one will know why.
  return present === given ? 0 : undefined;
}

/** @returns what the kernel is to make */
export function newLink(
  { name, hardwareAddress, ipvlan }: WantedLink,
  parentIndex: number,
): NewLink {
  if (ipvlan !== undefined) return { name, parentIndex, kind: 'ipvlan', mode: ipvlan.mode };
  return {
    name,
    parentIndex,
    kind: 'macvlan',
    mode: 'private',
    ...(hardwareAddress !== undefined && { hardwareAddress: macBytes(hardwareAddress) }),
  };
}

/** @returns the address that belongs to the interface itself, while it is not there */
export function missingAddress(
  { name, ipvlan }: WantedLink,
  interfaces: InterfaceTable,
): VirtualAddress | undefined {
  const own = ipvlan?.address;
  if (own === undefined) return undefined;
  const { address, prefixLength } = own;
  if (interfaces.find(name, address, prefixLength) !== undefined) return undefined;
  return { address, prefixLength, device: name, scope: 0 };
}

/** @returns what it is called in the log */
export function kindOf({ hardwareAddress }: VirtualLink): string {
  return hardwareAddress === undefined ? 'ipvlan' : 'VMAC';
}
