/** Sets routes, rules and static addresses in the kernel, and removes them. */
import type { RoutingRule } from '@tandem/inet';
import type { Route } from '@tandem/netlink';
import { entryKey, titleOf, type StaticEntry, type VirtualRoute } from '@tandem/vrrp';
import type { AddressKeeper } from './address-keeper.ts';
import type { InterfaceTable } from './interface-table.ts';
import { isSameRoute, isSameTarget, isWhole, routeOf, type ResolvedRoute } from './kernel-route.ts';

/** What is needed of rtnetlink. */
export interface RoutingRequests {
  routes(): Promise<readonly Route[]>;
  addRoute(route: Route): Promise<void>;
  insertRoute(route: Route, place: 'prepend' | 'append'): Promise<void>;
  deleteRoute(route: Route): Promise<void>;
  addRule(rule: RoutingRule): Promise<void>;
  deleteRule(rule: RoutingRule): Promise<void>;
}

/** What is needed of the world. */
export interface KernelEntriesPorts {
  readonly requests: RoutingRequests;
  readonly interfaces: InterfaceTable;
  readonly addresses: Pick<AddressKeeper, 'add' | 'remove'>;
}

/** Nothing to remove, or nothing left to remove it from. */
const GONE: ReadonlySet<string> = new Set(['ESRCH', 'ENOENT', 'ENODEV', 'EADDRNOTAVAIL']);

/** Entries of settings as requests to the kernel. */
export class KernelEntries {
  readonly #ports: KernelEntriesPorts;
  /** Routes of VRFs as they were set, by key: the table of a VRF does not go with it. */
  readonly #inVrfs = new Map<string, Route>();

  /** @param ports - the outside */
  constructor(ports: KernelEntriesPorts) {
    this.#ports = ports;
  }

  /**
   * @returns whether it was there already
   * @throws NetlinkError, or Error, when it cannot be
   */
  async set(entry: StaticEntry): Promise<boolean> {
    const { requests } = this.#ports;
    switch (entry.kind) {
      case 'address':
        return this.#setAddress(entry);
      case 'rule':
        return isThere(requests.addRule(entry));
      case 'route': {
        const former = this.#formerOf(entry);
        // What is asked at once is asked in the order of the entries.
        if (former !== undefined) await this.#discardFormer(entry, former);
        const route = this.#knownRoute(entry);
        const wasThere = await this.#setRoute(route, entry.place);
        if (entry.vrf !== undefined) this.#inVrfs.set(entryKey(entry), route);
        return wasThere;
      }
    }
  }

  /** @returns why it could not be removed; one that is not there is as good as removed */
  async remove(entry: StaticEntry): Promise<string | undefined> {
    const { requests, addresses } = this.#ports;
    try {
      if (entry.kind === 'address') {
        const [failure] = await addresses.remove(this, [entry]);
        return failure?.error;
      }
      if (entry.kind === 'rule') await requests.deleteRule(entry);
      else {
        const former = this.#formerOf(entry);
        if (former !== undefined) await this.#discardFormer(entry, former);
        if (entry.vrf !== undefined) this.#inVrfs.delete(entryKey(entry));
        const resolved = this.resolve(entry);
        // With its interface it has gone itself.
        if (resolved.ok) await requests.deleteRoute(resolved.route);
      }
      return undefined;
    } catch (error) {
      return GONE.has(codeOf(error)) ? undefined : textOf(error);
    }
  }

  /** @returns which ones could not be removed, and why; the last goes first */
  async removeAll(entries: readonly StaticEntry[]): Promise<string[]> {
    const requests = entries.toReversed().map(async (entry) => {
      const error = await this.remove(entry);
      return error === undefined ? [] : [`${titleOf(entry)}: ${error}`];
    });
    return (await Promise.all(requests)).flat();
  }

  /** @returns the route with the numbers that its interfaces have now */
  resolve(route: VirtualRoute): ResolvedRoute {
    return routeOf(route, this.#ports.interfaces);
  }

  /** @returns whether it is in a table that was its VRF's, and is not any more */
  isLeftBehind(entry: StaticEntry): boolean {
    return entry.kind === 'route' && this.#formerOf(entry) !== undefined;
  }

  /** @returns the route as it was set in a table that was its VRF's, and is not any more */
  #formerOf(entry: VirtualRoute): Route | undefined {
    if (entry.vrf === undefined) return undefined;
    const former = this.#inVrfs.get(entryKey(entry));
    const table = this.#ports.interfaces.named(entry.vrf)?.vrfTable;
    return former?.table === table ? undefined : former;
  }

  /** One that the kernel refuses to remove is tried again with the entry. */
  async #discardFormer(entry: VirtualRoute, former: Route): Promise<void> {
    try {
      await this.#ports.requests.deleteRoute(former);
    } catch (error) {
      if (!GONE.has(codeOf(error))) throw error;
    }
    const key = entryKey(entry);
    if (this.#inVrfs.get(key) === former) this.#inVrfs.delete(key);
  }

  async #setAddress(entry: StaticEntry & { readonly kind: 'address' }): Promise<boolean> {
    const { interfaces, addresses } = this.#ports;
    const wasThere = interfaces.without([entry]).length === 0;
    const [result] = await addresses.add(this, [entry]);
    if (result?.error !== undefined) throw new Error(result.error);
    return wasThere;
  }

  /** One of IPv6 of which a part has gone is removed first: what is left is in its way. */
  async #setRoute(route: Route, place: VirtualRoute['place']): Promise<boolean> {
    const { requests } = this.#ports;
    const attempt = (): Promise<boolean> =>
      place === 'add' ? this.#addRoute(route) : isThere(requests.insertRoute(route, place));
    if (!(await attempt())) return false;
    if (!canLosePart(route) || isWhole(route, await requests.routes())) return true;
    await requests.deleteRoute(route).catch((error: unknown) => {
      if (!GONE.has(codeOf(error))) throw error;
    });
    await attempt();
    return false;
  }

  /** What is in its way may be itself. */
  async #addRoute(route: Route): Promise<boolean> {
    const { requests } = this.#ports;
    if (!(await isThere(requests.addRoute(route)))) return false;
    const present = await requests.routes();
    if (present.some((each) => isSameTarget(route, each) && isSameRoute(route, each))) return true;
    throw new Error('there is another route to the same destination');
  }

  #knownRoute(entry: VirtualRoute): Route {
    const resolved = this.resolve(entry);
    if (!resolved.ok) throw new Error(resolved.why);
    return resolved.route;
  }
}

function canLosePart({ family, nextHops, preferredSource }: Route): boolean {
  return family === 6 && (nextHops !== undefined || preferredSource !== undefined);
}

/** @returns what went wrong, in words */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @returns true when the kernel has it already */
async function isThere(request: Promise<void>): Promise<boolean> {
  try {
    await request;
    return false;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return true;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
