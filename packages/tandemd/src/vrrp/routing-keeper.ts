/**
 * Keeps routes, rules and static addresses in the kernel: carries out what the machine decides,
 * and tells it when one of them may have gone.
 */
import type { IpAddress, RoutingRule } from '@tandem/inet';
import type { Address, Route } from '@tandem/netlink';
import { between, type Clock } from '@tandem/time';
import {
  entryKey,
  isSameAddress,
  NO_UPKEEP,
  stepUpkeep,
  titleOf,
  upkeepDeadline,
  whyNotSet,
  type Setting,
  type StaticEntry,
  type UpkeepEffect,
  type UpkeepEvent,
  type VirtualAddress,
} from '@tandem/vrrp';
import type { LogLevel } from '../ipc.ts';
import { KernelEntries, textOf, type RoutingRequests } from './kernel-entries.ts';
import { isSameRoute, isSameRule, isSameTarget, mentions } from './kernel-route.ts';
import type { KernelObserver, KernelView } from './kernel-view.ts';

/** Where the kernel's notifications of routes and rules go. */
export interface RoutingEvents {
  route(route: Route, removed: boolean): void;
  rule(rule: RoutingRule, removed: boolean): void;
  /** Notifications were lost. */
  routingOverrun(): void;
}

/** What the keeper needs of the world. */
export interface RoutingPorts {
  readonly clock: Clock;
  readonly tables: RoutingRequests;
  /** Starts the notifications of routes and rules. */
  monitorRouting(events: RoutingEvents): void;
}

/** Who wants entries. */
export interface EntryOwner {
  /** Somebody else had removed one, which has been set again. */
  entryRestored(entry: StaticEntry): void;
}

/** Who hears of what it does. */
export interface RoutingListener {
  log(level: LogLevel, text: string): void;
  /** Something that the status shows has changed. */
  changed(): void;
}

/** Owns the entries of all instances, and the static ones. */
export class RoutingKeeper implements RoutingEvents, KernelObserver {
  readonly #ports: RoutingPorts;
  readonly #kernel: KernelEntries;
  readonly #addresses: Pick<KernelView, 'interfaces' | 'keeper'>;
  readonly #listener: RoutingListener;
  #state = NO_UPKEEP;
  /** Who wants an entry, by its key. */
  readonly #owners = new Map<string, Set<EntryOwner>>();
  #timer: NodeJS.Timeout | undefined;
  /** To be looked at when this turn of the event loop has told all. */
  readonly #suspects = new Set<string>();
  #listens = false;

  /**
   * @param ports - the outside
   * @param kernel - interfaces and addresses
   * @param listener - told from the event loop
   */
  constructor(
    ports: RoutingPorts,
    addresses: Pick<KernelView, 'interfaces' | 'keeper'>,
    listener: RoutingListener,
  ) {
    this.#ports = ports;
    this.#addresses = addresses;
    this.#listener = listener;
    const { interfaces, keeper } = addresses;
    this.#kernel = new KernelEntries({ requests: ports.tables, interfaces, addresses: keeper });
  }

  /**
   * Sets entries, in this order, and keeps them there.
   * @param owner - who wants them
   * @param whose - begins log lines about them: `(VI_1) `
   * @returns when the kernel has answered
   */
  async want(owner: EntryOwner, whose: string, entries: readonly StaticEntry[]): Promise<void> {
    if (entries.length === 0) return;
    this.#listen();
    for (const key of entries.map(entryKey)) {
      const owners = this.#owners.get(key) ?? new Set();
      this.#owners.set(key, owners.add(owner));
    }
    await this.#step({ type: 'want', whose, entries });
  }

  /**
   * Removes entries, the last first, but for those that somebody else wants.
   * @returns when the kernel has answered
   */
  async release(owner: EntryOwner, entries: readonly StaticEntry[]): Promise<void> {
    const abandoned = entries.filter((entry) => {
      const key = entryKey(entry);
      const owners = this.#owners.get(key);
      owners?.delete(owner);
      if (owners !== undefined && owners.size > 0) return false;
      this.#owners.delete(key);
      return true;
    });
    if (abandoned.length > 0) await this.#step({ type: 'release', entries: abandoned });
  }

