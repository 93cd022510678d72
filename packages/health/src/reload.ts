/**
 * A virtual server under new settings: what is still configured keeps its state, what is new
 * starts, what is gone says goodbye.
 * @see inventory §4.10
 */
import type { Instant } from '@tandem/time';
import type { WeightAdjustment } from './adjustment.ts';
import type { CheckState } from './check.ts';
import type { Drain } from './drain.ts';
import type { VirtualServerEffect } from './effect.ts';
import { formatRealServer, formatVirtualServer } from './naming.ts';
import type { CheckSettings } from './check-settings.ts';
import type { RealServerSettings, VirtualServerSettings } from './settings.ts';
import type { Ramp } from './slow-start.ts';
import { drainNotice, removalNotice, removedServer } from './removed-server.ts';
import { sorryNotice } from './sorry-server.ts';
import {
  evaluateQuorum,
  firstNotices,
  flipText,
  notify,
  quorumMailBody,
  quorumNotices,
  realServerMail,
  startRealServer,
  type HealthOptions,
  type RealServerState,
  type VirtualServerState,
  type VirtualServerStep,
} from './virtual-server.ts';
import { weightNotices } from './weight.ts';

/** What a predecessor in a dead process is known to have thought of a virtual server. */
export interface RememberedVirtualServer {
  readonly quorumUp: boolean;
  readonly realServers: readonly {
    readonly address: string;
    readonly port: number;
    readonly ramp?: Ramp;
    readonly drain?: Drain;
    /** It was configured no longer. */
    readonly isRemoved?: true;
    readonly checks: readonly RememberedCheck[];
  }[];
}

/** What is known of one checker of a dead process. */
export interface RememberedCheck {
  readonly type: string;
  readonly up: boolean;
  readonly hasRun: boolean;
  /** What it wants of the weight; absent: nothing. */
  readonly adjustment?: WeightAdjustment;
}

/** A reload in two parts: of all virtual servers, the first comes before the second of any. */
export interface VirtualServerReload extends VirtualServerStep {
  /** Of what is gone or otherwise than before. */
  readonly partings: readonly VirtualServerEffect[];
}

/**
 * @param state - under the old settings
 * @param settings - the new ones, for the same address, port and protocol or mark
 * @param options - the time, and choices of global_defs
 */
export function reloadVirtualServer(
  state: VirtualServerState,
  settings: VirtualServerSettings,
  { now, ...options }: { readonly now: Instant } & HealthOptions,
): VirtualServerReload {
  const partings: VirtualServerEffect[] = [];
  const added: RealServerState[] = [];
  const leaving: RealServerState[] = [];
  for (const old of state.realServers) {
    if (settings.realServers.some((each) => sameServer(each, old.settings))) continue;
    const rest = removedServer({ ...state, settings }, old, now);
    if (rest !== undefined) leaving.push(rest);
    partings.push(...farewell(state.settings, old, rest));
  }
  const realServers = settings.realServers.map((server) => {
    const old = state.realServers.find((each) => sameServer(each.settings, server));
    // One that has been removed, and is wanted again, begins as any other that is new.
    if (old === undefined || old.isRemoved === true) {
      const begun = startRealServer(server);
      added.push(begun);
      return begun;
    }
    const next = reloadRealServer(old, server);
    partings.push(...realServerChanges(settings, old, next));
    return next;
  });
  realServers.push(...leaving);
  const quorum = evaluateQuorum({ settings, quorumUp: state.quorumUp, realServers });
  return {
    state: quorum.state,
    partings,
    effects: [
      ...sorryChanges(state, settings),
      { type: 'table-changed' },
      ...firstNotices(settings, added, options),
      ...quorum.effects,
      { type: 'state-changed' },
    ],
  };
}

/**
 * @param state - of a virtual server that is configured no longer
 * @returns what the log, scripts and mails say about it
 */
export function removeVirtualServer(state: VirtualServerState): readonly VirtualServerEffect[] {
  const { settings } = state;
  const { key } = settings;
  const name = key.kind === 'group' ? `Group [${key.name}]` : formatVirtualServer(key);
  const effects: VirtualServerEffect[] = [
    { type: 'log', level: 'info', text: `Removing Virtual Server ${name}` },
  ];
  for (const server of state.realServers) {
    if (server.up && server.isRemoved !== true) effects.push(...goodbye(settings, server));
  }
  if (state.quorumUp) {
    const empty = { ...state, realServers: [] };
    effects.push(...quorumNotices(settings, false, () => quorumMailBody(empty, 'Lost quorum')));
  }
  return [...effects, { type: 'table-changed' }, { type: 'state-changed' }];
}

/**
 * A virtual server of a process that died, taken over: nothing is announced, because nothing
 * changed, unless the settings have, and the quorum with them. Real servers that were down stay down
 * until a check says otherwise.
 * @param settings - the virtual server
 * @param memory - what is known of it
 */
