/**
 * The neighbours send to the master: at the end of a run in which somebody became master or gave
 * way after the last fault, or where announcements are refreshed. Nobody else can know that a
 * neighbour has heard nothing.
 */
import { allAddresses, type VrrpState } from '@tandem/vrrp';
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
    const { virtualRouterId, higherPrioritySendAdvert } = after.settings;
    const tookOver = after.state === 'MASTER';
    const gaveWay =
      before.state === 'MASTER' && event.type === 'packet' && higherPrioritySendAdvert;
    if (tookOver || gaveWay) decided.add(virtualRouterId);
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
