/**
 * Puts virtual addresses on interfaces and takes them off, and tells our own removals from those
 * of others.
 */
import { ipFamily } from '@tandem/inet';
import type { Address } from '@tandem/netlink';
import type { VirtualAddress } from '@tandem/vrrp';
import type { InterfaceTable } from './interface-table.ts';
import { orphansOf } from './secondary-addresses.ts';
import type { SecondaryPromotion } from './secondary-promotion.ts';

/** What the keeper needs of rtnetlink. */
export interface AddressRequests {
  addAddress(address: Address): Promise<void>;
  deleteAddress(address: Address): Promise<void>;
}

/** What is done for secondary addresses where a primary one goes. */
export interface Promotion extends Pick<SecondaryPromotion, 'hold'> {
  /** Told of all that are about to go because of us, of which some may come back at once. */
  readonly losing?: (addresses: readonly Address[]) => void;
}

/** How one address fared. */
export interface AddressResult {
  readonly address: VirtualAddress;
  /** Absent: it is on its interface. */
  readonly error?: string;
}

/** The kernel's answer to one request. */
interface Attempt extends AddressResult {
  readonly code?: string;
}

/** No duplicate address detection: the address moved here, and must answer now. */
const IFA_F_NODAD = 0x02;

/** No route to the network of the address. */
const IFA_F_NOPREFIXROUTE = 0x200;

/** Nothing to remove, or nothing left to remove it from. */
const GONE: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'ENODEV', 'ENXIO']);

/** Owns the virtual addresses of all instances. */
export class AddressKeeper {
  readonly #requests: AddressRequests;
  readonly #interfaces: InterfaceTable;
  readonly #promotion: Promotion;
  /** Who wants an address on; one that moves between instances at a reload has two for a while. */
  readonly #owners = new Map<string, Set<unknown>>();
  /** Index of the interface that an address was put on, which may have another name by now. */
  readonly #homes = new Map<string, number>();
  /** That were there before us, and stay. */
  readonly #spared = new Set<string>();
  /** Removals that were asked for and whose notification is still to come, by place. */
  readonly #removals = new Map<string, number>();

  /**
   * @param requests - rtnetlink
   * @param interfaces - to find devices by name, where none is known of an address
   * @param promotion - keeps secondary addresses where a primary one goes; without it, they come back
   *   at once
   */
  constructor(
    requests: AddressRequests,
    interfaces: InterfaceTable,
    promotion: Promotion = { hold: () => undefined },
  ) {
    this.#requests = requests;
    this.#interfaces = interfaces;
    this.#promotion = promotion;
  }

