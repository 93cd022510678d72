import { isServed } from './service.ts';
import type { StatusSnapshot } from './snapshot.ts';

/** What a script wants to know: everything good, something wrong, or nothing served. */
export type Health = 'good' | 'degraded' | 'down';

/** Exit status of `tandemctl status` for each. */
export const HEALTH_EXIT_STATUS: Readonly<Record<Health, number>> = {
  good: 0,
  degraded: 1,
  down: 2,
};

/**
 * Judges a node by its own snapshot.
 * @param snapshot - as read from the control socket
 * @returns `down` when every instance is in FAULT or a virtual server has nobody left to serve it,
 *   `degraded` when anything else is wrong, else `good`
 */
export function judge(snapshot: StatusSnapshot): Health {
  const faults = snapshot.vrrp.filter((instance) => instance.state === 'FAULT').length;
  if (faults > 0 && faults === snapshot.vrrp.length) return 'down';
  if (!snapshot.virtualServers.every(isServed)) return 'down';
  const wrong =
    faults > 0 ||
    snapshot.problems.length > 0 ||
    snapshot.vrrp.some(({ state, reasons }) => state === 'MASTER' && reasons.length > 0) ||
    snapshot.vrrp.some(({ strangers = [] }) => strangers.length > 0) ||
    snapshot.statics.some(({ problem }) => problem !== undefined) ||
    snapshot.lastReload?.accepted === false ||
    snapshot.virtualServers.some(
      (server) => !server.quorumUp || server.realServers.some((real) => !real.up),
    );
  return wrong ? 'degraded' : 'good';
}
