/**
 * What the supervisor decides: when a child is started, restarted, reloaded, stopped or killed,
 * and when the daemon ends and with which status. It knows no process, signal or clock.
 */
import { after, earliest, isDue, seconds, type Duration, type Instant } from '@tandem/time';
import type { ChildName } from '../ipc.ts';

/** How a process ended. */
export interface Ending {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

interface Child {
  readonly phase: 'absent' | 'running' | 'waiting' | 'stopping';
  readonly startedAt: Instant | undefined;
  /** Deaths in a row that each came soon after the start. */
  readonly quickDeaths: number;
  readonly restarts: number;
  /** When to ping next (running), to start again (waiting) or to kill (stopping). */
  readonly deadline: Instant | undefined;
  /** Pings since it last answered one. */
  readonly unanswered: number;
  /** Whether it has ever answered one. */
  readonly hasAnswered: boolean;
  /** Reloads that it was told and has not done yet, and pings since it was told or did one. */
  readonly reloads: number;
  readonly reloading: number;
}

/** All that the supervisor remembers. */
export interface SupervisorState {
  readonly phase: 'running' | 'stopping' | 'stopped';
  readonly children: Readonly<Record<ChildName, Child>>;
  /** What the configuration in force needs. */
  readonly wanted: readonly ChildName[];
  readonly childWait: Duration;
  readonly respawn: boolean;
  readonly exitStatus: number;
}

/** What a configuration wants. */
interface Orders {
  readonly wanted: readonly ChildName[];
  /** Limit of an orderly end of each child, then SIGKILL; absent: as before. @see keepalived.conf(5) child_wait_time */
  readonly childWait?: Duration;
}

/** What happens to the supervisor. */
export type SupervisorEvent =
  | ({ readonly type: 'start' } & Orders)
  /** A configuration was accepted; children may be needed that were not, or no longer. */
  | ({ readonly type: 'reload' } & Orders)
  | { readonly type: 'stop' }
  /** A child has answered a ping. */
  | { readonly type: 'alive'; readonly name: ChildName }
  /** A child has done the first of the reloads that it was told. */
  | { readonly type: 'reloaded'; readonly name: ChildName }
  | ({ readonly type: 'exited'; readonly name: ChildName; readonly pid: number } & Ending)
  | { readonly type: 'timer' };

type ExitedEvent = Extract<SupervisorEvent, { type: 'exited' }>;

/** What the supervisor has to do, in order. */
export type SupervisorEffect =
  | { readonly type: 'spawn'; readonly name: ChildName; readonly replacement: boolean }
  | { readonly type: 'reload'; readonly name: ChildName }
  | { readonly type: 'stop'; readonly name: ChildName }
  | { readonly type: 'kill'; readonly name: ChildName }
  /** To be answered by an `alive` event. */
  | { readonly type: 'ping'; readonly name: ChildName }
  /** A child is gone for now without having put things in order: do it in its place. */
  | { readonly type: 'clean-up'; readonly name: ChildName }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'finish'; readonly exitStatus: number };

/** State and effects after a step. */
export interface SupervisorStep {
  readonly state: SupervisorState;
  readonly effects: readonly SupervisorEffect[];
}

/** Until a configuration says otherwise. */
const CHILD_WAIT: Duration = seconds(5);
/** A child that lived this long died of something new: it is started again at once. */
const HEALTHY_LIFE: Duration = seconds(30);
/** Short, as the last answer says how old the last advert of a dead process may be. */
const PING_PERIOD: Duration = seconds(0.25);
/**
 * Pings in a row that may stay without an answer. Somebody else takes over the addresses of a vrrp
 * process that hangs; an ipvs process may be busy with a large table.
 */
const UNANSWERED_MAX: Readonly<Record<ChildName, number>> = { vrrp: 12, bfd: 12, ipvs: 40 };
/** The same for a process that has yet to come up. */
const UNANSWERED_AT_START_MAX = 120;
/**
 * Pings that a reload may take. Until it is done the vrrp process hears of no script, process or
 * session, nor can it leave in order: it would stay master whatever fails. Its successor goes on as
 * master in its place. The others only say that it is late.
 */
