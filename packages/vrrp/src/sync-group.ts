/**
 * The machine of one sync group: instances that are master together, or not at all. It looks at
 * what its members are, so that nothing can come between what it believes and what is.
 * @see inventory §3.9
 */
import { fifo, type NotifyWord, type VrrpEffect } from './effect.ts';
import type { VrrpEvent } from './event.ts';
import { ownAwaitedBy, ownFaultsOf } from './faults.ts';
import { REANNOUNCEMENT_PERIOD } from './master.ts';
import type { NotifyScripts, ScriptSettings, SyncGroupSettings } from './settings.ts';
import type { GroupFault, VrrpState, VrrpStateName } from './state.ts';

/** What a group remembers: what it has told. */
export interface SyncGroupState {
  readonly settings: SyncGroupSettings;
  /** INIT until all members have started. */
  readonly state: VrrpStateName;
}

/** What the driver must do, in this order. */
export type SyncGroupEffect =
  | { readonly type: 'member'; readonly name: string; readonly event: VrrpEvent }
  | (VrrpEffect & { readonly type: 'log' | 'notify' | 'fifo' | 'mail' });

/**
 * @param settings - of the group
 * @returns a group whose members have not started
 */
export function createSyncGroup(settings: SyncGroupSettings): SyncGroupState {
  return { settings, state: 'INIT' };
}

/**
 * To be called whenever a member has made a step, and after the effects until there are none.
 * @param group - as `createSyncGroup` or the last call returned it
 * @param members - its instances, in its order
 * @param last - name of the one that made the step
 * @returns the new state, and what to do, in order
 */
export function stepSyncGroup(
  group: SyncGroupState,
  members: readonly VrrpState[],
  last: string,
): { readonly group: SyncGroupState; readonly effects: readonly SyncGroupEffect[] } {
  if (members.some(({ state }) => state === 'INIT')) return { group, effects: [] };
  const target = targetOf(members);
  const orders = ordersFor(group.settings.name, target, members);
  const isTold = target !== 'FAULT' || members.some((each) => isOut(each) && each.faultTold);
  const first = target === 'MASTER' ? orders.filter(({ name }) => name === last) : [];
  const effects: SyncGroupEffect[] = [
    ...first,
    ...(orders.length > first.length && isTold ? [syncing(group.settings.name, target)] : []),
    ...orders.filter((order) => !first.includes(order)),
    ...(target === 'MASTER' ? echoesFor(members) : []),
  ];
  if (!isTold || group.state === target) return { group, effects };
  // Members that were master before there was a group, or go on as that, are no news.
  const isNews = group.state !== 'INIT' || target !== 'MASTER';
  return {
    group: { ...group, state: target },
    effects: isNews ? [...effects, ...news(group.settings, target)] : effects,
  };
}

/**
 * @param group - whose members have all been told to stop
 * @returns what is told about that
 */
export function stopSyncGroup({ settings, state }: SyncGroupState): readonly SyncGroupEffect[] {
  return state === 'INIT' ? [] : news(settings, 'STOP');
}

/**
 * @param group - name of the group
 * @param others - all other members of the group
 * @returns what these have against a member's taking part
 */
export function groupFaultAmong(
  group: string,
  others: readonly VrrpState[],
): GroupFault | undefined {
  const faulty = others.find((each) => ownFaultsOf(each).length > 0);
  const culprit = faulty ?? others.find((each) => ownAwaitedBy(each).length > 0);
  if (culprit === undefined) return undefined;
  const { name } = culprit.settings;
  return faulty === undefined
    ? { reason: `sync group ${group}: ${name} is not known to be well yet`, told: false }
    : { reason: `sync group ${group}: ${name} is in FAULT`, told: true };
}

/** In FAULT for a reason of its own. */
function isOut(member: VrrpState): boolean {
  return member.state === 'FAULT' && ownFaultsOf(member).length + ownAwaitedBy(member).length > 0;
}

function isReady({ state, awaitsGroup }: VrrpState): boolean {
  return state === 'MASTER' || awaitsGroup;
}

