/**
 * One virtual server: which real servers take traffic, and whether there are enough of them.
 * Hears of checkers only that they changed their mind; knows nothing of timers and of the kernel.
 * @see inventory §4.2–4.5
 */
import type { WeightAdjustment } from './adjustment.ts';
import { drainNotices, stepDrain, type Drain, type DrainEvent } from './drain.ts';
import type { LogEffect, VirtualServerEffect } from './effect.ts';
import { formatRealServer, formatVirtualServer } from './naming.ts';
import { formatMail, formatNews, hasQuorum, type QuorumNews } from './quorum.ts';
import type { CommandSettings } from './check-settings.ts';
import type { RealServerSettings, VirtualServerSettings } from './settings.ts';
import { FIRST_STEP, nextStep, type Ramp } from './slow-start.ts';
import { sorryNotices } from './sorry-server.ts';
import { slowStartNotices, weightNotices, weightOf } from './weight.ts';

/** A real server and what its checkers think. */
export interface RealServerState {
  readonly settings: RealServerSettings;
  /** In the order of `settings.checks`. */
  readonly checksUp: readonly boolean[];
  /** What they want of the weight, in the same order. */
  readonly adjustments: readonly (WeightAdjustment | undefined)[];
  /** Takes traffic: no checker has failed. */
  readonly up: boolean;
  /** It came back a moment ago; absent: it has its whole weight. */
  readonly ramp?: Ramp;
  /** Somebody wants it out; absent: nobody does. */
  readonly drain?: Drain;
  /** It is configured no longer: it drains, with a time limit and without checks, and that is all. */
  readonly isRemoved?: true;
}

/** All that a virtual server remembers. */
export interface VirtualServerState {
  readonly settings: VirtualServerSettings;
  readonly quorumUp: boolean;
  /** In the order of the settings, then those that are removed. */
  readonly realServers: readonly RealServerState[];
}

/** What can happen to a virtual server. */
export type VirtualServerEvent =
  | CheckerEvent
  | DrainEvent
  /** A step of a slow start is over. */
  | { readonly type: 'ramp-step'; readonly realServer: number };

/** A checker changed its mind, or wants another weight. */
type CheckerEvent = {
  /** Positions in the settings. */
  readonly realServer: number;
  readonly check: number;
} & (
  | { readonly type: 'check-changed'; readonly up: boolean; readonly mailBody: string | undefined }
  | { readonly type: 'weight-changed'; readonly adjustment: WeightAdjustment | undefined }
);

/** A new state and what it asks for. */
export interface VirtualServerStep {
  readonly state: VirtualServerState;
  readonly effects: readonly VirtualServerEffect[];
}

/** Choices of global_defs. */
export interface HealthOptions {
  /** Mail when a real server changes, not at each of its checkers. */
  readonly noCheckerEmails: boolean;
  /** Run notify_up of real servers that begin, at start or at a reload, and are up. */
  readonly rsInitNotifies: boolean;
}

/**
 * Everything takes traffic at once, except real servers with an alpha checker.
 * @param settings - the virtual server
 * @param options - choices of global_defs
 */
export function startVirtualServer(
  settings: VirtualServerSettings,
  options?: HealthOptions,
): VirtualServerStep {
  const state: VirtualServerState = {
    settings,
    quorumUp: false,
    realServers: settings.realServers.map(startRealServer),
  };
  const quorum = evaluateQuorum(state, true);
  const down = quorum.state.quorumUp ? [] : startDown(quorum.state);
  return {
    state: quorum.state,
    effects: [
      { type: 'table-changed' },
      ...firstNotices(settings, state.realServers, options),
      ...quorum.effects,
      ...down,
      { type: 'state-changed' },
    ],
  };
}

/**
 * @param added - real servers that begin
 * @param options - choices of global_defs
 * @returns what scripts and FIFOs are told of those that are up, if somebody wants that
 */