const RELOADING_MAX: Readonly<Partial<Record<ChildName, number>>> = { vrrp: 240 };
const RESPAWN_DELAY_MAX_SECONDS = 60;
/** A successor that comes sooner than that may go on as master. */
const CLEAN_UP_DELAY_SECONDS = 2;
/** Exit statuses that a restart would only repeat. @see keepalived(8) EXIT STATUS */
const PERMANENT: Readonly<Record<number, string>> = { 2: 'CONFIG', 4: 'MISSING PERMISSION' };
/** Node's, of a word on its command line that it does not know. @see Node.js, process exit codes */
export const INVALID_ARGUMENT = 9;
/** The order in which children leave: addresses first, so that traffic goes before its table. */
const STOP_ORDER: readonly ChildName[] = ['vrrp', 'ipvs', 'bfd'];
/** In the order in which they are shown. */
export const CHILD_NAMES: readonly ChildName[] = ['vrrp', 'ipvs', 'bfd'];
/** Of the children, in logs. */
export const TITLES: Readonly<Record<ChildName, string>> = {
  vrrp: 'VRRP',
  bfd: 'BFD',
  ipvs: 'Healthcheck',
};

const ABSENT: Child = {
  phase: 'absent',
  startedAt: undefined,
  quickDeaths: 0,
  restarts: 0,
  deadline: undefined,
  unanswered: 0,
  hasAnswered: false,
  reloads: 0,
  reloading: 0,
};

/**
 * @param respawn - whether a child that dies is started again (not with -R)
 * @returns the state before anything has happened
 */
export function createSupervisor(respawn: boolean): SupervisorState {
  return {
    phase: 'running',
    children: { vrrp: ABSENT, bfd: ABSENT, ipvs: ABSENT },
    wanted: [],
    childWait: CHILD_WAIT,
    respawn,
    exitStatus: 0,
  };
}

/**
 * @returns when the supervisor wants a `timer` event next
 */
export function supervisorDeadline(state: SupervisorState): Instant | undefined {
  return earliest(...STOP_ORDER.map((name) => state.children[name].deadline));
}

/**
 * Decides. The driver performs the effects in order and arms one timer for `supervisorDeadline`.
 * @param now - monotonic
 */
export function stepSupervisor(
  state: SupervisorState,
  event: SupervisorEvent,
  now: Instant,
): SupervisorStep {
  switch (event.type) {
    case 'start':
    case 'reload':
      return adjust(state, event, now);
    case 'stop':
      return stop(state, state.exitStatus, now);
    case 'alive':
      return alive(state, event.name);
    case 'reloaded':
      return reloaded(state, event.name);
    case 'exited':
      return exited(state, event, now);
    case 'timer':
      return due(state, now);
  }
}

/** Starts what is wanted and does not run, reloads what runs, stops what is no longer wanted. */
function adjust(
  state: SupervisorState,
  { wanted, childWait = state.childWait }: Orders,
  now: Instant,
): SupervisorStep {
  if (state.phase !== 'running') return { state, effects: [] };
  let next: SupervisorState = { ...state, wanted, childWait };
  const effects: SupervisorEffect[] = [];
  for (const name of STOP_ORDER) {
    const child = next.children[name];
    if (wanted.includes(name) && child.phase === 'absent') {
      effects.push({ type: 'spawn', name, replacement: false });
      next = withChild(next, name, started(ABSENT, now));
    } else if (wanted.includes(name) && child.phase === 'waiting') {
      // What it died of may be what the new configuration mends.
      effects.push({ type: 'spawn', name, replacement: true });
      next = withChild(next, name, started(child, now));
    } else if (wanted.includes(name) && child.phase === 'running') {
      effects.push({ type: 'reload', name });
      next = withChild(next, name, { ...child, reloads: child.reloads + 1 });
    } else if (!wanted.includes(name) && child.phase === 'running') {
      effects.push({ type: 'stop', name });
      next = withChild(next, name, stopping(child, next, now));
    } else if (!wanted.includes(name) && child.phase === 'waiting') {
      effects.push({ type: 'clean-up', name });
      next = withChild(next, name, ABSENT);
    }
  }
  return { state: next, effects };
}

