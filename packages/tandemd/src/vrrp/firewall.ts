/**
 * Keeps packets to addresses whose owner somebody else is from this host, and those to the MAC
 * address of a virtual router from all but its master; on others it sends no reports of multicast
 * groups with it: switches would send to us what is for the master.
 */
import type { NftablesSettings, Settings } from '@tandem/config';
import type { IpAddress } from '@tandem/inet';
import type { DropTable } from '@tandem/netlink';
import type { Clock } from '@tandem/time';
import { allAddresses, type VirtualAddress } from '@tandem/vrrp';
import { isLinkLocal, type InterfaceTable } from './interface-table.ts';
import { Redirects, type RedirectMeans } from './redirects.ts';
import { macvlanNames } from './virtual-link.ts';

/** What is needed of nftables. */
export interface FirewallPorts {
  replace(table: DropTable): Promise<void>;
  remove(name: string): Promise<void>;
  /** @returns whether it is as `replace` has left it, or what has become of it */
  survey(table: DropTable): Promise<'whole' | keyof typeof LOSS>;
  readonly redirect: readonly RedirectMeans[];
  readonly interfaces: InterfaceTable;
  readonly clock: Clock;
  readonly warn: (text: string) => void;
}

/** What others have done to the table. */
const LOSS = { missing: 'was gone', changed: 'was changed by somebody else' } as const;
/** Between two looks: a ruleset is flushed by hand, or by a firewall's start. */
const LOOK_MS = 5000;
const DONE = Promise.resolve();

/** Owns one table, which is there while there is something in it. */
export class Firewall {
  readonly #ports: FirewallPorts;
  /** The other way round: packets that are for servers on this host. */
  readonly redirects: Redirects;
  #settings: NftablesSettings | undefined;
  /** Who wants an address closed; one that moves at a reload has two for a while. */
  readonly #closed = new Map<unknown, readonly VirtualAddress[]>();
  /** Names of virtual interfaces of those that are not master. */
  readonly #idle = new Set<string>();
  /** Name of the table that may be there. */
  #present: string | undefined;
  #last = '';
  /** Indexes of the interfaces that the last table is known to close. */
  #shut: readonly number[] = [];
  #looks: NodeJS.Timeout | undefined;
  /** What the last look found. */
  #found: 'whole' | keyof typeof LOSS = 'whole';
  /** Why it could not be set. */
  #problem: string | undefined;
  #update: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @param ports - the outside */
  constructor(ports: FirewallPorts) {
    this.#ports = ports;
    const { redirect: means, interfaces, clock, warn } = ports;
    this.redirects = new Redirects({ means, interfaces, clock, warn });
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

  /**
   * @param names - of virtual interfaces with MAC addresses of their own
   * @param isIdle - whether those are somebody else's just now; once they are gone: false
   * @returns once it is so, or cannot be
   */
  setIdle(names: readonly string[], isIdle: boolean): Promise<void> {
    const others = names.filter((each) => this.#idle.has(each) !== isIdle);
    for (const each of others) {
      if (isIdle) this.#idle.add(each);
      else this.#idle.delete(each);
    }
    return others.length === 0 ? (this.#next ?? this.#update ?? DONE) : this.update();
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
    const isEmpty = [table.addresses, table.linkLocal, table.idle].every(
      (each) => each.length === 0,
    );
    const wanted = JSON.stringify(table);
    if (wanted === this.#last) return;
    const outdated = isEmpty || this.#present !== table.name ? this.#present : undefined;
    this.#look(!isEmpty);
    try {
      if (outdated !== undefined) await this.#ports.remove(outdated);
      if (!isEmpty) await this.#ports.replace(table);
      this.#present = isEmpty ? undefined : table.name;
      this.#last = wanted;
      this.#shut = table.idle;
      if (this.#problem !== undefined && !isEmpty)
        this.#ports.warn(`packets are dropped: table ${table.name} of nftables is set`);
      this.#problem = undefined;
    } catch (error) {
      // Where nothing is to be dropped, a kernel without nftables is no matter.
      if (isEmpty) return;
      await this.#bear(error, table);
    }
  }

  /** @param table - that could not be set */
  async #bear(error: unknown, table: DropTable): Promise<void> {
    const text = textOf(error);
    if (text !== this.#problem) this.#ports.warn(`cannot drop packets: ${text}`);
    this.#problem = text;
    if (this.#shut.some((each) => !table.idle.includes(each))) await this.#open();
  }

  /** Who has become master must be reached, whatever else should be dropped. */
  async #open(): Promise<void> {
    const { warn } = this.#ports;
    if (this.#present === undefined) return;
    const what = `table ${this.#present} of nftables, which drops what a new master is sent`;
    try {
      await this.#ports.remove(this.#present);
      this.#present = undefined;
      this.#last = '';
      this.#shut = [];
      warn(`removed ${what}`);
    } catch (error) {
      warn(`cannot remove ${what}: ${textOf(error)}`);
    }
  }

  /** @param isWanted - whether there is something to look at from now on */
  #look(isWanted: boolean): void {
    if (!isWanted) clearInterval(this.#looks);
    this.#looks = isWanted
      ? (this.#looks ?? setInterval(() => void this.#mend(), LOOK_MS).unref())
      : undefined;
  }

  /**
   * What could not be set is tried again; what somebody has changed or removed is set again, and who
   * insists is told of once.
   */
  async #mend(): Promise<void> {
    const table = this.#settings && this.#table(this.#settings);
    if (table === undefined || this.#update !== undefined) return;
    if (JSON.stringify(table) === this.#last) {
      // A kernel that cannot be asked says nothing.
      const found = await this.#ports.survey(table).catch(() => 'whole' as const);
      if (this.#update !== undefined || this.#present === undefined) return;
      if (found !== 'whole' && found !== this.#found)
        this.#ports.warn(`table ${table.name} of nftables ${LOSS[found]}: set again`);
      this.#found = found;
      if (found === 'whole') return;
      this.#last = '';
    }
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
      if (!isLinkLocal(address)) addresses.push(address);
      else
        linkLocal.push(...indexOf(device).map((interfaceIndex) => ({ address, interfaceIndex })));
    }
    const idle = [...this.#idle].flatMap(indexOf);
    return { name, priority, counters, addresses, linkLocal, idle };
  }
}

/** @returns the table that may be there, if the instances can want one */
export function dropTableOf({ global, vrrpInstances }: Settings): string | undefined {
  const isWanted = vrrpInstances.some((each) => !each.accept || macvlanNames(each).length > 0);
  return isWanted ? global.nftables.table : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