export function restoreVirtualServer(
  settings: VirtualServerSettings,
  memory: RememberedVirtualServer,
): VirtualServerStep {
  const realServers = settings.realServers.map((server): RealServerState => {
    const remembered = memory.realServers.find((each) => sameServer(each, server));
    // One that had been removed, and is wanted again, begins as any other that is new.
    if (remembered === undefined || remembered.isRemoved === true) return startRealServer(server);
    const checksUp = server.checks.map((check, i) => {
      const known = remembered.checks[i];
      return known?.type === check.type && known.hasRun ? known.up : !check.alpha;
    });
    const adjustments = server.checks.map((check, i) => {
      const known = remembered.checks[i];
      return known?.type === check.type ? known.adjustment : undefined;
    });
    const state = { settings: server, checksUp, adjustments, up: !checksUp.includes(false) };
    return { ...state, ...kept(server, remembered) };
  });
  return evaluateQuorum({ settings, quorumUp: memory.quorumUp, realServers });
}

/**
 * Which old checker goes on as which new one: the same settings, in the same order if there are
 * several of them.
 * @param old - states of the checkers of a real server before the reload
 * @param settings - its checkers after it
 * @returns for each new checker the old state, or undefined for a new one
 */
export function matchChecks(
  old: readonly CheckState[],
  settings: readonly CheckSettings[],
): readonly (CheckState | undefined)[] {
  const left = [...old];
  return settings.map((each) => {
    const text = JSON.stringify(each);
    const i = left.findIndex((state) => JSON.stringify(state.settings) === text);
    return i < 0 ? undefined : left.splice(i, 1)[0];
  });
}

/** A new checker of a known server shares the server's state until it has run. */
function reloadRealServer(old: RealServerState, settings: RealServerSettings): RealServerState {
  const oldTexts = old.settings.checks.map((check) => JSON.stringify(check));
  const before = settings.checks.map((check) => {
    const i = oldTexts.indexOf(JSON.stringify(check));
    if (i >= 0) oldTexts[i] = '';
    return i;
  });
  const checksUp = before.map((i) => old.checksUp[i] ?? old.up);
  const adjustments = before.map((i) => old.adjustments[i]);
  const state = { settings, checksUp, adjustments, up: !checksUp.includes(false) };
  return { ...state, ...kept(settings, old) };
}

/** What is no matter of its checkers. */
function kept(
  { slowStart }: RealServerSettings,
  { ramp, drain }: Pick<RealServerState, 'ramp' | 'drain'>,
): Pick<RealServerState, 'ramp' | 'drain'> {
  return {
    ...(ramp !== undefined && slowStart !== undefined && { ramp }),
    ...(drain !== undefined && { drain }),
  };
}

function realServerChanges(
  settings: VirtualServerSettings,
  old: RealServerState,
  next: RealServerState,
): readonly VirtualServerEffect[] {
  const effects: VirtualServerEffect[] = [...weightNotices(settings, old, next)];
  if (old.up !== next.up) {
    effects.push({ type: 'log', level: 'info', text: flipText(settings, next) });
    effects.push(...notify(settings, next.settings, next.up));
  }
  return effects;
}

/** Another sorry server takes the place of the one that serves. */
function sorryChanges(
  { settings: old, quorumUp }: VirtualServerState,
  settings: VirtualServerSettings,
): readonly VirtualServerEffect[] {
  const [before, after] = [old.sorryServer, settings.sorryServer];
  if (quorumUp || JSON.stringify(before) === JSON.stringify(after)) return [];
  return [
    ...(before === undefined ? [] : [sorryNotice(old, before, false)]),
    ...(after === undefined ? [] : [sorryNotice(settings, after, true)]),
  ];
}

/** @param rest - what is left of it for a while, if anything */
function farewell(
  settings: VirtualServerSettings,
  server: RealServerState,
  rest: RealServerState | undefined,
): readonly VirtualServerEffect[] {
  if (server.isRemoved === true) return rest === undefined ? [removalNotice(settings, server)] : [];
  const name = formatRealServer(settings.key, server.settings);
  const text = `service ${name} no longer exist`;
  const effects: readonly VirtualServerEffect[] = [{ type: 'log', level: 'info', text }];
  if (server.up) return [...effects, ...goodbye(settings, server, rest)];
  if (!server.settings.inhibitOnFailure) return effects;
  if (rest !== undefined) return [...effects, drainNotice(settings, rest)];
  const removing = `Removing (inhibited) service ${name} from VS ${formatVirtualServer(settings.key)}`;
  return [...effects, { type: 'log', level: 'info', text: removing }];
}

function goodbye(
  settings: VirtualServerSettings,
  server: RealServerState,
  rest?: RealServerState,
): readonly VirtualServerEffect[] {
  return [
    rest === undefined ? removalNotice(settings, server) : drainNotice(settings, rest),
    ...notify(settings, server.settings, false),
    ...realServerMail(settings, server.settings, { up: false, body: '=> Removing <=' }),
  ];
}

function sameServer(
  a: { readonly address: string; readonly port: number },
  b: { readonly address: string; readonly port: number },
): boolean {
  return a.address === b.address && a.port === b.port;
}