  /** @returns one sentence for each entry that is not there */
  problemsWith(entries: readonly StaticEntry[]): string[] {
    return entries.flatMap((each) => whyNotSet(this.#state, each) ?? []);
  }

  /** The kernel drops IPv4 routes of an interface without a word. */
  interfaceChanged(device: string): void {
    this.#excuse((entry) => mentions(entry, device) && this.#kernel.isLeftBehind(entry));
    this.#suspect((entry) => mentions(entry, device));
  }

  /** It does so, too, with those that need an address; what was refused may be possible with it. */
  addressesChanged(device: string, _: IpAddress, removed: boolean): void {
    if (removed) this.interfaceChanged(device);
    else this.#suspect((entry) => whyNotSet(this.#state, entry) !== undefined);
  }

  /** Somebody else took an address off that is one of ours, or of an instance. */
  addressRemoved(address: VirtualAddress): void {
    this.#suspect((entry) => entry.kind === 'address' && isSameAddress(entry, address));
  }

  /**
   * Routes with such a source go, too, and those of IPv4 by an interface that has no such address any
   * more: it is we who do that, and they are set again behind it.
   */
  losing(addresses: readonly Address[]): void {
    if (![...this.#state.entries.values()].some(({ entry }) => entry.kind === 'route')) return;
    const gone = new Set(addresses.map(({ address }) => address));
    const bare = this.#bareAfter(addresses);
    const isLosing = (entry: StaticEntry): boolean =>
      entry.kind === 'route' &&
      ((entry.preferredSource !== undefined && gone.has(entry.preferredSource)) ||
        (entry.family === 4 && bare.some((device) => mentions(entry, device))));
    this.#excuse(isLosing);
    this.#suspect(isLosing);
  }

  /** What they lack from now on is of our doing, or of their VRF's, and looked at in any case. */
  #excuse(isExcused: (entry: StaticEntry) => boolean): void {
    const entries = [...this.#state.entries];
    const keys = entries.flatMap(([key, { entry }]) => (isExcused(entry) ? [key] : []));
    if (keys.length > 0) void this.#step({ type: 'excuse', keys });
  }

  /** @returns names of the interfaces that have no IPv4 address but these */
  #bareAfter(leaving: readonly Address[]): string[] {
    const { interfaces, keeper } = this.#addresses;
    const own = leaving.filter(({ family }) => family === 4);
    const bare = new Set(own.map(({ interfaceIndex }) => interfaceIndex));
    for (const each of interfaces.addresses) {
      if (each.family !== 4 || !bare.has(each.interfaceIndex) || keeper.isLeaving(each)) continue;
      if (!own.some((other) => isSamePlace(each, other))) bare.delete(each.interfaceIndex);
    }
    return [...bare].flatMap((index) => interfaces.indexed(index)?.name ?? []);
  }

  /** Anything may have happened. */
  reread(): void {
    this.#suspect(() => true);
  }

  /** It is told by others, and tried again. */
  rereadFailed(): void {}

  /** A route is new, perhaps in the place of one of ours, or has gone. */
  route(route: Route, removed: boolean): void {
    this.#suspect((entry) => {
      if (entry.kind !== 'route' || !isSameTarget(entry, route)) return false;
      const own = this.#kernel.resolve(entry);
      if (!own.ok || own.route.table !== route.table) return false;
      // Of IPv6, several to one destination are one, of which any part may have gone.
      if (removed && route.family === 6) return true;
      return removed === isSameRoute(own.route, route);
    });
  }

  /** A rule has gone. */
  rule(rule: RoutingRule, removed: boolean): void {
    if (removed) this.#suspect((entry) => entry.kind === 'rule' && isSameRule(entry, rule));
  }

  /** Notifications were lost. */
  routingOverrun(): void {
    this.reread();
  }

  /** Nothing is tried any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#suspects.clear();
  }

  #listen(): void {
    if (this.#listens) return;
    this.#listens = true;
    this.#ports.monitorRouting(this);
  }

  #suspect(isSuspect: (entry: StaticEntry) => boolean): void {
    const isFirst = this.#suspects.size === 0;
    for (const [key, { entry }] of this.#state.entries)
      if (isSuspect(entry)) this.#suspects.add(key);
    if (isFirst && this.#suspects.size > 0) setImmediate(() => void this.#lookAtSuspects());
  }

  async #lookAtSuspects(): Promise<void> {
    const keys = [...this.#suspects];
    this.#suspects.clear();
    await this.#step({ type: 'suspect', keys });
  }

  async #step(event: UpkeepEvent): Promise<void> {
    const { clock } = this.#ports;
    const { state, effects } = stepUpkeep(this.#state, event, clock.now());
    this.#state = state;
    this.#arm();
    await Promise.all(effects.map((effect) => this.#perform(effect)));
  }

  async #perform(effect: UpkeepEffect): Promise<void> {
    switch (effect.type) {
      case 'log':
        this.#listener.log(effect.level, effect.text);
        this.#listener.changed();
        return;
      case 'set':
        await Promise.all(effect.settings.map((setting) => this.#set(setting)));
        return;
      case 'withdraw':
        await Promise.all(effect.entries.map((entry) => this.#withdraw(entry)));
        return;
      case 'restored':
        for (const owner of this.#owners.get(entryKey(effect.entry)) ?? [])
          owner.entryRestored(effect.entry);
    }
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const deadline = upkeepDeadline(this.#state);
    if (deadline === undefined) return;
    const wait = Math.max(0, Math.ceil(between(this.#ports.clock.now(), deadline)));
    this.#timer = setTimeout(() => void this.#step({ type: 'timer' }), wait);
    this.#timer.unref();
  }

  async #set({ key, id, entry }: Setting): Promise<void> {
    try {
      const wasThere = await this.#kernel.set(entry);
      await this.#step({ type: 'set', key, id, wasThere });
    } catch (error) {
      await this.#step({ type: 'refused', key, id, error: textOf(error) });
    }
  }

  async #withdraw(entry: StaticEntry): Promise<void> {
    const error = await this.#kernel.remove(entry);
    if (error !== undefined)
      this.#listener.log('warning', `cannot remove ${titleOf(entry)}: ${error}`);
  }
}

function isSamePlace(one: Address, other: Address): boolean {
  return (
    one.interfaceIndex === other.interfaceIndex &&
    one.address === other.address &&
    one.prefixLength === other.prefixLength
  );
}