  /**
   * Leaves addresses alone that are the box's own, until somebody else takes them off.
   * @returns those that were not known as such, nor put on by us
   */
  spare(addresses: readonly VirtualAddress[]): VirtualAddress[] {
    return addresses.filter((each) => {
      const key = keyOf(each);
      if (this.#spared.has(key) || this.#owners.has(key)) return false;
      return this.#spared.add(key);
    });
  }

  /**
   * Adds all in one go; an address that is there already is adopted.
   * @param owner - the instance
   */
  async add(owner: unknown, addresses: readonly VirtualAddress[]): Promise<AddressResult[]> {
    for (const address of addresses) {
      const key = keyOf(address);
      const owners = this.#owners.get(key) ?? new Set();
      this.#owners.set(key, owners.add(owner));
    }
    return Promise.all(addresses.map((address) => this.#addOne(address)));
  }

  /**
   * Removes all in one go, but for those that another instance has taken over meanwhile.
   * @returns the failures; an address that is not there is none
   */
  async remove(owner: unknown, addresses: readonly VirtualAddress[]): Promise<AddressResult[]> {
    const abandoned = addresses.filter((address) => {
      const owners = this.#owners.get(keyOf(address));
      owners?.delete(owner);
      if (owners !== undefined && owners.size > 0) return false;
      this.#owners.delete(keyOf(address));
      return !this.#spared.has(keyOf(address));
    });
    const results = await this.#sparingOthers(abandoned, () =>
      Promise.all(abandoned.map((address) => this.#removeOne(address))),
    );
    return results.filter(({ error }) => error !== undefined);
  }

  /**
   * Removes what a predecessor held and is wanted by nobody.
   * @returns what could not be done
   */
  async discard(addresses: readonly VirtualAddress[]): Promise<string[]> {
    const left = await this.remove(addresses, addresses);
    return left.map(
      ({ address: { address, device }, error = '' }) =>
        `cannot remove ${address} from ${device}: ${error}`,
    );
  }

  /** @returns a sentence for each of the addresses that is there though nobody wants it */
  strangers(addresses: readonly VirtualAddress[]): string[] {
    return addresses.flatMap(({ address, device }) =>
      this.#interfaces.lengthsOf(device, address).flatMap((prefixLength) => {
        const interfaceIndex = this.#interfaces.named(device)?.index ?? 0;
        const isLeaving = this.#removals.has(placeOf({ address, prefixLength, interfaceIndex }));
        if (isLeaving || this.#owners.has(keyOf({ address, prefixLength, device }))) return [];
        return [`${address}/${prefixLength} is on ${device}, set by somebody else`];
      }),
    );
  }

  /**
   * @param address - that vanished, as notified
   * @returns which virtual address somebody else removed; undefined when it was us, or is none
   */
  noteRemoval(address: Address): VirtualAddress | undefined {
    const device = this.#interfaces.indexed(address.interfaceIndex)?.name;
    if (device === undefined) return undefined;
    const { prefixLength, scope } = address;
    const virtual = { address: address.address, prefixLength, device, scope };
    this.#spared.delete(keyOf(virtual));
    const place = placeOf(address);
    if (this.#removals.has(place)) {
      this.#forgetRemoval(place);
      return undefined;
    }
    return this.#owners.has(keyOf(virtual)) ? virtual : undefined;
  }

  /** @returns whether it goes because of us, and may be gone already */
  isLeaving(address: Address): boolean {
    return this.#removals.has(placeOf(address));
  }

  /** Notifications were lost: no removal is waited for any more. */
  forgetRemovals(): void {
    this.#removals.clear();
  }

  async #addOne(address: VirtualAddress): Promise<AddressResult> {
    const home = this.#homes.get(keyOf(address));
    // Another interface has taken the name of the one that it was put on.
    if (home !== undefined && home !== this.#interfaces.named(address.device)?.index)
      await this.#tryDelete(address);
    const added = await this.#tryAdd(address);
    if (added.code !== 'EEXIST') return added;
    const scope = this.#scopeOfOther(address);
    if (scope !== undefined) return this.#exchange({ ...address, scope });
    const present = this.#otherPrefix(address);
    // One with another prefix length is not what we take off later: ours takes its place.
    if (present !== undefined) await this.#tryDelete(present);
    // What was in the way may have gone meanwhile with the instance that it moves from.
    const again = await this.#tryAdd(address);
    return present === undefined && again.code === 'EEXIST' ? { address } : again;
  }

  /**
   * @returns the scope of one with another label or broadcast address, which the kernel cannot
   *   change; it may refuse another scope beside that of other addresses, so that one stays
   */
  #scopeOfOther({ address, prefixLength, device, ...wanted }: VirtualAddress): number | undefined {
    const present = this.#interfaces.find(device, address, prefixLength);
    if (present?.family !== 4 || this.#spared.has(keyOf({ address, prefixLength, device })))
      return undefined;
    const hasLabel = (present.label ?? device) === (wanted.label ?? device);
    return hasLabel && present.broadcast === wanted.broadcast ? undefined : present.scope;
  }

  /** Meanwhile it is there with another prefix length, so that no packet to it is refused. */
  async #exchange({ peer, ...address }: VirtualAddress): Promise<AddressResult> {
    const wanted = peer === undefined ? address : { ...address, peer };
    const { label: _, ...standIn } = {
      ...address,
      prefixLength: address.prefixLength === 32 ? 31 : 32,
      flags: IFA_F_NOPREFIXROUTE,
    };
    const { error } = await this.#tryAdd(standIn);
    await this.#sparingOthers([wanted], () => this.#tryDelete(wanted));
    const added = await this.#tryAdd(wanted);
    if (error === undefined) await this.#tryDelete(standIn);
    return added;
  }

  /** What the kernel would take off with them stays, or comes back before anybody hears that it went. */
  async #sparingOthers<T>(
    leaving: readonly VirtualAddress[],
    removal: () => Promise<T>,
  ): Promise<T> {
    const requests = leaving.flatMap((each) => this.#removalOf(each) ?? []);
    const places = new Set(requests.map(placeOf));
    const orphans = orphansOf(requests, this.#interfaces, (each) => {
      const place = placeOf(each);
      return places.has(place) || this.#removals.has(place);
    });
    const indexes = new Set(orphans.map(({ interfaceIndex }) => interfaceIndex));
    const holds = [...indexes].map((index) => {
      const device = this.#interfaces.indexed(index)?.name;
      return device === undefined ? undefined : this.#promotion.hold(device);
    });
    const lost = holds.includes(undefined) ? orphans : [];
    for (const each of lost) this.#expectRemoval(placeOf(each));
    if (requests.length > 0) this.#promotion.losing?.([...requests, ...lost]);
    try {
      const removed = removal();
      // In the same send: for some microseconds they are gone.
      for (const each of lost) void this.#putBack(each);
      return await removed;
    } finally {
      for (const release of holds) release?.();
    }
  }

  /** It has gone with another one that we remove, unless it is still there. */
  async #putBack(address: Address): Promise<void> {
    await this.#requests.addAddress(address).catch(() => this.#forgetRemoval(placeOf(address)));
  }

