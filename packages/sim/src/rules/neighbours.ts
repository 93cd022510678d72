/**
 * The neighbours send to the master: at the end of a run in which somebody became master or gave
 * way after the last fault, or where announcements are refreshed. Nobody else can know that a
 * neighbour has heard nothing.
 */
import {
  allAddresses,
  readAdvertisementHeader,
  type VrrpEvent,
  type VrrpState,
} from '@tandem/vrrp';
import type { Host } from '../host.ts';
import type { Router, Step } from '../router.ts';
import type { Rule, View } from '../rule.ts';
import { Violation } from '../violation.ts';

/** What `neighbours` needs to know of the run. */
export interface NeighbourPlan {
  readonly hosts: readonly Host[];
  /** When the last fault is over, milliseconds. */
  readonly faultsEndAt: number;
}

/** @returns the rule, for one run */
export function neighbours(view: View, { hosts, faultsEndAt }: NeighbourPlan): Rule {
  /** VRIDs of which it must be so. */
  const decided = new Set<number>();

  function stepped({ event, before, after }: Step): void {
    if (view.now < faultsEndAt || before.state === after.state) return;
    const { virtualRouterId } = after.settings;
    if (after.state === 'MASTER' || (before.state === 'MASTER' && saysFarewell(after, event)))
      decided.add(virtualRouterId);
  }

  function finished(): void {
    for (const router of view.routers)
      for (const { state } of router.instances) if (state.state === 'MASTER') judge(router, state);
  }

  function judge(router: Router, { settings }: VrrpState): void {
    const { virtualRouterId, garp } = settings;
    if (!decided.has(virtualRouterId) && garp.masterRefresh === 0) return;
    for (const host of hosts) {
      for (const { address } of allAddresses(settings)) {
        const known = host.whereIs(address);
        if (known === undefined || known === router.hardwareAddress) continue;
        const text = `h${host.number} sends for ${address} to ${known}, not to r${router.number}`;
        throw new Violation('neighbours', text);
      }
    }
  }

  return { stepped, finished };
}

/** Not if it is told not to, nor to a master of longer interval, as other backups would learn ours. */
function saysFarewell({ settings }: VrrpState, event: VrrpEvent): boolean {
  if (!settings.higherPrioritySendAdvert) return false;
  if (event.type !== 'packet' || settings.version === 2) return true;
  const header = readAdvertisementHeader(event.packet.body);
  return (header?.intervalCentiseconds ?? 0) * 10 <= settings.advertisementInterval;
}
