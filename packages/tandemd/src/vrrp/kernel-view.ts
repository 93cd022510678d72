/** Links and addresses as the kernel has them, and what changes of them mean to instances. */
import type { IpAddress } from '@tandem/inet';
import type { Address, Link } from '@tandem/netlink';
import type { VirtualAddress } from '@tandem/vrrp';
import { AddressKeeper, type AddressRequests } from './address-keeper.ts';
import { InterfaceTable } from './interface-table.ts';
import type { KernelChanges } from './kernel-changes.ts';
import type { RoutingRequests } from './kernel-entries.ts';
import { SecondaryPromotion } from './secondary-promotion.ts';
import type { LinkRequests } from './virtual-links.ts';

/** The kernel's tables. */
export interface RouteTables extends AddressRequests, LinkRequests, RoutingRequests {
  addresses(): Promise<readonly Address[]>;
}

/** Where the kernel's notifications go. */
export interface RouteEvents {
  link(link: Link, removed: boolean): void;
  address(address: Address, removed: boolean): void;
  /** Notifications were lost. */
  overrun(): void;
}

/** Who wants to know. */
export interface KernelObserver {
  /** The interface may have gone up or down, or have become another of the same name. */
  interfaceChanged(name: string): void;
  /** The interface has another MAC address than before. */
  hardwareAddressChanged?(name: string): void;
  /** This address of the interface is new, has changed, or is gone. */
  addressesChanged(name: string, address: IpAddress, removed: boolean): void;
  /**
   * Somebody else took a virtual address off.
   * @param withLink - it went because its interface went down, or into a VRF or out of one
   */
  addressRemoved(address: VirtualAddress, withLink: boolean): void;
  /** These are about to go because of us; those that go only with another one come back at once. */
  losing?(addresses: readonly Address[]): void;
  /** All was read again: anything may have changed. */
  reread(): void;
  /** The tables could not be read; they are tried again. */
  rereadFailed(error: unknown): void;
}

/** Between attempts to read the tables. */
const REREAD_PERIOD_MS = 1000;

/** Holds notifications back until the tables are read, so that no change is missed or undone. */
export class KernelView implements RouteEvents {
  readonly interfaces: InterfaceTable = new InterfaceTable();
  readonly promotion: SecondaryPromotion;
  readonly keeper: AddressKeeper;
  readonly #tables: RouteTables;
  readonly #observers: KernelObserver[] = [];
  /** Links by index, as last told: the table may know them otherwise, looked up in between. */
  #told = new Map<number, Link>();
  /** Indexes of those that are losing their IPv6 addresses, as far as has been told. */
  readonly #shaken = new Set<number>();
  #early: (() => void)[] | undefined = [];

  /**
   * @param tables - rtnetlink
   * @param changes - of the kernel's numbers
   */
  constructor(tables: RouteTables, changes: KernelChanges) {
    this.#tables = tables;
    this.promotion = new SecondaryPromotion(changes);
    this.keeper = new AddressKeeper(tables, this.interfaces, {
      hold: (device) => this.promotion.hold(device),
      losing: (addresses) => this.#tell((observer) => observer.losing?.(addresses)),
    });
  }

  /** @param observer - told from the event loop, once the tables are read; the first one first */
  observe(observer: KernelObserver): void {
    this.#observers.push(observer);
  }

  /**
   * Reads the tables; the notifications must be coming in already.
   * @throws NetlinkError
   */
  async load(): Promise<void> {
    const [links, addresses] = await Promise.all([this.#tables.links(), this.#tables.addresses()]);
    this.interfaces.load(links, addresses);
    const known = this.#told;
    this.#told = new Map();
    this.#shaken.clear();
    for (const link of links) this.#noteTold(link, known.get(link.index));
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const notification of early) notification();
  }

  /** A link is new, has changed or is gone. */
  link(link: Link, removed: boolean): void {
    this.#whenLoaded(() => {
      const before = this.interfaces.indexed(link.index)?.name;
      this.interfaces.noteLink(link, removed);
      const names = before === undefined || before === link.name ? [] : [before];
      for (const name of [link.name, ...names]) {
        this.promotion.interfaceChanged(name);
        this.#tell((observer) => observer.interfaceChanged(name));
      }
      if (!removed) return this.#noteTold(link, this.#told.get(link.index));
      this.#told.delete(link.index);
      this.#shaken.delete(link.index);
    });
  }

  /** An address is new, has changed or is gone. */
  address(address: Address, removed: boolean): void {
    this.#whenLoaded(() => {
      this.interfaces.noteAddress(address, removed);
      const virtual = removed ? this.keeper.noteRemoval(address) : undefined;
      const withLink = this.#shaken.has(address.interfaceIndex);
      if (virtual !== undefined)
        this.#tell((observer) => observer.addressRemoved(virtual, withLink));
      const name = this.interfaces.indexed(address.interfaceIndex)?.name;
      if (name !== undefined)
        this.#tell((observer) => observer.addressesChanged(name, address.address, removed));
    });
  }

  /** Notifications were lost: all is read again. */
  overrun(): void {
    this.#whenLoaded(() => {
      this.#early = [];
      this.keeper.forgetRemovals();
      void this.#reread();
    });
  }

  /** What happens meanwhile waits until the tables could be read. */
  async #reread(): Promise<void> {
    try {
      await this.load();
    } catch (error) {
      this.#tell((observer) => observer.rereadFailed(error));
      setTimeout(() => void this.#reread(), REREAD_PERIOD_MS).unref();
      return;
    }
    this.promotion.reread();
    this.#tell((observer) => observer.reread());
  }

  #noteTold(link: Link, known: Link | undefined): void {
    const { index, name, hardwareAddress } = link;
    this.#told.set(index, link);
    if (losesAddresses(link, known)) this.#shaken.add(index);
    else this.#shaken.delete(index);
    if (known !== undefined && Buffer.compare(known.hardwareAddress, hardwareAddress) !== 0)
      this.#tell((observer) => observer.hardwareAddressChanged?.(name));
  }

  #tell(news: (observer: KernelObserver) => void): void {
    for (const observer of this.#observers) news(observer);
  }

  #whenLoaded(task: () => void): void {
    if (this.#early === undefined) task();
    else this.#early.push(task);
  }
}

/**
 * The kernel takes the IPv6 addresses off a link that goes down, and off one that is put into a VRF or
 * taken out of one: it tells of the link first, and of it again, up, when they are gone.
 */
function losesAddresses({ up, masterIndex = 0 }: Link, known: Link | undefined): boolean {
  return !up || (known !== undefined && (known.masterIndex ?? 0) !== masterIndex);
}
