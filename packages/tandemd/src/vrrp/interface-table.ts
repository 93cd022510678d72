/** The kernel's links and addresses as last told; kept up to date by the route monitor. */
import type { Settings } from '@tandem/config';
import type { IpAddress, IpFamily } from '@tandem/inet';
import { compareIp, ipBytes, ipFamily } from '@tandem/inet';
import type { Address, Link } from '@tandem/netlink';
import type { VirtualAddress, VrrpInstanceSettings } from '@tandem/vrrp';
import type { LogLevel } from '../ipc.ts';

const IFA_F_SECONDARY = 0x01;
/** Of IPv6, the same bit: it changes, for the sake of privacy. */
const IFA_F_TEMPORARY = 0x01;
const IFA_F_DADFAILED = 0x08;
const IFA_F_DEPRECATED = 0x20;
const IFA_F_TENTATIVE = 0x40;
const RT_SCOPE_UNIVERSE = 0;
const ARPHRD_LOOPBACK = 772;

/** An address of this box, and the name of its interface. */
export interface OwnAddress {
  readonly address: IpAddress;
  readonly interface: string | undefined;
}

/** Knows interfaces by name and index, and which address an instance may send from. */
export class InterfaceTable {
  readonly #links = new Map<number, Link>();
  readonly #byName = new Map<string, Link>();
  readonly #addresses = new Map<string, Address>();
  /** Prefix lengths of an address on an interface. */
  readonly #lengths = new Map<string, Set<number>>();
  readonly #ipv6Losses = new Map<number, number>();

  /** Replaces all that is known. */
  load(links: readonly Link[], addresses: readonly Address[]): void {
    this.#links.clear();
    this.#byName.clear();
    this.#addresses.clear();
    this.#lengths.clear();
    for (const link of links) this.noteLink(link, false);
    for (const address of addresses) this.noteAddress(address, false);
  }

