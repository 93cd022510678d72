import { after, earliest } from '@tandem/time';
import { enter, priorityOf, rewrite, type TrackedReport } from './ledger.ts';
import { setRouting, withdrawRouting } from './routing.ts';
import { entriesWithout } from './routing-settings.ts';
import type { VirtualAddress, VrrpInstanceSettings } from './settings.ts';
import { untellSigners } from './signers.ts';
import { allAddresses, isSameAddress } from './state.ts';
import type { Turn } from './turn.ts';
import {
  announce,
  armExtraAnnouncements,
  change,
  log,
  restartMasterDownTimer,
  tellFifos,
} from './turn.ts';

/**
 * New settings for an instance that runs: a master stays master, and only what differs is done.
 * @param settings - same VRID, family and interface as before
 * @param tracked - what is known of its trackers
 */
export function reconfigure(
  turn: Turn,
  settings: VrrpInstanceSettings,
  tracked: readonly TrackedReport[] = [],
): void {
  const before = turn.state.settings;
  change(turn, {
    settings,
    drift: undefined,
    ledger: rewrite(turn.state.ledger, settings.trackers),
  });
  if (before.syncGroup !== settings.syncGroup)
    change(turn, { groupFault: undefined, awaitsGroup: false });
  if (JSON.stringify(before.hmac) !== JSON.stringify(settings.hmac)) untellSigners(turn);
  if (before.priority !== settings.priority) change(turn, { basePriority: settings.priority });
  followTracked(turn, tracked);
  if (turn.state.state === 'BACKUP') {
    if (settings.version === 2) change(turn, { masterInterval: settings.advertisementInterval });
    restartMasterDownTimer(turn);
  }
  if (turn.state.state === 'MASTER') {
    const wanted = allAddresses(settings);
    const isStillOwn = ({ address }: { readonly address: VirtualAddress }): boolean =>
      wanted.some((each) => isSameAddress(each, address));
    change(turn, {
      addressFailures: turn.state.addressFailures.filter(isStillOwn),
      restorations: turn.state.restorations.filter(isStillOwn),
    });
    withdrawRouting(turn, entriesWithout(before.routing, settings.routing));
    exchangeAddresses(turn, allAddresses(before), wanted);
    setRouting(turn, entriesWithout(settings.routing, before.routing));
    if (before.garp.extra?.period !== settings.garp.extra?.period) armExtraAnnouncements(turn);
    const soonest = after(turn.now, settings.advertisementInterval);
    change(turn, { advertisementDue: earliest(turn.state.advertisementDue, soonest) });
  }
}

/** Enters what is known of trackers, and makes the priority what they say. */
export function followTracked(turn: Turn, reports: readonly TrackedReport[] = []): void {
  let { ledger } = turn.state;
  for (const report of reports) ledger = enter(ledger, report, turn.now);
  change(turn, { ledger });
  const { basePriority, effectivePriority: before } = turn.state;
  const effectivePriority = priorityOf(basePriority, ledger);
  if (effectivePriority === before) return;
  log(turn, `Changing effective priority from ${before} to ${effectivePriority}`);
  change(turn, { effectivePriority });
  const { state, settings } = turn.state;
  if (settings.notifyPriorityChanges)
    tellFifos(turn, state === 'MASTER' ? 'MASTER_PRIORITY' : 'BACKUP_PRIORITY');
}

function exchangeAddresses(
  turn: Turn,
  before: readonly VirtualAddress[],
  wanted: readonly VirtualAddress[],
): void {
  const removed = before.filter((old) => !wanted.some((each) => isSameAddress(each, old)));
  const added = wanted.filter((each) => !before.some((old) => isUnchanged(each, old)));
  for (const { address, prefixLength, device } of removed) {
    turn.effects.push({
      type: 'log',
      level: 'info',
      text:
        `(${turn.state.settings.name}) ip address ${address}/${prefixLength} dev ${device}, ` +
        'no longer exist',
    });
  }
  if (removed.length > 0) turn.effects.push({ type: 'remove-addresses', addresses: removed });
  if (added.length === 0) return;
  log(turn, 'setting VIPs.');
  turn.effects.push({ type: 'add-addresses', addresses: added });
  announce(turn, turn.state.settings.garp.masterRepeat, added);
}

/** Whether it stays as it is: not with another label, say. */
function isUnchanged(address: VirtualAddress, old: VirtualAddress): boolean {
  const { label, broadcast } = address;
  return isSameAddress(address, old) && label === old.label && broadcast === old.broadcast;
}
