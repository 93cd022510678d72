/**
 * Real servers that are configured no longer, and keep their connections for a while where the
 * virtual server wants that: weight 0, no checks, out with the last connection or after their time.
 */
import { after, type Duration, type Instant } from '@tandem/time';
import type { LogEffect } from './effect.ts';
import { formatRealServer, formatVirtualServer } from './naming.ts';
import { tableWeight } from './serving.ts';
import type { RealServerSettings, VirtualServerKey, VirtualServerSettings } from './settings.ts';
import type { RealServerState, VirtualServerState, VirtualServerStep } from './virtual-server.ts';

type Place = Pick<RealServerSettings, 'address' | 'port' | 'forwarding'>;

/** What the kernel's table has of a destination that nobody has configured. */
export type Leftover = Pick<RealServerSettings, 'address' | 'port' | 'forwarding' | 'tunnel'>;

/**
 * @param state - of the virtual server, with its new settings
 * @param server - a real server that these do not have
 * @returns what is left of it; undefined: nothing, as it is not in the table, or is not to stay
 */
export function removedServer(
  state: VirtualServerState,
  server: RealServerState,
  now: Instant,
): RealServerState | undefined {
  const { drainOnRemoval } = state.settings;
  if (drainOnRemoval === undefined) return undefined;
  if (server.isRemoved === true) return server;
  const isThere = tableWeight(state, server) !== undefined;
  return isThere ? leaving(server.settings, after(now, drainOnRemoval)) : undefined;
}

/** Of what was there before the process. */
export interface Adoption {
  readonly now: Instant;
  /** When one that a dead process knew was to go; undefined: nobody has said. */
  readonly untilOf: (server: Leftover) => Instant | undefined;
}

/**
 * After a start: what the table has of another configuration, or of a process that has died, keeps
 * its connections as after a reload.
 * @param state - of a virtual server
 * @param leftovers - destinations of its services, but for those that are known to be somebody
 *   else's; those that it knows are none
 */
export function adoptLeftovers(
  state: VirtualServerState,
  leftovers: readonly Leftover[],
  adoption: Adoption,
): VirtualServerStep {
  const { drainOnRemoval, key, sorryServer } = state.settings;
  if (drainOnRemoval === undefined) return { state, effects: [] };
  const known: Leftover[] = state.realServers.map(({ settings }) => settings);
  if (sorryServer !== undefined) known.push(sorryServer);
  const added: RealServerState[] = [];
  for (const each of leftovers) {
    if (known.some((other) => isSameServer(key, each, other))) continue;
    known.push(each);
    added.push(leaving(each, untilOf(each, drainOnRemoval, adoption)));
  }
  if (added.length === 0) return { state, effects: [] };
  return {
    state: { ...state, realServers: [...state.realServers, ...added] },
    effects: [
      ...added.map((each) =>
        drainNotice(state.settings, each, 'is in the table, and not configured'),
      ),
      { type: 'table-changed' },
      { type: 'state-changed' },
    ],
  };
}

/**
 * @param key - of the virtual server that both belong to
 * @returns whether both are one real server; in the table, one of a group has any port, unless it is
 *   NAT
 */
export function isSameServer(key: VirtualServerKey, one: Place, other: Place): boolean {
  if (one.address !== other.address) return false;
  if (one.port === other.port) return true;
  return key.kind === 'group' && one.forwarding !== 'NAT' && other.forwarding !== 'NAT';
}

/** A word of a dead process counts, unless it allows more than there is now. */
function untilOf(server: Leftover, limit: Duration, adoption: Adoption): Instant {
  const latest = after(adoption.now, limit);
  const remembered = adoption.untilOf(server);
  return remembered !== undefined && remembered < latest ? remembered : latest;
}

/** @returns that its connections are what it stays for, and why */
export function drainNotice(
  { key }: VirtualServerSettings,
  { settings }: RealServerState,
  why = 'is configured no longer',
): LogEffect {
  const name = `service ${formatRealServer(key, settings)} of VS ${formatVirtualServer(key)}`;
  return { type: 'log', level: 'info', text: `Draining ${name}: it ${why}` };
}

/** @returns that it is out */
export function removalNotice(
  { key }: VirtualServerSettings,
  { settings }: RealServerState,
): LogEffect {
  const text = `Removing service ${formatRealServer(key, settings)} from VS ${formatVirtualServer(key)}`;
  return { type: 'log', level: 'info', text };
}

function leaving({ address, port, forwarding, tunnel }: Leftover, until: Instant): RealServerState {
  const settings: RealServerSettings = {
    address,
    port,
    weight: 0,
    forwarding,
    ...(tunnel !== undefined && { tunnel }),
    inhibitOnFailure: false,
    upperThreshold: 0,
    lowerThreshold: 0,
    smtpAlert: false,
    checks: [],
  };
  const drain = { isDone: false, until };
  return { settings, checksUp: [], adjustments: [], up: true, drain, isRemoved: true };
}
