/** Who serves a virtual server, and why nobody does. */
import type { RealServerSnapshot, VirtualServerSnapshot } from './snapshot.ts';

/** @returns whether somebody is given new connections, be it the sorry server */
export function isServed({ realServers, sorryServer }: VirtualServerSnapshot): boolean {
  return sorryServer?.serves === true || realServers.some(({ tableWeight = 0 }) => tableWeight > 0);
}

/**
 * @param servers - virtual servers
 * @returns how many real servers they have that are configured, and how many of them can be given
 *   connections
 */
export function countServers(servers: readonly Pick<VirtualServerSnapshot, 'realServers'>[]): {
  readonly configured: number;
  readonly usable: number;
} {
  const configured = servers.flatMap(({ realServers }) =>
    realServers.filter(({ isRemoved }) => isRemoved !== true),
  );
  const usable = configured.filter(({ up, weight }) => up && weight > 0);
  return { configured: configured.length, usable: usable.length };
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
