import { compareIp } from '@tandem/inet';
import { after, isDue, seconds, times, type Duration } from '@tandem/time';
import { announceExtra } from './extra-announcements.ts';
import type { Heard } from './receive-check.ts';
import type { VirtualAddress } from './settings.ts';
import { restoreDue } from './restoration.ts';
import { rivalAfter } from './rival.ts';
import { allAddresses, isSameAddress, isWanted } from './state.ts';
import { becomeBackup } from './transition.ts';
import type { Turn } from './turn.ts';
import {
  announce,
  change,
  log,
  restartMasterDownTimer,
  runScript,
  sendAdvertisement,
  sendFarewell,
  tellFifos,
} from './turn.ts';

/** Neighbours are told again no more often than that. */
export const REANNOUNCEMENT_PERIOD: Duration = seconds(1);

/**
 * A good packet heard while MASTER.
 * @see RFC 3768 §6.4.3
 */
export function onMasterPacket(turn: Turn, heard: Heard): void {
  if (heard.priority === 0) {
    log(turn, 'Master received priority 0 message');
    sendAdvertisement(turn);
    announceAgain(turn);
    return;
  }
  const rank = rankOf(turn, heard);
  if (rank > 0) giveWay(turn, heard);
  else if (heard.source === turn.state.preempted) onGoodbye(turn);
  else if (rank < 0) insist(turn, heard);
  else {
    const text = `Received advert of our own priority from our own address ${heard.source}`;
    log(turn, text, { level: 'warning' });
  }
}

/** What is due while MASTER; the advert first, as nothing may delay it. */
export function onMasterTimer(turn: Turn): void {
  const { settings, advertisementDue } = turn.state;
  if (advertisementDue !== undefined && isDue(advertisementDue, turn.now)) {
    const interval = settings.advertisementInterval;
    sendAdvertisement(turn);
    change(turn, { preempted: undefined });
    // Counted from when it was due, so that lateness does not add up; unless that would bunch.
    const next = after(advertisementDue, interval);
    if (next > after(turn.now, times(interval, 0.5))) change(turn, { advertisementDue: next });
    retryAddresses(turn);
    refreshAnnouncements(turn);
  }
  restoreDue(turn);
  if (isDue(turn.state.garpDue, turn.now)) {
    change(turn, { garpDue: undefined });
    announce(turn, settings.garp.masterRepeat, allAddresses(settings));
  }
  announceExtra(turn);
  if (isDue(turn.state.lowerPriorityGarpDue, turn.now)) {
    change(turn, { lowerPriorityGarpDue: undefined });
    announce(turn, settings.garp.lowerPriorityRepeat, allAddresses(settings));
  }
}

/** The kernel refused an address: said once, tried again with each advert. */
export function onAddressFailed(turn: Turn, address: VirtualAddress, error: string): void {
  const { state, settings, addressFailures } = turn.state;
  // It may have left the configuration while the kernel was asked.
  const isOwn = allAddresses(settings).some((each) => isSameAddress(each, address));
  if (state !== 'MASTER' || !isOwn) return;
  const known = addressFailures.find((each) => isSameAddress(each.address, address));
  if (known?.error === error) return;
  const others = addressFailures.filter((each) => each !== known);
  change(turn, { addressFailures: [...others, { address, error }] });
  const { prefixLength, device } = address;
  const text = `cannot add ${address.address}/${prefixLength} to ${device}: ${error}`;
  log(turn, text, { level: 'warning' });
}

/** One that had failed is there now; the neighbours may not know. */
export function onAddressAdded(turn: Turn, address: VirtualAddress): void {
  const { state, settings, addressFailures } = turn.state;
  const rest = addressFailures.filter((each) => !isSameAddress(each.address, address));
  if (rest.length === addressFailures.length) return;
  change(turn, { addressFailures: rest });
  if (state === 'MASTER') announce(turn, settings.garp.masterRepeat, [address]);
}