/** Stops the first child that still runs; the next follows when that one has ended. */
function stop(state: SupervisorState, exitStatus: number, now: Instant): SupervisorStep {
  if (state.phase === 'stopped') return { state, effects: [] };
  let next: SupervisorState = { ...state, phase: 'stopping', exitStatus };
  const effects: SupervisorEffect[] = [];
  for (const name of STOP_ORDER) {
    if (next.children[name].phase !== 'waiting') continue;
    effects.push({ type: 'clean-up', name });
    next = withChild(next, name, ABSENT);
  }
  const name = STOP_ORDER.find((each) => next.children[each].phase !== 'absent');
  if (name === undefined) {
    effects.push({ type: 'finish', exitStatus: next.exitStatus });
    return { state: { ...next, phase: 'stopped' }, effects };
  }
  const child = next.children[name];
  if (child.phase === 'stopping') return { state: next, effects };
  effects.push({ type: 'stop', name });
  return { state: withChild(next, name, stopping(child, next, now)), effects };
}

function alive(state: SupervisorState, name: ChildName): SupervisorStep {
  const child = state.children[name];
  if (child.phase !== 'running') return { state, effects: [] };
  const answered = { ...child, unanswered: 0, hasAnswered: true };
  return { state: withChild(state, name, answered), effects: [] };
}

function reloaded(state: SupervisorState, name: ChildName): SupervisorStep {
  const child = state.children[name];
  const reloads = Math.max(0, child.reloads - 1);
  return { state: withChild(state, name, { ...child, reloads, reloading: 0 }), effects: [] };
}

function exited(state: SupervisorState, event: ExitedEvent, now: Instant): SupervisorStep {
  const { name, pid } = event;
  const child = state.children[name];
  const expected = child.phase === 'stopping';
  const inOrder = expected && event.code === 0;
  const cleanUp: readonly SupervisorEffect[] = inOrder ? [] : [{ type: 'clean-up', name }];
  const gone = withChild(state, name, { ...ABSENT, restarts: child.restarts });
  if (state.phase === 'stopping') return prepend(cleanUp, stop(gone, state.exitStatus, now));
  // It may have come to be wanted again while it was leaving; the new one cleans up, if need be.
  if (expected && state.wanted.includes(name)) {
    const spawn = { type: 'spawn', name, replacement: !inOrder } as const;
    return { state: withChild(state, name, started(ABSENT, now)), effects: [spawn] };
  }
  if (expected) return { state: gone, effects: cleanUp };

  // What a first start cannot do, no later one will. A replacement served before: what it lacks now,
  // an interface that is gone for a moment, may come back, and the other child serves on.
  const first = child.restarts === 0;
  const permanent = first && event.code !== undefined ? PERMANENT[event.code] : undefined;
  if (permanent !== undefined) {
    const log = `pid ${pid} exited with permanent error ${permanent}. Terminating`;
    return prepend([{ type: 'log', text: log }], stop(gone, event.code ?? 1, now));
  }
  const described = { type: 'log', text: `pid ${pid} ${describe(event)}` } as const;
  // Node knows not all of its options: it has done nothing yet, and the next one has none.
  const refused = first && event.code === INVALID_ARGUMENT;
  if (!state.respawn && !refused) return prepend([described, ...cleanUp], stop(gone, 1, now));
  return prepend([described], respawn(state, event, now));
}

