/**
 * Keeps packets to addresses whose owner somebody else is from this host, and reports of multicast
 * groups with the MAC address of a virtual router on its master: switches would send to us
 * what is for the master.
 */
import type { NftablesSettings, Settings } from '@tandem/config';
import type { IpAddress } from '@tandem/inet';
import type { DropTable } from '@tandem/netlink';
import type { Clock } from '@tandem/time';
import { allAddresses, type VirtualAddress } from '@tandem/vrrp';
import type { InterfaceTable } from './interface-table.ts';
import { Redirects, type RedirectMeans } from './redirects.ts';

/** What is needed of nftables. */
export interface FirewallPorts {
  replace(table: DropTable): Promise<void>;
  remove(name: string): Promise<void>;
  /** @returns whether there is a table of that name */
  has(name: string): Promise<boolean>;
  readonly redirect: readonly RedirectMeans[];
  readonly interfaces: InterfaceTable;
  readonly clock: Clock;
  readonly warn: (text: string) => void;
}

/** Between two looks: a ruleset is flushed by hand, or by a firewall's start. */
const LOOK_MS = 5000;

/** Owns one table, which is there while there is something in it. */
export class Firewall {
  readonly #ports: FirewallPorts;
  /** The other way round: packets that are for servers on this host. */
  readonly redirects: Redirects;
  #settings: NftablesSettings | undefined;
  /** Who wants an address closed; one that moves at a reload has two for a while. */
  readonly #closed = new Map<unknown, readonly VirtualAddress[]>();
  /** Names of virtual interfaces of those that are not master. */
  readonly #silent = new Set<string>();
  /** Name of the table that may be there. */
  #present: string | undefined;
  #last = '';
  #looks: NodeJS.Timeout | undefined;
  /** It was gone at the last look. */
  #wasGone = false;
  /** Why it could not be set. */
  #problem: string | undefined;
  #update: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @param ports - the outside */
  constructor(ports: FirewallPorts) {
    this.#ports = ports;
    this.redirects = new Redirects({ means: ports.redirect, clock: ports.clock, warn: ports.warn });
  }

  /**
   * Begins, with what a predecessor has left. Until `started` it stays, or all is closed that an
   * instance may close: one that goes on as master must not be open in between.
   * @param abandoned - names of tables that nobody wants any more
   */
  start(settings: Settings, abandoned: readonly string[]): void {
    const { global, vrrpInstances } = settings;
    void this.redirects.configure(settings);
    this.#settings = global.nftables;
    this.#present = global.nftables.table;
    const guarded = vrrpInstances.filter(({ accept }) => !accept);
    this.#closed.set(this, guarded.flatMap(allAddresses));
    for (const name of abandoned) void this.#ports.remove(name).catch(() => undefined);
  }

  /** All instances have closed what they want. */
  started(): Promise<void> {
    return this.close(this, []);
  }

  /**
   * @param settings - that count from the next update on
   * @returns when what is to be redirected is
   */
  configure(settings: Settings): Promise<void> {
    this.#settings = settings.global.nftables;
    return this.redirects.configure(settings);
  }

  /**
   * @param owner - an instance
   * @param addresses - that it does not accept packets to; none: those that it had are open again
   * @returns once it is so, or cannot be
   */
  close(owner: unknown, addresses: readonly VirtualAddress[]): Promise<void> {
    if (addresses.length === 0) this.#closed.delete(owner);
    else this.#closed.set(owner, addresses);
    return this.update();
  }

  /** @param silent - whether the interface is to send no reports; once it is gone: false */
  setSilent(name: string, silent: boolean): Promise<void> {
    if (silent) this.#silent.add(name);
    else this.#silent.delete(name);
    return this.update();
  }

  /** Makes the table what it should be by now; changes at the same time are one. */
  update(): Promise<void> {
    if (this.#update === undefined) {
      this.#update = this.#write().finally(() => (this.#update = undefined));
      return this.#update;
    }
    this.#next ??= this.#update.then(() => {
      this.#next = undefined;
      return this.update();
    });
    return this.#next;
  }

  async #write(): Promise<void> {
    // All that is asked for in this turn of the event loop.
    await Promise.resolve();
    const table = this.#settings && this.#table(this.#settings);
    if (table === undefined) return;
    const isEmpty = [table.addresses, table.linkLocal, table.silent].every(
      (each) => each.length === 0,
    );
    const wanted = JSON.stringify(table);
    if (wanted === this.#last) return;
    const outdated = isEmpty || this.#present !== table.name ? this.#present : undefined;
    try {
      if (outdated !== undefined) await this.#ports.remove(outdated);
      if (!isEmpty) await this.#ports.replace(table);
      this.#present = isEmpty ? undefined : table.name;
      this.#last = wanted;
      this.#problem = undefined;
      this.#watch();
    } catch (error) {
      // Where nothing is to be dropped, a kernel without nftables is no matter.
      if (isEmpty) return;
      const text = error instanceof Error ? error.message : String(error);
      if (text !== this.#problem) this.#ports.warn(`cannot drop packets: ${text}`);
      this.#problem = text;
    }
  }

  #watch(): void {
    clearInterval(this.#looks);
    const name = this.#present;
    if (name !== undefined) this.#looks = setInterval(() => void this.#look(name), LOOK_MS).unref();
  }

  /** What somebody has removed is set again; who insists is told of once. */
  async #look(name: string): Promise<void> {
    // A kernel that cannot be asked says nothing.
    const isThere = await this.#ports.has(name).catch(() => true);
    if (this.#present !== name || this.#update !== undefined) return;
    if (!isThere && !this.#wasGone)
      this.#ports.warn(`table ${name} of nftables was gone: set again`);
    this.#wasGone = !isThere;
    if (isThere) return;
    this.#last = '';
    await this.update();
  }

  #table({ table: name, priority, counters }: NftablesSettings): DropTable {
    const { interfaces } = this.#ports;
    const indexOf = (name: string): number[] => {
      const index = interfaces.named(name)?.index;
      return index === undefined ? [] : [index];
    };
    const addresses: IpAddress[] = [];
    const linkLocal: DropTable['linkLocal'][number][] = [];
    const closed = [...this.#closed.values()].flat();
    const places = new Map(closed.map((each) => [`${each.address} ${each.device}`, each]));
    for (const { address, device } of places.values()) {
      if (!address.startsWith('fe80:')) addresses.push(address);
      else
        linkLocal.push(...indexOf(device).map((interfaceIndex) => ({ address, interfaceIndex })));
    }
    const silent = [...this.#silent].flatMap(indexOf);
    return { name, priority, counters, addresses, linkLocal, silent };
  }
}

/** @returns the table that may be there, if the instances can want one */
export function dropTableOf({ global, vrrpInstances }: Settings): string | undefined {
  const isWanted = vrrpInstances.some(
    ({ accept, virtualInterface }) => !accept || virtualInterface?.hardwareAddress !== undefined,
  );
  return isWanted ? global.nftables.table : undefined;
}
