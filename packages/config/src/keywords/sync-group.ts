import { boolean } from '../argument.ts';
import type { Call } from '../call.ts';
import { composeBlock, listEntries } from '../composer.ts';
import { NOTHING } from '../form.ts';
import { keywordGrammar, listGrammar, type KeywordGrammar } from '../grammar.ts';
import type { Script } from '../script-argument.ts';
import type { Word } from '../words.ts';
import { isDeprecated } from './accepted-vrrp.ts';
import type { GlobalDraft } from './global-defs.ts';
import { claimName } from './named-block.ts';
import { scriptRow } from './script-row.ts';
import { trackRow, type TrackEntry } from './track-entry.ts';

/** What a vrrp_sync_group block says; an absent field was not given. */
export interface SyncGroupDraft {
  readonly name: string;
  readonly call: Call;
  /** The globals as they stood when the block opened. */
  readonly globals: Readonly<GlobalDraft>;
  /** By kind and name. */
  readonly trackers: Map<string, TrackEntry>;
  members?: readonly Word[];
  trackingWeight?: boolean;
  smtpAlert?: boolean;
  notifyMaster?: Script;
  notifyBackup?: Script;
  notifyFault?: Script;
  notifyStop?: Script;
  notify?: Script;
  notifyPriorityChanges?: boolean;
}

/** The keyword table of vrrp_sync_group. */
// prettier-ignore
export const SYNC_GROUP: KeywordGrammar<SyncGroupDraft> = keywordGrammar<SyncGroupDraft>('vrrp_sync_group', [
  { kind: 'block', keyword: 'group', form: NOTHING, grammar: listGrammar('group'), apply: applyMembers, doc: 'The instances of the group.' },
  scriptRow({ keyword: 'notify_master', set: 'notifyMaster', doc: 'Run when the group becomes master.' }),
  scriptRow({ keyword: 'notify_backup', set: 'notifyBackup', doc: 'Run when it becomes backup.' }),
  scriptRow({ keyword: 'notify_fault', set: 'notifyFault', doc: 'Run on a fault.' }),
  scriptRow({ keyword: 'notify_stop', set: 'notifyStop', doc: 'Run at stop.' }),
  scriptRow({ keyword: 'notify', set: 'notify', doc: 'Run at every change with GROUP NAME STATE 0 appended.' }),
  { kind: 'value', keyword: 'smtp_alert', set: 'smtpAlert', argument: boolean('optional'), otherwise: 'smtp_alert_vrrp', doc: 'Mail at each change.' },
  { kind: 'value', keyword: 'notify_priority_changes', set: 'notifyPriorityChanges', argument: boolean('optional'), otherwise: 'vrrp_notify_priority_changes', doc: 'Tell the FIFOs of changes of the priorities of its instances, too.' },
  trackRow('interface', 'Interfaces that all instances of the group follow, one per line.'),
  trackRow('script', 'Scripts that all instances of the group follow, one per line.'),
  trackRow('file', 'Files that all instances of the group follow, one per line.'),
  trackRow('process', 'Processes that all instances of the group follow, one per line.'),
  trackRow('bfd', 'BFD sessions that all instances of the group follow, one per line.'),
  { kind: 'flag', keyword: 'sync_group_tracking_weight', set: 'trackingWeight', to: true, doc: 'Its instances may follow something with a weight each for itself.' },
  { kind: 'custom', keyword: 'global_tracking', form: NOTHING, apply: applyGlobalTracking, doc: 'Old name of sync_group_tracking_weight.' },
]);

/**
 * Reads a vrrp_sync_group block; what it lists is looked at when all instances are known.
 * @param draft - of the root
 * @param call - the statement
 */
export function applySyncGroup(
  draft: { readonly globals: GlobalDraft; readonly syncGroups: SyncGroupDraft[] },
  call: Call,
): void {
  const { block } = call.statement;
  const name = claimName(call, 'group');
  if (block === undefined || name === undefined) return;
  const owner = `vrrp_sync_group ${name}`;
  const group = { name, call: call.named(owner), globals: draft.globals, trackers: new Map() };
  composeBlock(SYNC_GROUP, group, { block, owner, session: call.session });
  draft.syncGroups.push(group);
}

function applyMembers(draft: SyncGroupDraft, call: Call): void {
  draft.members = [...(draft.members ?? []), ...listEntries(call).flat()];
}

function applyGlobalTracking(draft: SyncGroupDraft, call: Call): void {
  isDeprecated(call);
  draft.trackingWeight = true;
}
