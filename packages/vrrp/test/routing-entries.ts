/** Entries of routing tables for tests. */
import { parsePrefix } from '@tandem/inet';
import { PLAIN_ROUTE, PLAIN_RULE } from '../../inet/test/plain-routing.ts';
import type { StaticAddress, VirtualRoute, VirtualRule } from '@tandem/vrrp';
import { vip } from './instance-settings.ts';

/** A route by eth0. */
export function virtualRoute(network: string, changes: Partial<VirtualRoute> = {}): VirtualRoute {
  const destination = parsePrefix(network);
  if (destination === undefined) throw new Error(`no network: ${network}`);
  return {
    kind: 'route',
    text: `${network} dev eth0`,
    track: true,
    ...PLAIN_ROUTE,
    destination,
    place: 'prepend',
    device: 'eth0',
    ...changes,
  };
}

/** A rule that looks into table 100. */
export function virtualRule(priority: number, changes: Partial<VirtualRule> = {}): VirtualRule {
  return {
    kind: 'rule',
    text: `table 100 priority ${priority}`,
    track: true,
    ...PLAIN_RULE,
    priority,
    ...changes,
  };
}

/** An address on eth0. */
export function staticAddress(text: string): StaticAddress {
  return { kind: 'address', text: `${text}/24 dev eth0`, track: true, ...vip(text) };
}
