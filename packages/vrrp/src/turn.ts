/** One step of a machine while it is being worked out: the state so far and the effects so far. */
import type { Duration, Instant } from '@tandem/time';
import { after } from '@tandem/time';
import type { VrrpCounters } from './counters.ts';
import { count } from './counters.ts';
import { fifo, type FifoWord, type NotifyWord, type VrrpEffect } from './effect.ts';
import type { Heard } from './receive-check.ts';
import type { ScriptSettings, VirtualAddress } from './settings.ts';
import type { VrrpState, VrrpStateName } from './state.ts';
import { isWanted } from './state.ts';
import { masterDownInterval } from './timers.ts';

/** Local to one call of `step`, which hands out the result and drops it. */
export interface Turn {
  /** A copy that nobody else has seen yet. */
  state: VrrpState;
  readonly effects: VrrpEffect[];
  readonly now: Instant;
}

/** Changes some fields of the state, in place: a copy for each would cost more than all the rest. */
export function change(turn: Turn, changes: Partial<VrrpState>): void {
  Object.assign(turn.state, changes);
}

/** Raises counters by one. */
export function countUp(turn: Turn, ...names: readonly (keyof VrrpCounters)[]): void {
  change(turn, { counters: count(turn.state.counters, ...names) });
}

/** @param text - what follows the instance's name in parentheses */
export function log(
  turn: Turn,
  text: string,
  options: { level?: 'warning' | 'info'; detail?: boolean } = {},
): void {
  const { level = 'info', detail = false } = options;
  const line = `(${turn.state.settings.name}) ${text}`;
  turn.effects.push({ type: 'log', level, text: line, ...(detail ? { detail } : {}) });
}

/** Sends our advert and, as MASTER, starts the interval anew. */
export function sendAdvertisement(turn: Turn): void {
  send(turn, turn.state.effectivePriority);
  const { advertisementInterval } = turn.state.settings;
  change(turn, { advertisementDue: after(turn.now, advertisementInterval) });
}

/** Tells the backups that they need not wait. */
export function sendPriorityZero(turn: Turn): void {
  send(turn, 0, `(${turn.state.settings.name}) sent 0 priority`);
  countUp(turn, 'pri_zero_sent');
}

/**
 * The last advert of a master that has found a better one: neighbours may have heard us last, and
 * the better one announces its addresses again when it hears a lower priority. Not where it speaks
 * more seldom than we: backups that learn our interval would not wait for it.
 * @param priority - 0–255, less than that of the other one
 */
export function sendFarewell(turn: Turn, better: Heard, priority: number): void {
  const { settings } = turn.state;
  const isSeldom = better.advertisementInterval > settings.advertisementInterval;
  if (settings.higherPrioritySendAdvert && !isSeldom) send(turn, priority);
}

/** Without a source there is no state that sends. */
function send(turn: Turn, priority: number, onceSent?: string): void {
  const { source } = turn.state;
  if (source === undefined) return;
  const line = onceSent === undefined ? {} : { onceSent };
  turn.effects.push({ type: 'send-advertisement', priority, source, ...line });
  countUp(turn, 'advert_sent');
}

/** @param rounds - 0 means that nothing is wanted */
export function announce(turn: Turn, rounds: number, addresses: readonly VirtualAddress[]): void {
  if (rounds > 0 && addresses.length > 0)
    turn.effects.push({ type: 'announce', rounds, addresses });
}

/** Takes the master for dead after that time, which the delay of a start comes before. */
export function waitForMaster(turn: Turn, interval: Duration): void {
  const { holdUntil } = turn.state;
  const isHeld = holdUntil !== undefined && holdUntil > turn.now;
  change(turn, { masterDownDue: after(isHeld ? holdUntil : turn.now, interval) });
}

/** Gives the master its whole time again. */
export function restartMasterDownTimer(turn: Turn): void {
  const { settings, effectivePriority, masterInterval } = turn.state;
  const interval = masterDownInterval(settings, effectivePriority, masterInterval);
  waitForMaster(turn, interval);
}

/** The second set of announcements, if one is wanted. */
export function armSecondSet(turn: Turn): void {
  const { masterDelay, masterRefresh } = turn.state.settings.garp;
  change(turn, {
    garpDue: isWanted(masterDelay) ? after(turn.now, masterDelay) : undefined,
    garpRefreshDue: isWanted(masterRefresh) ? after(turn.now, masterRefresh) : undefined,
  });
  armExtraAnnouncements(turn);
}

/** Those of interfaces that no advert leaves by, if they are wanted. */
export function armExtraAnnouncements(turn: Turn): void {
  const { extra } = turn.state.settings.garp;
  change(turn, { garpExtraDue: extra && after(turn.now, extra.period) });
}

/** Reports a change to the driver; the fields that belong to the state are the caller's. */
export function reportState(turn: Turn, state: VrrpStateName): void {
  turn.effects.push({ type: 'state-changed', state });
}

const SCRIPT_OF_WORD = {
  MASTER: 'master',
  BACKUP: 'backup',
  FAULT: 'fault',
  STOP: 'stop',
} as const;

/** Runs the state's own script and the generic one, in this order, both without waiting. */
export function runScripts(turn: Turn, word: keyof typeof SCRIPT_OF_WORD): void {
  const key = SCRIPT_OF_WORD[word];
  runScript(turn, turn.state.settings.notify[key], `notify_${key}`);
  tellAll(turn, word);
}

/** Runs the generic script, and tells the FIFOs the same. */
export function tellAll(turn: Turn, word: NotifyWord): void {
  const { settings, effectivePriority } = turn.state;
  const { name, notify } = settings;
  const generic = notify.any;
  if (generic !== undefined) {
    const argv = [...generic.argv, 'INSTANCE', name, word, String(effectivePriority)];
    runScript(turn, { ...generic, argv }, 'notify');
  }
  tellFifos(turn, word);
}

/** Tells the FIFOs alone. */
export function tellFifos(turn: Turn, word: FifoWord): void {
  const { settings, effectivePriority } = turn.state;
  turn.effects.push(fifo({ kind: 'INSTANCE', name: settings.name }, word, effectivePriority));
}

/** @param script - absent: nothing happens */
export function runScript(turn: Turn, script: ScriptSettings | undefined, keyword: string): void {
  if (script === undefined) return;
  const purpose = `${turn.state.settings.name} ${keyword}`;
  turn.effects.push({ type: 'notify', ...script, purpose });
}

const NO_LONGER_OWNING = '=> VRRP Instance is no longer owning VRRP VIPs <=';

const MAIL_OF_WORD: Readonly<Record<NotifyWord, { what: string; body: string }>> = {
  MASTER: {
    what: 'Entering MASTER state',
    body: '=> VRRP Instance is now owning VRRP VIPs <=',
  },
  BACKUP: { what: 'Entering BACKUP state', body: NO_LONGER_OWNING },
  FAULT: { what: 'Entering FAULT state', body: NO_LONGER_OWNING },
  STOP: { what: 'Stopping', body: '=> VRRP Instance stopping <=' },
  DELETED: { what: 'Deleted', body: '=> VRRP Deleted at reload <=' },
};

/** One mail, if the instance sends any. */
export function sendMail(turn: Turn, about: NotifyWord): void {
  const { name, smtpAlert } = turn.state.settings;
  if (!smtpAlert) return;
  const { what, body } = MAIL_OF_WORD[about];
  turn.effects.push({
    type: 'mail',
    about,
    subject: `VRRP Instance ${name} - ${what}`,
    body,
  });
}
