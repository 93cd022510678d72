/** Which connection sync daemons should run: their role follows an instance's state. */
import type { Settings } from '@tandem/config';
import { ipFamily } from '@tandem/inet';
import type { SyncDaemon, SyncRole } from '@tandem/ipvs-netlink';
import type { VrrpInstanceSettings, VrrpStateName } from '@tandem/vrrp';

/** What has to be done to the kernel's daemons, in order. */
export interface DaemonChanges {
  readonly stop: readonly SyncRole[];
  readonly start: readonly SyncDaemon[];
}

/** What is asked of the settings. */
export interface SyncSettings {
  readonly global: Pick<Settings['global'], 'lvsSyncDaemon'>;
  readonly vrrpInstances: readonly Pick<
    VrrpInstanceSettings,
    'name' | 'virtualRouterId' | 'lvsSyncDaemonInterface'
  >[];
}

/**
 * @param settings - the whole configuration
 * @returns whether it wants sync daemons, so that those that run are ours
 */
export function wantsDaemons({ global, vrrpInstances }: SyncSettings): boolean {
  const isOld = vrrpInstances.some((each) => each.lvsSyncDaemonInterface !== undefined);
  return global.lvsSyncDaemon !== undefined || isOld;
}

/**
 * Master where the instance is MASTER, backup otherwise; both where there is no instance. The VRID
 * keeps clusters apart, but for the instances' own, which have id 0 as with keepalived: the kernel
 * drops what comes with another id. It has one daemon of each role, so the first that wants a role
 * gets it, lvs_sync_daemon before the instances' own.
 * @param settings - the whole configuration
 * @param states - by instance name; unknown counts as BACKUP
 */
export function wantedDaemons(
  settings: SyncSettings,
  states: ReadonlyMap<string, VrrpStateName>,
): readonly SyncDaemon[] {
  const byRole = new Map<SyncRole, SyncDaemon>();
  for (const each of [...globalDaemons(settings, states), ...instanceDaemons(settings, states)])
    if (!byRole.has(each.role)) byRole.set(each.role, each);
  return [...byRole.values()];
}

function globalDaemons(
  { global, vrrpInstances }: SyncSettings,
  states: ReadonlyMap<string, VrrpStateName>,
): readonly SyncDaemon[] {
  if (global.lvsSyncDaemon === undefined) return [];
  const { instance, syncId, ...options } = global.lvsSyncDaemon;
  const vrid = vrrpInstances.find(({ name }) => name === instance)?.virtualRouterId;
  const roles: readonly SyncRole[] =
    instance === undefined ? ['master', 'backup'] : [roleOf(instance, states)];
  return roles.map((role) => ({ role, syncId: syncId ?? vrid ?? 0, ...options }));
}

function instanceDaemons(
  { vrrpInstances }: SyncSettings,
  states: ReadonlyMap<string, VrrpStateName>,
): readonly SyncDaemon[] {
  return vrrpInstances.flatMap(({ name, lvsSyncDaemonInterface }) =>
    lvsSyncDaemonInterface === undefined
      ? []
      : [{ role: roleOf(name, states), interface: lvsSyncDaemonInterface, syncId: 0 }],
  );
}

function roleOf(instance: string, states: ReadonlyMap<string, VrrpStateName>): SyncRole {
  return states.get(instance) === 'MASTER' ? 'master' : 'backup';
}

/**
 * @param wanted - daemons that should run
 * @param running - the kernel's
 */
export function daemonChanges(
  wanted: readonly SyncDaemon[],
  running: readonly SyncDaemon[],
): DaemonChanges {
  return {
    stop: running
      .filter((each) => !wanted.some((other) => isWanted(other, each)))
      .map(({ role }) => role),
    start: wanted.filter((each) => !running.some((other) => isWanted(each, other))),
  };
}

/** What is not wanted in particular may be as it is. */
function isWanted(wanted: SyncDaemon, running: SyncDaemon): boolean {
  const made = asMade(wanted);
  const names = Object.keys(made) as (keyof SyncDaemon)[];
  return names.every((name) => made[name] === running[name]);
}

/** Who listens takes packets of this length at least, whatever it is told. */
const LISTENED_MIN = 1024;
/** Of a packet in all, and what its headers take of that: UDP's, and those of IPv4 or IPv6. */
const PACKET_MAX = 65_535;
const HEADERS = { 4: 28, 6: 48 } as const;

/** @returns the daemon as the kernel makes it, which has limits of its own */
function asMade(daemon: SyncDaemon): SyncDaemon {
  const { role, group, maximumLength } = daemon;
  if (maximumLength === undefined) return daemon;
  const most = PACKET_MAX - HEADERS[group === undefined ? 4 : ipFamily(group)];
  const least = role === 'backup' ? LISTENED_MIN : 1;
  return { ...daemon, maximumLength: Math.min(most, Math.max(least, maximumLength)) };
}