export function firstNotices(
  settings: VirtualServerSettings,
  added: readonly RealServerState[],
  options?: HealthOptions,
): readonly VirtualServerEffect[] {
  if (options?.rsInitNotifies !== true) return [];
  return added.filter(({ up }) => up).flatMap((each) => notify(settings, each.settings, true));
}

/** A start without quorum is news only where a sorry server takes over. */
function startDown(state: VirtualServerState): readonly VirtualServerEffect[] {
  const { settings } = state;
  if (settings.sorryServer === undefined) return [];
  const news = 'Starting with quorum down';
  const text = formatNews(news, weightSum(state), settings);
  return [
    info(`${text} for VS ${formatVirtualServer(settings.key)}`),
    ...sorryNotices(settings, true),
    ...quorumNotices(settings, false, () => quorumMailBody(state, news)),
  ];
}

/** Most real servers of thousands have no checker. */
const NONE: readonly never[] = [];

/**
 * @param settings - a real server
 * @returns it with every checker in its initial state
 */
export function startRealServer(settings: RealServerSettings): RealServerState {
  if (settings.checks.length === 0)
    return { settings, checksUp: NONE, adjustments: NONE, up: true };
  const checksUp = settings.checks.map((check) => !check.alpha);
  const adjustments = settings.checks.map(() => undefined);
  return { settings, checksUp, adjustments, up: !checksUp.includes(false) };
}

/**
 * @param state - of one virtual server
 * @param event - what happened
 * @param options - choices of global_defs
 */
export function stepVirtualServer(
  state: VirtualServerState,
  event: VirtualServerEvent,
  options: HealthOptions,
): VirtualServerStep {
  const old = state.realServers[event.realServer];
  if (old === undefined) return { state, effects: [] };
  if (event.type === 'ramp-step') return climb(state, old, event.realServer);
  if (!('check' in event)) return followDrain(state, old, event);
  if (event.check >= old.checksUp.length) return { state, effects: [] };
  if (event.type === 'weight-changed') return changeWeight(state, old, event);
  if (old.checksUp[event.check] === event.up)
    return { state, effects: event.up ? [] : foundDown(state, old, { event, options }) };
  const checksUp = old.checksUp.with(event.check, event.up);
  // A checker that fails has nothing more to say of the weight.
  const adjustments = event.up ? old.adjustments : old.adjustments.with(event.check, undefined);
  const server = withRamp({ ...old, checksUp, adjustments, up: !checksUp.includes(false) }, old);
  const next = { ...state, realServers: state.realServers.with(event.realServer, server) };
  const mails =
    event.mailBody === undefined || (server.up === old.up && options.noCheckerEmails)
      ? []
      : realServerMail(state.settings, server.settings, { up: server.up, body: event.mailBody });
  if (server.up === old.up) return { state: next, effects: [...mails, { type: 'state-changed' }] };
  const quorum = evaluateQuorum(next);
  const effects: readonly VirtualServerEffect[] = [
    info(flipText(state.settings, server)),
    ...slowStartNotices(state.settings, old, server),
    { type: 'table-changed' },
    ...notify(state.settings, server.settings, server.up),
    ...quorum.effects,
    ...mails,
    { type: 'state-changed' },
  ];
  return { state: quorum.state, effects };
}

/** A checker that began as down (alpha) sees that the server is: keepalived tells of that as well. */
function foundDown(
  { settings }: VirtualServerState,
  server: RealServerState,
  { event, options }: { event: { readonly mailBody: string | undefined }; options: HealthOptions },
): readonly VirtualServerEffect[] {
  const told = notify(settings, server.settings, false);
  if (event.mailBody === undefined || options.noCheckerEmails) return told;
  return [
    ...told,
    ...realServerMail(settings, server.settings, { up: false, body: event.mailBody }),
  ];
}

