/** What sync groups mean to their instances, once all are known. */
import type { SyncGroupSettings, TrackerSettings, VrrpInstanceSettings } from '@tandem/vrrp';
import type { Call } from './call.ts';
import type { RootDraft } from './keywords/root.ts';
import type { SyncGroupDraft } from './keywords/sync-group.ts';
import { finishNotify } from './notify.ts';
import type { Word } from './words.ts';

/** Groups and instances that know of each other. */
interface Grouped {
  readonly syncGroups: readonly SyncGroupSettings[];
  readonly vrrpInstances: readonly VrrpInstanceSettings[];
}

/**
 * @param drafts - groups and instances as read
 * @param instances - those that can run
 * @returns the groups that have instances, and the instances with what their groups follow
 * @see inventory §2.8, §3.8
 */
export function finishSyncGroups(
  drafts: Pick<RootDraft, 'syncGroups' | 'instances'>,
  instances: readonly VrrpInstanceSettings[],
): Grouped {
  const known = new Map(instances.map((each) => [each.name, each]));
  const syncGroups: SyncGroupSettings[] = [];
  for (const draft of drafts.syncGroups) {
    const members = membersOf(draft, known, drafts.instances);
    if (members.length === 0) continue;
    const { name } = draft;
    const shared = sharedTrackers(draft, members);
    for (const member of members) {
      const call = drafts.instances.get(member.name)?.call;
      const own = ownTrackers(draft, member, call);
      known.set(member.name, {
        ...member,
        syncGroup: name,
        trackers: merge(member, own, shared),
        notifyPriorityChanges: tellsPriority(draft, member, call),
      });
    }
    const { smtpAlert = draft.globals.smtpAlertVrrp ?? draft.globals.smtpAlert ?? false } = draft;
    const names = members.map((each) => each.name);
    syncGroups.push({ name, members: names, notify: finishNotify(draft), smtpAlert });
  }
  return { syncGroups, vrrpInstances: [...known.values()] };
}

/** Those that exist and are in no other group. */
function membersOf(
  { call, members }: SyncGroupDraft,
  known: ReadonlyMap<string, VrrpInstanceSettings>,
  written: RootDraft['instances'],
): VrrpInstanceSettings[] {
  if (members === undefined) {
    call.complain('EMPTY_GROUP', 'the sync group names no instance; ignoring it');
    return [];
  }
  const found = new Map<string, VrrpInstanceSettings>();
  for (const at of members) {
    const member = known.get(at.text);
    if (member === undefined) {
      complainNoMember(at, call, { known, written });
    } else if (member.syncGroup !== undefined || found.has(at.text)) {
      const message = `vrrp_instance ${at.text} is in another group; ignoring it`;
      call.complain('INSTANCE_IN_TWO_GROUPS', message, { at });
    } else found.set(at.text, member);
  }
  if (found.size < 2) {
    const message = `the sync group has ${found.size} ${found.size === 1 ? 'instance' : 'instances'}; it makes sense from 2 on`;
    call.complain('SMALL_GROUP', message, { severity: 'warning' });
  }
  return [...found.values()];
}

/** An instance with a fatal mistake is there, and is none all the same. */
function complainNoMember(
  at: Word,
  call: Call,
  {
    known,
    written,
  }: {
    readonly known: ReadonlyMap<string, VrrpInstanceSettings>;
    readonly written: RootDraft['instances'];
  },
): void {
  const { text } = at;
  const leftOut = written.get(text)?.call;
  if (leftOut === undefined) {
    const near = call.session.nearestName(text, known);
    const hint = near === undefined ? undefined : `did you mean '${near}'?`;
    call.complain('UNKNOWN_INSTANCE', `vrrp_instance ${text} doesn't exist; ignoring it`, {
      at,
      hint,
    });
    return;
  }
  call.complain('UNKNOWN_INSTANCE', `vrrp_instance ${text} cannot run; ignoring it`, {
    at,
    hint: `mend vrrp_instance ${text}: another message says what is wrong with it`,
    related: [{ message: 'it is at', place: leftOut.statement }],
  });
}

/** What the group follows: with an owner among its instances, nothing has a weight. */
function sharedTrackers(
  { call, trackers }: SyncGroupDraft,
  members: readonly VrrpInstanceSettings[],
): TrackerSettings[] {
  const owner = members.find(({ priority }) => priority === 255);
  return [...trackers.values()].map(({ word: at, ...tracker }) => {
    if (owner === undefined || tracker.weight === 0) return tracker;
    const message = `track_${tracker.kind} ${tracker.name} has no weight, as ${owner.name} has priority 255`;
    call.complain('GROUP_WEIGHT_OF_OWNER', message, { at });
    return { ...tracker, weight: 0 };
  });
}

/** What the instance follows by itself: a priority of its own would drive it from its group. */
function ownTrackers(
  { name: group, trackingWeight = false }: SyncGroupDraft,
  { trackers }: VrrpInstanceSettings,
  call: Call | undefined,
): readonly TrackerSettings[] {
  if (trackingWeight) return trackers;
  return trackers.filter(({ kind, name, weight }) => {
    if (weight === 0) return true;
    call?.complain(
      'SYNC_GROUP_IGNORES_WEIGHT',
      `ignoring track_${kind} ${name} with its weight, as the instance is in the sync group ${group}`,
      {
        at: call.inside(`track_${kind}`),
        hint: 'let the group follow it, or add sync_group_tracking_weight there',
      },
    );
    return false;
  });
}

/** An instance that says nothing of it does as its group does. */
function tellsPriority(
  { notifyPriorityChanges: ofGroup }: SyncGroupDraft,
  { notifyPriorityChanges: own }: VrrpInstanceSettings,
  call: Call | undefined,
): boolean {
  const isExplicit = call?.inside('notify_priority_changes') !== undefined;
  return isExplicit ? own : (ofGroup ?? own);
}

/**
 * Each thing once: what leads to FAULT stays so, else the weight of the group counts. The own
 * interface is followed anyway.
 */
function merge(
  { interface: device }: VrrpInstanceSettings,
  own: readonly TrackerSettings[],
  shared: readonly TrackerSettings[],
): TrackerSettings[] {
  const isShared = namedIn(shared);
  const kept = own.filter((each) => each.weight === 0 || !isShared(each));
  const isKept = namedIn([...kept, { kind: 'interface', name: device }]);
  return [...kept, ...shared.filter((each) => !isKept(each))];
}

/** @returns whether something is among these */
function namedIn(
  trackers: readonly Pick<TrackerSettings, 'kind' | 'name'>[],
): (each: TrackerSettings) => boolean {
  const names = new Set(trackers.map(({ kind, name }) => `${kind} ${name}`));
  return ({ kind, name }) => names.has(`${kind} ${name}`);
}
