/** Who serves a virtual server, and why nobody does. */
import type { RealServerSnapshot, VirtualServerSnapshot } from './snapshot.ts';

/** @returns whether somebody is given new connections, be it the sorry server */
export function isServed({ realServers, sorryServer }: VirtualServerSnapshot): boolean {
  return sorryServer?.serves === true || realServers.some(({ tableWeight = 0 }) => tableWeight > 0);
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