  async #removeOne(address: VirtualAddress): Promise<AddressResult> {
    const removed = await this.#tryDelete(address);
    if (removed.code === undefined || !GONE.has(removed.code)) return removed;
    const present = this.#otherPrefix(address);
    // The one of another instance has taken its place: it moves there with another prefix length.
    const isAbandoned = present !== undefined && !this.#owners.has(keyOf(present));
    if (isAbandoned) await this.#tryDelete(present);
    return { address };
  }

  /** An IPv6 address may be there with another prefix length only instead of ours. */
  #otherPrefix(address: VirtualAddress): VirtualAddress | undefined {
    const { device, address: ip, prefixLength } = address;
    const present = this.#interfaces.find(device, ip, prefixLength);
    if (present === undefined || present.prefixLength === prefixLength) return undefined;
    return { ...address, prefixLength: present.prefixLength };
  }

  async #tryAdd(address: VirtualAddress): Promise<Attempt> {
    const index = this.#interfaces.named(address.device)?.index;
    if (index === undefined) return { address, error: `no interface ${address.device}` };
    try {
      await this.#requests.addAddress(requestOf(address, index));
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EEXIST') this.#homes.set(keyOf(address), index);
      return { address, error: textOf(error), code };
    }
    this.#homes.set(keyOf(address), index);
    return { address };
  }

  async #tryDelete(address: VirtualAddress): Promise<Attempt> {
    const request = this.#removalOf(address);
    this.#homes.delete(keyOf(address));
    if (request === undefined) return { address };
    const place = placeOf(request);
    this.#expectRemoval(place);
    try {
      await this.#requests.deleteAddress(request);
      return { address };
    } catch (error) {
      this.#forgetRemoval(place);
      return { address, error: textOf(error), code: codeOf(error) };
    }
  }

  /** @returns what the kernel is asked; undefined where there is no interface to remove it from */
  #removalOf(address: VirtualAddress): Address | undefined {
    const index = this.#homes.get(keyOf(address)) ?? this.#interfaces.named(address.device)?.index;
    // The kernel gives it another label with another name of the interface.
    const { label: _, ...unlabelled } = address;
    return index === undefined ? undefined : requestOf(unlabelled, index);
  }

  #expectRemoval(place: string): void {
    this.#removals.set(place, (this.#removals.get(place) ?? 0) + 1);
  }

  #forgetRemoval(place: string): void {
    const left = (this.#removals.get(place) ?? 0) - 1;
    if (left > 0) this.#removals.set(place, left);
    else this.#removals.delete(place);
  }
}

/** @returns an address as the kernel is asked for it */
export function requestOf(virtual: VirtualAddress, interfaceIndex: number): Address {
  const { address, prefixLength, scope, broadcast, label, peer, preferredSeconds } = virtual;
  const family = ipFamily(address);
  return {
    interfaceIndex,
    family,
    address,
    prefixLength,
    scope,
    flags: virtual.flags ?? (family === 6 ? IFA_F_NODAD : 0),
    ...(broadcast === undefined ? {} : { broadcast }),
    ...(label === undefined ? {} : { label }),
    ...(peer === undefined ? {} : { peer }),
    ...(preferredSeconds === undefined
      ? {}
      : { lifetimes: { preferredSeconds, validSeconds: Infinity } }),
  };
}

function keyOf(address: Pick<VirtualAddress, 'address' | 'prefixLength' | 'device'>): string {
  return `${address.address}/${address.prefixLength} ${address.device}`;
}

function placeOf(address: Pick<Address, 'address' | 'prefixLength' | 'interfaceIndex'>): string {
  return `${address.address}/${address.prefixLength} ${address.interfaceIndex}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