function respawn(state: SupervisorState, event: ExitedEvent, now: Instant): SupervisorStep {
  const { name, pid } = event;
  const child = state.children[name];
  const healthy = child.startedAt === undefined || isDue(after(child.startedAt, HEALTHY_LIFE), now);
  const quickDeaths = healthy ? 0 : child.quickDeaths + 1;
  const delay = respawnDelaySeconds(quickDeaths);
  const title = TITLES[name];
  const effects: SupervisorEffect[] = [
    { type: 'log', text: `${title} child process(${pid}) died: Respawning` },
  ];
  const restarts = child.restarts + 1;
  if (delay > 0) {
    effects.push({
      type: 'log',
      text: `Restart of ${title} process delayed ${delay} seconds to limit respawn rate`,
    });
    // Its table goes on spreading traffic; its addresses are somebody else's by then, and its
    // sessions down at the other end.
    if (name !== 'ipvs' && delay >= CLEAN_UP_DELAY_SECONDS)
      effects.push({ type: 'clean-up', name });
    const deadline = after(now, seconds(delay));
    const waiting: Child = { ...ABSENT, phase: 'waiting', quickDeaths, restarts, deadline };
    return { state: withChild(state, name, waiting), effects };
  }
  effects.push({ type: 'spawn', name, replacement: true });
  const running = started({ ...ABSENT, quickDeaths, restarts }, now);
  return { state: withChild(state, name, running), effects };
}

/** 0, 0, 1, 2, 4 … 60: one quick death is an accident, more of them are a loop. */
function respawnDelaySeconds(quickDeaths: number): number {
  if (quickDeaths < 2) return 0;
  return Math.min(RESPAWN_DELAY_MAX_SECONDS, 2 ** Math.min(quickDeaths - 2, 10));
}

function due(state: SupervisorState, now: Instant): SupervisorStep {
  let next = state;
  const effects: SupervisorEffect[] = [];
  for (const name of STOP_ORDER) {
    const child = next.children[name];
    if (!isDue(child.deadline, now)) continue;
    if (child.phase === 'waiting') {
      effects.push({ type: 'spawn', name, replacement: true });
      next = withChild(next, name, started(child, now));
      continue;
    }
    const failure = failureOf(name, child);
    if (failure === undefined) {
      effects.push({ type: 'ping', name });
      next = withChild(next, name, pinged(child, now));
    } else {
      effects.push(
        { type: 'log', text: `${TITLES[name]} process ${failure}: killing it` },
        { type: 'kill', name },
      );
      next = withChild(next, name, { ...child, deadline: undefined });
    }
  }
  return { state: next, effects };
}

/**
 * Pings are counted, not time: what the supervisor itself sleeps through is nobody's fault.
 * @returns why a child whose time has come is to be killed
 */
function failureOf(name: ChildName, child: Child): string | undefined {
  if (child.phase !== 'running') return 'did not end in time';
  const unansweredMax = child.hasAnswered ? UNANSWERED_MAX[name] : UNANSWERED_AT_START_MAX;
  if (child.unanswered >= unansweredMax) return 'does not answer';
  const isStuck = child.reloading >= (RELOADING_MAX[name] ?? Infinity);
  return isStuck ? 'does not come to an end of its reload' : undefined;
}

function pinged(child: Child, now: Instant): Child {
  const unanswered = child.unanswered + 1;
  const reloading = child.reloads > 0 ? child.reloading + 1 : 0;
  return { ...child, unanswered, reloading, deadline: after(now, PING_PERIOD) };
}

/** The first ping goes out with the start. */
function started(child: Child, now: Instant): Child {
  return { ...child, phase: 'running', startedAt: now, deadline: now };
}

function stopping(child: Child, { childWait }: SupervisorState, now: Instant): Child {
  return { ...child, phase: 'stopping', deadline: after(now, childWait) };
}

function withChild(state: SupervisorState, name: ChildName, child: Child): SupervisorState {
  return { ...state, children: { ...state.children, [name]: child } };
}

function prepend(effects: readonly SupervisorEffect[], step: SupervisorStep): SupervisorStep {
  return { state: step.state, effects: [...effects, ...step.effects] };
}

function describe(ending: Ending): string {
  return ending.signal === undefined
    ? `exited with status ${ending.code ?? 'unknown'}`
    : `exited due to signal ${ending.signal}`;
}