function targetOf(members: readonly VrrpState[]): 'MASTER' | 'BACKUP' | 'FAULT' {
  if (members.some(isOut)) return 'FAULT';
  return members.every(isReady) ? 'MASTER' : 'BACKUP';
}

function ordersFor(
  group: string,
  target: 'MASTER' | 'BACKUP' | 'FAULT',
  members: readonly VrrpState[],
): (SyncGroupEffect & { type: 'member' })[] {
  const out = members.filter(isOut);
  const yields = members.some(({ hasYielded }) => hasYielded);
  return members.flatMap((member) => {
    const others = out.filter((each) => each !== member);
    const fault = groupFaultAmong(group, others);
    const event = orderFor(member, target, { fault, yields });
    return event === undefined ? [] : [{ type: 'member', name: member.settings.name, event }];
  });
}

/** What makes the member follow the others; undefined when it does. */
function orderFor(
  { state, groupFault }: VrrpState,
  target: 'MASTER' | 'BACKUP' | 'FAULT',
  { fault, yields }: { readonly fault: GroupFault | undefined; readonly yields: boolean },
): VrrpEvent | undefined {
  if (fault?.reason !== groupFault?.reason) return { type: 'group-fault', fault };
  if (target === 'MASTER' && state === 'BACKUP') return { type: 'take-over' };
  if (target === 'BACKUP' && state === 'MASTER') return { type: 'step-down', yields };
  return undefined;
}

/**
 * Who has spoken up against one member may have been heard as master of the others, too. Members
 * that have announced their addresses of late are left alone.
 */
function echoesFor(members: readonly VrrpState[]): (SyncGroupEffect & { type: 'member' })[] {
  const latest = Math.max(...members.map(lastAnnouncement));
  const behind = members.filter(
    (member) =>
      member.state === 'MASTER' &&
      member.settings.garp.lowerPriorityRepeat > 0 &&
      latest - lastAnnouncement(member) >= REANNOUNCEMENT_PERIOD,
  );
  return behind.map(({ settings: { name } }) => {
    return { type: 'member', name, event: { type: 'announce-again' } };
  });
}

function lastAnnouncement({ reannouncedAt }: VrrpState): number {
  return reannouncedAt ?? -Infinity;
}

function syncing(name: string, target: string): SyncGroupEffect {
  const text = `VRRP_Group(${name}) Syncing instances to ${target} state`;
  return { type: 'log', level: 'info', text };
}

/** What is run of a group, and what its mail says. */
const NEWS = {
  MASTER: { script: 'master', what: 'Entering MASTER state', are: 'in MASTER state' },
  BACKUP: { script: 'backup', what: 'Entering BACKUP state', are: 'in BACKUP state' },
  FAULT: { script: 'fault', what: 'Entering FAULT state', are: 'in FAULT state' },
  STOP: { script: 'stop', what: 'Stopping', are: 'stopping' },
} as const;

function news(settings: SyncGroupSettings, word: keyof typeof NEWS): SyncGroupEffect[] {
  const { script, what, are } = NEWS[word];
  const effects = scripts(settings, word, settings.notify[script]);
  if (!settings.smtpAlert) return effects;
  const subject = `VRRP Group ${settings.name} - ${what}`;
  const body = `=> All VRRP group instances are now ${are} <=`;
  return [...effects, { type: 'mail', about: word, subject, body }];
}

/** The script of the state and the generic one, to which a group gives priority 0. */
function scripts(
  { name, notify }: { readonly name: string; readonly notify: NotifyScripts },
  word: NotifyWord,
  own: ScriptSettings | undefined,
): SyncGroupEffect[] {
  const effects: SyncGroupEffect[] = [];
  const purpose = `${name} notify`;
  if (own !== undefined)
    effects.push({ type: 'notify', ...own, purpose: `${purpose}_${word.toLowerCase()}` });
  const { any } = notify;
  if (any !== undefined)
    effects.push({
      type: 'notify',
      ...any,
      argv: [...any.argv, 'GROUP', name, word, '0'],
      purpose,
    });
  effects.push(fifo({ kind: 'GROUP', name }, word, 0));
  return effects;
}
