/** What is in the kernel beside the addresses of a master: routes, rules, and what is static. */
import type { RouteEntry, RoutingRule, WeightedWay } from '@tandem/inet';
import type { VirtualAddress } from './settings.ts';

/** What all of them have. */
interface Described {
  /** What was written, its words in the order of the manual, for people. */
  readonly text: string;
  /** Whether it is put back when somebody removes it. */
  readonly track: boolean;
}

/** One of several ways of a route. */
export interface VirtualWay extends WeightedWay {
  /** Name of the interface; absent: by the gateway. */
  readonly device?: string;
}

/** A line of virtual_routes or static_routes. */
export interface VirtualRoute extends RouteEntry, Described {
  readonly kind: 'route';
  /** Name of the interface; absent: by the gateway, or none. */
  readonly device?: string;
  /** Instead of `device` and `gateway`. */
  readonly ways?: readonly VirtualWay[];
  /** Name of the VRF in whose table it is, whatever `table` says. */
  readonly vrf?: string;
  /** Before equal routes, after them, or only where there are none. */
  readonly place: 'prepend' | 'append' | 'add';
}

/** A line of virtual_rules or static_rules. */
export interface VirtualRule extends RoutingRule, Described {
  readonly kind: 'rule';
}

/** What a master sets beside its addresses. */
export type Routing = VirtualRoute | VirtualRule;

/** A line of static_ipaddress. */
export interface StaticAddress extends VirtualAddress, Described {
  readonly kind: 'address';
  readonly track: boolean;
}

/** What the kernel is to have, whoever is master or not. */
export type StaticEntry = StaticAddress | Routing;

/**
 * @returns the same text for entries that are the same to the kernel
 */
export function entryKey(entry: StaticEntry): string {
  const { text: _, track: __, ...rest } = entry;
  return JSON.stringify(rest);
}

/** @returns those of the first that are not among the second */
export function entriesWithout<E extends StaticEntry>(
  entries: readonly E[],
  others: readonly StaticEntry[],
): E[] {
  const known = new Set(others.map(entryKey));
  return entries.filter((each) => !known.has(entryKey(each)));
}
