/** Which connection sync daemons should run: their role follows an instance's state. */
import type { SyncDaemon, SyncRole } from '@tandem/ipvs-netlink';
import type { VrrpStateName } from '@tandem/status';
import type { VrrpInstanceSettings } from '@tandem/vrrp';

/** What is looked at in a running daemon. */
export type WantedDaemon = Pick<SyncDaemon, 'role' | 'interface' | 'syncId'>;

/** What has to be done to the kernel's daemons, in order. */
export interface DaemonChanges {
  readonly stop: readonly SyncRole[];
  readonly start: readonly WantedDaemon[];
}

/**
 * Master where the instance is MASTER, backup otherwise; the VRID keeps clusters apart. The kernel
 * has one daemon of each role, so the first instance that wants a role gets it.
 * @param instances - configured ones
 * @param states - by instance name; unknown counts as BACKUP
 */
export function wantedDaemons(
  instances: readonly Pick<
    VrrpInstanceSettings,
    'name' | 'virtualRouterId' | 'lvsSyncDaemonInterface'
  >[],
  states: ReadonlyMap<string, VrrpStateName>,
): readonly WantedDaemon[] {
  const byRole = new Map<SyncRole, WantedDaemon>();
  for (const { name, virtualRouterId: syncId, lvsSyncDaemonInterface } of instances) {
    if (lvsSyncDaemonInterface === undefined) continue;
    const role = states.get(name) === 'MASTER' ? 'master' : 'backup';
    if (!byRole.has(role)) byRole.set(role, { role, interface: lvsSyncDaemonInterface, syncId });
  }
  return [...byRole.values()];
}

/**
 * @param wanted - daemons that should run
 * @param running - the kernel's
 */
export function daemonChanges(
  wanted: readonly WantedDaemon[],
  running: readonly WantedDaemon[],
): DaemonChanges {
  return {
    stop: running
      .filter((each) => !wanted.some((other) => sameDaemon(each, other)))
      .map(({ role }) => role),
    start: wanted.filter((each) => !running.some((other) => sameDaemon(each, other))),
  };
}

function sameDaemon(a: WantedDaemon, b: WantedDaemon): boolean {
  return a.role === b.role && a.interface === b.interface && a.syncId === b.syncId;
}
