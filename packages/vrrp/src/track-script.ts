/**
 * The machine of one tracked script: when it is run, and what its results mean. Knows no process
 * and no clock.
 * @see inventory §2.5, §3.8
 */
import type { Duration, Instant } from '@tandem/time';
import { after, earliest, isDue } from '@tandem/time';
import type { TrackedValue } from './ledger.ts';
import type { TrackScriptSettings } from './settings.ts';

/** How one run has ended. */
export type ScriptResult =
  | { readonly type: 'exited'; readonly status: number }
  | { readonly type: 'signalled'; readonly signal: number }
  | { readonly type: 'timed-out' }
  /** It could not be started. */
  | { readonly type: 'not-run'; readonly reason: string };

/** Everything that a script's results have left behind. */
export interface TrackScriptState {
  readonly settings: TrackScriptSettings;
  /** From 0 to rise + fall - 1; good from `rise` on. */
  readonly counter: number;
  /** What instances are told; undefined until the first run has ended. */
  readonly value: TrackedValue;
  /** Why it could not be run, the last time that it could not; absent: it could. */
  readonly obstacle?: string;
  /** Of the last run that exited. */
  readonly lastStatus: number;
  readonly running: boolean;
  /** When the next run is due. */
  readonly deadline: Instant | undefined;
}

/** What happens to a script. */
export type TrackScriptEvent =
  /** @param inherited - its last value in a process that died */
  | { readonly type: 'start'; readonly inherited?: boolean | 'disabled' }
  | { readonly type: 'timer' }
  | { readonly type: 'ended'; readonly result: ScriptResult }
  /** New settings with the same command. */
  | { readonly type: 'reconfigure'; readonly settings: TrackScriptSettings };

/** What the driver must do, in this order. */
export type TrackScriptEffect =
  | { readonly type: 'run'; readonly timeout: Duration }
  | { readonly type: 'log'; readonly level: 'info' | 'warning'; readonly text: string }
  /** `value` is another one. */
  | { readonly type: 'changed' };

interface Turn {
  state: TrackScriptState;
  readonly effects: TrackScriptEffect[];
}

/**
 * @param settings - of the script
 * @returns a script that waits for a `start` event; the first success makes it good, unless it is
 *   to start as failed
 */
export function createTrackScript(settings: TrackScriptSettings): TrackScriptState {
  return {
    settings,
    counter: settings.initFail ? 0 : settings.rise - 1,
    value: undefined,
    lastStatus: 0,
    running: false,
    deadline: undefined,
  };
}

/**
 * @param state - as `createTrackScript` or the last step returned it
 * @param now - when; not before that of the last step
 * @returns the new state, and what to do, in order
 */
export function stepTrackScript(
  state: TrackScriptState,
  event: TrackScriptEvent,
  now: Instant,
): { readonly state: TrackScriptState; readonly effects: readonly TrackScriptEffect[] } {
  const turn: Turn = { state, effects: [] };
  switch (event.type) {
    case 'start':
      if (event.inherited !== undefined) settle(turn, event.inherited);
      run(turn, now);
      break;
    case 'timer':
      if (isDue(state.deadline, now)) runAgain(turn, now);
      break;
    case 'ended':
      turn.state = { ...state, running: false };
      judge(turn, event.result);
      break;
    case 'reconfigure':
      reconfigure(turn, event.settings, now);
      break;
  }
  return turn;
}

/** Runs are counted from start to start. */
function run(turn: Turn, now: Instant): void {
  const { interval, timeout } = turn.state.settings;
  turn.state = { ...turn.state, running: true, deadline: after(now, interval) };
  turn.effects.push({ type: 'run', timeout });
}

/** Never twice at the same time. */
function runAgain(turn: Turn, now: Instant): void {
  const { name, interval } = turn.state.settings;
  if (!turn.state.running) return run(turn, now);
  turn.state = { ...turn.state, deadline: after(now, interval) };
  log(turn, `Track script ${name} is already running, expect idle - skipping run`);
}

function judge(turn: Turn, result: ScriptResult): void {
  const { settings, value } = turn.state;
  const { name } = settings;
  if (result.type === 'not-run' && typeof value !== 'boolean') {
    disable(turn, result.reason);
    return;
  }
  if (result.type === 'exited' && result.status !== turn.state.lastStatus) {
    log(turn, `Script \`${name}\` now returning ${result.status}`);
    turn.state = { ...turn.state, lastStatus: result.status };
  }
  const { obstacle: _, ...rest } = turn.state;
  turn.state = result.type === 'not-run' ? { ...rest, obstacle: result.reason } : rest;
  const good = result.type === 'exited' && result.status === 0;
  count(turn, good);
  const isGood = turn.state.counter >= settings.rise;
  if (isGood === value) return;
  turn.state = { ...turn.state, value: isGood };
  log(turn, `VRRP_Script(${name}) ${isGood ? 'succeeded' : failure(result)}`);
  turn.effects.push({ type: 'changed' });
}

/** A first failure counts whatever `fall` says. */
function count(turn: Turn, good: boolean): void {
  const { counter, value, settings } = turn.state;
  const { rise, fall } = settings;
  if (good) {
    const next = counter + 1;
    turn.state = { ...turn.state, counter: next >= rise ? rise + fall - 1 : next };
  } else {
    const next = value === true ? counter - 1 : 0;
    turn.state = { ...turn.state, counter: next < rise ? 0 : next };
  }
}

/** As if enough runs had said so. */
function settle(turn: Turn, value: boolean | 'disabled'): void {
  const { settings, counter } = turn.state;
  const { rise, fall } = settings;
  const counters = { true: rise + fall - 1, false: 0, disabled: counter };
  turn.state = { ...turn.state, value, counter: counters[`${value}`] };
}

/** It has never run and says nothing about the service: instances go without it. */
function disable(turn: Turn, reason: string): void {
  const { settings, value } = turn.state;
  turn.state = { ...turn.state, value: 'disabled', obstacle: reason };
  if (value === 'disabled') return;
  log(turn, `Disabling track script ${settings.name}: ${reason}`, 'warning');
  turn.effects.push({ type: 'changed' });
}

/** The same command goes on as good or bad as it was; a shorter interval counts at once. */
function reconfigure(turn: Turn, settings: TrackScriptSettings, now: Instant): void {
  const { value } = turn.state;
  const deadline = earliest(turn.state.deadline, after(now, settings.interval));
  turn.state = { ...turn.state, settings, deadline };
  if (typeof value !== 'boolean') return;
  settle(turn, value);
  const word = value ? 'successful' : 'unsuccessful';
  log(turn, `VRRP_Script(${settings.name}) considered ${word} on reload`);
}

function failure(result: ScriptResult): string {
  switch (result.type) {
    case 'exited':
      return `failed (exited with status ${result.status})`;
    case 'signalled':
      return `failed (due to signal ${result.signal})`;
    case 'timed-out':
      return 'timed_out';
    case 'not-run':
      return `failed (${result.reason})`;
  }
}

function log(turn: Turn, text: string, level: 'info' | 'warning' = 'info'): void {
  turn.effects.push({ type: 'log', level, text });
}