/** What comes back begins slowly, and what goes down will. */
function withRamp({ ramp, ...server }: RealServerState, old: RealServerState): RealServerState {
  if (server.settings.slowStart === undefined || !server.up) return server;
  const step = old.up ? ramp : FIRST_STEP;
  return step === undefined ? server : { ...server, ramp: step };
}

function followDrain(
  state: VirtualServerState,
  old: RealServerState,
  event: DrainEvent,
): VirtualServerStep {
  const server = stepDrain(old, event);
  if (server === old) return { state, effects: [] };
  const isGone = server.isRemoved === true && server.drain?.isDone === true;
  const realServers = isGone
    ? state.realServers.toSpliced(event.realServer, 1)
    : state.realServers.with(event.realServer, server);
  const quorum = evaluateQuorum({ ...state, realServers });
  const effects: readonly VirtualServerEffect[] = [
    ...drainNotices(state.settings, old, server),
    ...weightNotices(state.settings, old, server),
    { type: 'table-changed' },
    ...quorum.effects,
    { type: 'state-changed' },
  ];
  return { state: quorum.state, effects };
}

/** Only its last step is a line in the log. */
function climb(state: VirtualServerState, old: RealServerState, index: number): VirtualServerStep {
  const { ramp, ...server } = old;
  if (ramp === undefined) return { state, effects: [] };
  const step = nextStep(ramp);
  const next = { ...server, ...(step !== undefined && { ramp: step }) };
  const realServers = state.realServers.with(index, next);
  return {
    state: { ...state, realServers },
    effects: [
      ...slowStartNotices(state.settings, old, next),
      { type: 'table-changed' },
      { type: 'state-changed' },
    ],
  };
}

function changeWeight(
  state: VirtualServerState,
  old: RealServerState,
  event: CheckerEvent & { readonly type: 'weight-changed' },
): VirtualServerStep {
  const adjustments = old.adjustments.with(event.check, event.adjustment);
  const server = { ...old, adjustments };
  const next = { ...state, realServers: state.realServers.with(event.realServer, server) };
  if (weightOf(server) === weightOf(old)) return { state: next, effects: [] };
  const said = weightNotices(state.settings, old, server);
  const quorum = server.up ? evaluateQuorum(next) : { state: next, effects: [] };
  return {
    state: quorum.state,
    effects: [...said, { type: 'table-changed' }, ...quorum.effects, { type: 'state-changed' }],
  };
}

/**
 * What the log, scripts and mails say when the daemon stops; the table itself is the caller's.
 * @param state - of one virtual server
 */
export function stopVirtualServer(state: VirtualServerState): readonly VirtualServerEffect[] {
  const { settings } = state;
  const virtualServer = formatVirtualServer(settings.key);
  const effects: VirtualServerEffect[] = [];
  for (const server of state.realServers) {
    // Of what is removed, all has been said then.
    if (server.isRemoved === true) continue;
    const name = formatRealServer(settings.key, server.settings);
    const kind = !server.up && server.settings.inhibitOnFailure ? '(inhibited) service' : 'service';
    effects.push(info(`Shutting down ${kind} ${name} from VS ${virtualServer}`));
    if (!settings.omega || !server.up) continue;
    effects.push(...notify(settings, server.settings, false));
    const mail = { up: false, body: '=> Shutting down <=' };
    effects.push(...realServerMail(settings, server.settings, mail));
  }
  if (settings.omega && state.quorumUp)
    effects.push(...quorumNotices(settings, false, () => '=> Shutting down <='));
  return effects;
}

/**
 * @param state - of one virtual server
 * @returns what its quorum is compared with
 */
export function weightSum(state: VirtualServerState): number {
  return state.realServers.reduce((sum, each) => sum + (each.up ? weightOf(each) : 0), 0);
}

/**
 * @param state - after its real servers changed
 * @param isStart - where a sorry server has not served before
 * @returns the state with the quorum that follows, and what is said and run if that is news
 */
