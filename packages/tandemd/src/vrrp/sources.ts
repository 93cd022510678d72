/** The addresses that instances send their adverts from. */
import type { IpAddress, IpFamily } from '@tandem/inet';
import { allAddresses, type VirtualAddress, type VrrpInstanceSettings } from '@tandem/vrrp';
import type { InstanceDriver } from './instance-driver.ts';
import type { InterfaceTable } from './interface-table.ts';

/** Finds them, and tells instances of changes. */
export class Sources {
  readonly #interfaces: InterfaceTable;
  /** Of all instances: never addresses to send from. */
  #virtual: ReadonlySet<IpAddress> = new Set();

  /** @param interfaces - of this host */
  constructor(interfaces: InterfaceTable) {
    this.#interfaces = interfaces;
  }

  /** @param instances - all of them */
  configure(instances: readonly VrrpInstanceSettings[]): void {
    this.#virtual = new Set(instances.flatMap(allAddresses).map(({ address }) => address));
  }

  /** @returns whether nothing is sent from it, as it moves */
  isVirtual(address: IpAddress): boolean {
    return this.#virtual.has(address);
  }

  /**
   * Adverts to a group may come from an address that no box has, to hide where they come from;
   * peers answer.
   * @returns undefined where there is none
   * @see keepalived.conf(5) mcast_src_ip
   */
  of(settings: VrrpInstanceSettings): IpAddress | undefined {
    const { family, sourceAddress, unicast, virtualInterface } = settings;
    const ipvlan = virtualInterface?.ipvlan?.address;
    if (sourceAddress === undefined && ipvlan !== undefined) {
      const { address, prefixLength } = ipvlan;
      const isThere = this.#interfaces.find(sourceInterfaceOf(settings), address, prefixLength);
      return isThere && address;
    }
    if (sourceAddress === undefined)
      return this.#interfaces.sourceOf(sourceInterfaceOf(settings), family, this.#virtual);
    const isOurs = !this.isVirtual(sourceAddress) && this.#interfaces.holds(sourceAddress);
    const isNeeded = unicast !== undefined || settings.trackSource === true;
    return isOurs || !isNeeded ? sourceAddress : undefined;
  }

  /**
   * Tells those that it concerns.
   * @param drivers - of all instances
   * @param device - whose addresses have changed
   * @param address - which one; undefined: it may be any
   */
  follow(drivers: readonly InstanceDriver[], device: string, address: IpAddress | undefined): void {
    const primary = new Map<IpFamily, IpAddress | undefined>();
    for (const driver of drivers) {
      const { sourceAddress, family } = driver.state.settings;
      const own = sourceInterfaceOf(driver.state.settings);
      const isMeant = address === undefined || address === sourceAddress;
      if (own !== device && !isMeant) continue;
      const isPrimary =
        own === driver.state.settings.interface && own === device && sourceAddress === undefined;
      if (isPrimary && !primary.has(family)) primary.set(family, this.of(driver.state.settings));
      const source = isPrimary ? primary.get(family) : this.of(driver.state.settings);
      if (source !== driver.state.source) driver.step({ type: 'source', source });
    }
  }
}

/** A macvlan has no address to send from, an ipvlan has its own. */
function sourceInterfaceOf({ interface: own, virtualInterface }: VrrpInstanceSettings): string {
  return virtualInterface?.ipvlan === undefined ? own : virtualInterface.name;
}

/**
 * A virtual address that an interface cannot do without is the box's own, mistaken for one that
 * moves; one that a crash has left stands beside an own one.
 * @param instances - all of them
 * @param interfaces - of this host
 * @returns those that are there, and without which their interface would have no address of its own
 */
export function ownAddresses(
  instances: readonly VrrpInstanceSettings[],
  interfaces: InterfaceTable,
): VirtualAddress[] {
  const virtual = new Set(instances.flatMap(allAddresses).map(({ address }) => address));
  return instances.flatMap((settings) => {
    const { interface: own, family, sourceAddress } = settings;
    if (family !== 4 || sourceAddress !== undefined) return [];
    // Also a secondary one: it stays when the primary one goes.
    if (interfaces.sourceOf(own, 4, virtual) !== undefined) return [];
    const primaries = interfaces.primariesOf(own);
    return allAddresses(settings).filter(
      ({ address, prefixLength, device }) =>
        device === own &&
        primaries.some((each) => each.address === address && each.prefixLength === prefixLength),
    );
  });
}
