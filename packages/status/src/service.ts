/** Who serves a virtual server, and why nobody does. */
import type { RealServerSnapshot, VirtualServerSnapshot } from './snapshot.ts';

/** @returns whether somebody is given new connections, be it the sorry server */
export function isServed({ realServers, sorryServer }: VirtualServerSnapshot): boolean {
  return sorryServer?.serves === true || realServers.some(({ tableWeight = 0 }) => tableWeight > 0);
}

/** How many real servers are configured, and how many of them can be given connections. */
export interface ServerCounts {
  readonly configured: number;
  readonly usable: number;
}

/**
 * @param servers - virtual servers
 * @returns of all their real servers
 */
export function countServers(
  servers: readonly Pick<VirtualServerSnapshot, 'realServers'>[],
): ServerCounts {
  let [configured, usable] = [0, 0];
  for (const { realServers } of servers) {
    for (const { isRemoved, up, weight } of realServers) {
      if (isRemoved === true) continue;
      configured += 1;
      if (up && weight > 0) usable += 1;
    }
  }
  return { configured, usable };
}

/**
 * @param server - a virtual server
 * @returns why none of its real servers can be used, such as `all drained`; undefined: one can
 */
export function whyNone({ realServers }: VirtualServerSnapshot): string | undefined {
  const causes = realServers.map(causeOf);
  if (causes.length === 0) return 'no real server';
  return causes.includes(undefined) ? undefined : `all ${[...new Set(causes)].join(' or ')}`;
}

function causeOf({ up, weight, drain }: RealServerSnapshot): string | undefined {
  if (drain !== undefined) return drain.isDone ? 'drained' : 'draining';
  if (!up) return 'down';
  return weight > 0 ? undefined : 'of weight 0';
}