export function evaluateQuorum(state: VirtualServerState, isStart = false): VirtualServerStep {
  const { settings } = state;
  const sum = weightSum(state);
  const quorumUp = hasQuorum(state.quorumUp, sum, settings);
  if (quorumUp === state.quorumUp) return { state, effects: [] };
  const gained = isStart ? 'Starting with quorum up' : 'Gained quorum';
  const news = quorumUp ? gained : 'Lost quorum';
  const effects: readonly VirtualServerEffect[] = [
    info(`${formatNews(news, sum, settings)} for VS ${formatVirtualServer(settings.key)}`),
    ...(isStart ? [] : sorryNotices(settings, !quorumUp)),
    ...quorumNotices(settings, quorumUp, () => quorumMailBody(state, news)),
  ];
  return { state: { ...state, quorumUp }, effects };
}

/** @returns the text of the mail about a quorum */
export function quorumMailBody(state: VirtualServerState, news: QuorumNews): string {
  return formatMail(news, weightSum(state), state.settings);
}

/** @returns the script, the line for FIFOs and the mail of a quorum that was gained or lost */
export function quorumNotices(
  settings: VirtualServerSettings,
  up: boolean,
  mailBody: () => string,
): readonly VirtualServerEffect[] {
  const name = formatVirtualServer(settings.key);
  const effects: VirtualServerEffect[] = [];
  const command = up ? settings.quorumUp : settings.quorumDown;
  effects.push(...script(command, `VS ${name} quorum_${up ? 'up' : 'down'}`));
  const word = up ? 'UP' : 'DOWN';
  effects.push({ type: 'fifo', line: `VS ${name} ${word}` });
  const subject = `Virtualserver ${name} - ${word}`;
  if (settings.smtpAlert) effects.push({ type: 'mail', subject, body: mailBody() });
  return effects;
}

/** @returns the notify script of a real server, if it has one, and what FIFOs are told */
export function notify(
  settings: VirtualServerSettings,
  server: RealServerSettings,
  up: boolean,
): readonly VirtualServerEffect[] {
  const name = formatRealServer(settings.key, server);
  const virtualServer = formatVirtualServer(settings.key);
  const command = up ? server.notifyUp : server.notifyDown;
  // Scripts about one thing wait for each other, and it is another one in another virtual server.
  const purpose = `RS ${name} of VS ${virtualServer} notify_${up ? 'up' : 'down'}`;
  const line = `RS ${name} ${virtualServer} ${up ? 'UP' : 'DOWN'}`;
  return [...script(command, purpose), { type: 'fifo', line }];
}

/** @returns the mail about a real server, unless it wants none */
export function realServerMail(
  settings: VirtualServerSettings,
  server: RealServerSettings,
  news: { readonly up: boolean; readonly body: string },
): readonly VirtualServerEffect[] {
  if (!server.smtpAlert) return [];
  const name = formatRealServer(settings.key, server);
  const virtualServer = formatVirtualServer(settings.key);
  const word = news.up ? 'UP' : 'DOWN';
  const subject = `Realserver ${name} of virtual server ${virtualServer} - ${word}`;
  return [{ type: 'mail', subject, body: news.body }];
}

/** @returns `Removing service … from VS …` and its like */
export function flipText(settings: VirtualServerSettings, server: RealServerState): string {
  const name = formatRealServer(settings.key, server.settings);
  const virtualServer = formatVirtualServer(settings.key);
  if (server.settings.inhibitOnFailure)
    return `${server.up ? 'Enabling' : 'Disabling'} service ${name} of VS ${virtualServer}`;
  return server.up
    ? `Adding service ${name} to VS ${virtualServer}`
    : `Removing service ${name} from VS ${virtualServer}`;
}

function script(
  command: CommandSettings | undefined,
  purpose: string,
): readonly VirtualServerEffect[] {
  return command === undefined ? [] : [{ type: 'script', command, purpose }];
}

function info(text: string): LogEffect {
  return { type: 'log', level: 'info', text };
}