  /** Takes note of a notification. */
  noteLink(link: Link, removed: boolean): void {
    const before = this.#links.get(link.index);
    // Its old name may be that of another interface by now.
    if (before !== undefined && this.#byName.get(before.name) === before)
      this.#byName.delete(before.name);
    if (removed) {
      this.#links.delete(link.index);
      return;
    }
    this.#links.set(link.index, link);
    this.#byName.set(link.name, link);
  }

  /** Takes note of a notification. */
  noteAddress(address: Address, removed: boolean): void {
    const place = `${address.interfaceIndex} ${address.address}`;
    const lengths = this.#lengths.get(place) ?? new Set();
    if (removed) {
      this.#addresses.delete(keyOf(address));
      lengths.delete(address.prefixLength);
      if (lengths.size === 0) this.#lengths.delete(place);
      this.#noteLoss(address);
      return;
    }
    this.#addresses.set(keyOf(address), address);
    this.#lengths.set(place, lengths.add(address.prefixLength));
  }

  /**
   * Who had joined groups there, and is not told, has to join them again.
   * @returns how often the interface has lost IPv6, as when its MTU is less than that needs
   */
  ipv6LossesOf(index: number): number {
    return this.#ipv6Losses.get(index) ?? 0;
  }

  #noteLoss({ interfaceIndex: index, address }: Address): void {
    if (!isLinkLocal(address)) return;
    for (const each of this.#addresses.values())
      if (each.interfaceIndex === index && isLinkLocal(each.address)) return;
    this.#ipv6Losses.set(index, this.ipv6LossesOf(index) + 1);
  }

  /** @returns the interface of that name */
  named(name: string): Link | undefined {
    return this.#byName.get(name);
  }

  /** @returns the interface with that index */
  indexed(index: number): Link | undefined {
    return this.#links.get(index);
  }

  /** @returns what an interface is above, where that is in this network namespace */
  below({ parentIndex, parentNamespaceId }: Link): Link | undefined {
    if (parentIndex === undefined || parentNamespaceId !== undefined) return undefined;
    return this.indexed(parentIndex);
  }

  /** @returns the VRF that an interface is in */
  vrfOf({ masterIndex }: Link): Link | undefined {
    const upper = masterIndex === undefined ? undefined : this.indexed(masterIndex);
    return upper?.kind === 'vrf' ? upper : undefined;
  }

  /** @returns whether adverts can go out and come in */
  isUp(name: string): boolean {
    const link = this.named(name);
    return link !== undefined && link.up && link.running;
  }

  /** @returns whether the interface cannot be used for VRRP at all */
  isLoopback(name: string): boolean {
    return this.named(name)?.type === ARPHRD_LOOPBACK;
  }

  /** @returns those of the addresses that are not on their interfaces with their prefix lengths */
  without(addresses: readonly VirtualAddress[]): VirtualAddress[] {
    return addresses.filter(
      ({ device, address, prefixLength }) =>
        this.find(device, address, prefixLength)?.prefixLength !== prefixLength,
    );
  }

  /** @returns the address on the interface; an IPv6 address whatever its prefix length there is */
  find(name: string, address: IpAddress, prefixLength: number): Address | undefined {
    const interfaceIndex = this.named(name)?.index;
    if (interfaceIndex === undefined) return undefined;
    return this.#addresses.get(keyOf({ interfaceIndex, address, prefixLength }));
  }

  /** @returns the prefix lengths with which an interface has an address */
  lengthsOf(name: string, address: IpAddress): readonly number[] {
    return [...(this.#lengths.get(`${this.named(name)?.index} ${address}`) ?? [])];
  }

  /** All, of all interfaces. */
  get addresses(): readonly Address[] {
    return [...this.#addresses.values()];
  }

  /** @returns whether it is on any interface, and can be sent from */
  holds(address: IpAddress): boolean {
    return this.addresses.some((each) => each.address === address && isSettled(each));
  }

  /**
   * @param excluded - virtual addresses
   * @returns the addresses of IPv6 at which others reach this box, those that stay before the others
   */
  reachable(excluded: ReadonlySet<IpAddress>): readonly OwnAddress[] {
    return this.addresses
      .filter(
        (each) =>
          each.family === 6 &&
          each.scope === RT_SCOPE_UNIVERSE &&
          isSettled(each) &&
          !excluded.has(each.address),
      )
      .toSorted((a, b) => passes(a) - passes(b) || compareIp(a.address, b.address))
      .map(({ address, interfaceIndex }) => ({
        address,
        interface: this.indexed(interfaceIndex)?.name,
      }));
  }

  /** @returns the IPv4 addresses of an interface that go with no other one */
  primariesOf(name: string): Address[] {
    const index = this.named(name)?.index;
    return this.addresses.filter(
      ({ interfaceIndex, family, flags }) =>
        interfaceIndex === index && family === 4 && (flags & IFA_F_SECONDARY) === 0,
    );
  }

  /**
   * Where adverts are sent from: the first primary address (IPv4), the link-local one (IPv6).
   * @param excluded - virtual addresses, which a crash may have left behind
   */
  sourceOf(
    name: string,
    family: IpFamily,
    excluded: ReadonlySet<IpAddress>,
  ): IpAddress | undefined {
    const index = this.named(name)?.index;
    const candidates = this.addresses.filter(
      (each) =>
        each.interfaceIndex === index && each.family === family && !excluded.has(each.address),
    );
    const usable =
      family === 4
        ? (candidates.find((each) => (each.flags & IFA_F_SECONDARY) === 0) ?? candidates[0])
        : candidates.find((each) => isLinkLocal(each.address) && isSettled(each));
    return usable?.address;
  }
}

/**
 * @param settings - of all instances
 * @param say - told, in keepalived's words, of each interface that is waited for
 * @returns why instances cannot run on this host, in the same words; those that can are not there
 */
export function impossibleOnes(
  { global, vrrpInstances }: Pick<Settings, 'global' | 'vrrpInstances'>,
  interfaces: InterfaceTable,
  say: (text: string) => void,
): ReadonlyMap<VrrpInstanceSettings, string> {
  const faults = new Map<VrrpInstanceSettings, string>();
  const isMissing = (name: string): boolean => interfaces.named(name) === undefined;
  for (const each of vrrpInstances) {
    const { name, interface: device } = each;
    if (interfaces.isLoopback(device))
      faults.set(each, `(${name}) cannot use a loopback interface (${device}) for vrrp`);
    if (isMissing(device) && global.dynamicInterfaces !== true)
      faults.set(each, `WARNING - interface ${device} for vrrp_instance ${name} doesn't exist`);
  }
  if (global.dynamicInterfaces !== true) return faults;
  for (const name of new Set(vrrpInstances.flatMap(interfacesOf).filter(isMissing)))
    say(
      `Configuration specifies interface ${name} which doesn't currently exist - will use if created`,
    );
  return faults;
}

/**
 * @param settings - of all instances, at a reload
 * @param around - which instances run, and who is told which do not
 * @returns those that can run, or do: they wait for their interface, while a new one has never had one
 */
export function runnableOnes(
  settings: Pick<Settings, 'global' | 'vrrpInstances'>,
  interfaces: InterfaceTable,
  around: {
    readonly log: (level: LogLevel, text: string) => void;
    readonly runs: (instance: VrrpInstanceSettings) => boolean;
  },
): VrrpInstanceSettings[] {
  const faults = impossibleOnes(settings, interfaces, (text) => around.log('info', text));
  return settings.vrrpInstances.filter((each) => {
    const fault = around.runs(each) ? undefined : faults.get(each);
    if (fault !== undefined) around.log('err', `${fault} - ignoring the instance`);
    return fault === undefined;
  });
}

/**
 * @param settings - of an instance
 * @returns all interfaces whose state matters to it
 */
export function interfacesOf({ interface: own, trackers }: VrrpInstanceSettings): string[] {
  return [own, ...trackers.flatMap(({ kind, name }) => (kind === 'interface' ? [name] : []))];
}

function isSettled(address: Address): boolean {
  return (address.flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) === 0;
}

/** Whether it is to be used no more some day, or today. */
function passes({ flags }: Address): number {
  return (flags & (IFA_F_TEMPORARY | IFA_F_DEPRECATED)) === 0 ? 0 : 1;
}

/** @see RFC 4291 §2.5.6 — fe80::/10 */
export function isLinkLocal(address: IpAddress): boolean {
  const [first = 0, second = 0] = ipBytes(address);
  return first === 0xfe && (second & 0xc0) === 0x80;
}

/** An interface has an IPv6 address once; an IPv4 address once with each prefix length. */
function keyOf(address: Pick<Address, 'interfaceIndex' | 'address' | 'prefixLength'>): string {
  const { interfaceIndex, address: ip, prefixLength } = address;
  return `${interfaceIndex} ${ip}${ipFamily(ip) === 4 ? `/${prefixLength}` : ''}`;
}
