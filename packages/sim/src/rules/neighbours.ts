/**
 * What the neighbours send reaches the master: at the end of a run in which somebody became master
 * or gave way after the last fault, or where announcements are refreshed, or switches are taught by
 * adverts. Nobody else can know that a neighbour has heard nothing.
 */
import {
  allAddresses,
  readAdvertisementHeader,
  type VirtualAddress,
  type VrrpEvent,
  type VrrpInstanceSettings,
  type VrrpState,
} from '@tandem/vrrp';
import type { Host } from '../host.ts';
import type { Router, Step } from '../router.ts';
import type { Rule, View } from '../rule.ts';
import { Violation } from '../violation.ts';
import { advertSource, hardwareAddressOf } from '../wire.ts';

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
    const isTold = decided.has(virtualRouterId) || garp.masterRefresh > 0;
    for (const address of allAddresses(settings)) {
      if (!isTold && !isTaught(settings, address, router)) continue;
      for (const host of hosts) judgePath(host, router, { settings, address });
    }
  }

  return { stepped, finished };
}

/** A host that knows nothing asks, and a switch that knows nothing sends everywhere. */
function judgePath(
  host: Host,
  router: Router,
  {
    settings,
    address: { address, device },
  }: { settings: VrrpInstanceSettings; address: VirtualAddress },
): void {
  const known = host.whereIs(address);
  if (known === undefined) return;
  const place = `for ${address} to`;
  if (known !== hardwareAddressOf(settings, device, router.hardwareAddress)) {
    const text = `h${host.number} sends ${place} ${known}, not to r${router.number}`;
    throw new Violation('neighbours', text);
  }
  const port = host.portOf(known);
  if (port === undefined || port === router.number) return;
  const text = `the switch of h${host.number} sends ${place} r${port}, not to r${router.number}`;
  throw new Violation('switches', text);
}

/** Adverts come from its hardware address, or there are announcements instead. */
function isTaught(
  settings: VrrpInstanceSettings,
  { device }: VirtualAddress,
  { hardwareAddress: own }: Router,
): boolean {
  const { unicast, garp, addressInterfaces = [] } = settings;
  const hardwareAddress = hardwareAddressOf(settings, device, own);
  if (hardwareAddress === own) return false;
  if (unicast === undefined && advertSource(settings, own) === hardwareAddress) return true;
  return garp.extra !== undefined && addressInterfaces.some(({ name }) => name === device);
}

/** Not if it is told not to, nor to a master of longer interval, as other backups would learn ours. */
function saysFarewell({ settings }: VrrpState, event: VrrpEvent): boolean {
  if (!settings.higherPrioritySendAdvert) return false;
  if (event.type !== 'packet' || settings.version === 2) return true;
  const header = readAdvertisementHeader(event.packet.body);
  return (header?.intervalCentiseconds ?? 0) * 10 <= settings.advertisementInterval;
}