/** Above 0: the sender is the better master; below: we are; 0: it claims to be us. */
function rankOf(turn: Turn, heard: Heard): number {
  const { effectivePriority, source } = turn.state;
  if (heard.priority !== effectivePriority) return heard.priority - effectivePriority;
  return source === undefined ? 1 : compareIp(heard.source, source);
}

function giveWay(turn: Turn, heard: Heard): void {
  const { settings, effectivePriority } = turn.state;
  const sender = `Master received advert from ${heard.source}`;
  log(
    turn,
    heard.priority > effectivePriority
      ? `${sender} with higher priority ${heard.priority}, ours ${effectivePriority}`
      : `${sender} with same priority ${heard.priority} but higher IP address than ours`,
  );
  sendFarewell(turn, heard, effectivePriority);
  becomeBackup(turn);
  change(turn, { master: { address: heard.source, priority: heard.priority } });
  if (settings.version === 3) {
    change(turn, { masterInterval: heard.advertisementInterval });
    restartMasterDownTimer(turn);
  }
}

function insist(turn: Turn, heard: Heard): void {
  const { settings, effectivePriority, rival } = turn.state;
  const pace = { now: turn.now, interval: settings.advertisementInterval };
  change(turn, { rival: rivalAfter(rival, heard, pace) });
  log(
    turn,
    `Received advert from ${heard.source} with lower priority ${heard.priority}, ` +
      `ours ${effectivePriority}, forcing new election`,
  );
  if (!settings.lowerPriorityNoAdvert) sendAdvertisement(turn);
  announceAgain(turn);
  runScript(turn, settings.notify.masterRxLowerPriority, 'notify_master_rx_lower_pri');
  tellFifos(turn, 'MASTER_RX_LOWER_PRI');
}

/** The master that we have just preempted says good-bye, as expected. */
function onGoodbye(turn: Turn): void {
  const { garpDue } = turn.state;
  change(turn, { preempted: undefined });
  if (garpDue === undefined) announceAgain(turn);
}

/**
 * Somebody else has spoken as master, so that neighbours may have heard its announcements after
 * ours. In a storm of adverts there is a set each second, and one after the last of them.
 */
export function announceAgain(turn: Turn): void {
  const { settings, reannouncedAt } = turn.state;
  const { lowerPriorityDelay: delay, lowerPriorityRepeat: rounds } = settings.garp;
  if (rounds === 0) return;
  const isCalm =
    reannouncedAt === undefined || isDue(after(reannouncedAt, REANNOUNCEMENT_PERIOD), turn.now);
  if (isCalm) {
    announce(turn, rounds, allAddresses(settings));
    change(turn, { reannouncedAt: turn.now });
  }
  if (isWanted(delay)) change(turn, { lowerPriorityGarpDue: after(turn.now, delay) });
  else if (!isCalm) change(turn, { lowerPriorityGarpDue: after(turn.now, REANNOUNCEMENT_PERIOD) });
}

/** The addresses of a master on an interface, which has another MAC address now. */
export function announceFrom(turn: Turn, device: string): void {
  const { state, settings } = turn.state;
  const addresses = allAddresses(settings).filter((each) => each.device === device);
  if (state === 'MASTER') announce(turn, settings.garp.masterRepeat, addresses);
}

function refreshAnnouncements(turn: Turn): void {
  const { settings, garpRefreshDue } = turn.state;
  if (!isDue(garpRefreshDue, turn.now)) return;
  const { masterRefresh, masterRefreshRepeat } = settings.garp;
  change(turn, { garpRefreshDue: after(turn.now, masterRefresh) });
  announce(turn, masterRefreshRepeat, allAddresses(settings));
}

function retryAddresses(turn: Turn): void {
  const { addressFailures } = turn.state;
  if (addressFailures.length === 0) return;
  const addresses = addressFailures.map(({ address }) => address);
  turn.effects.push({ type: 'add-addresses', addresses });
}
