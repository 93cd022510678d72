/** The ways into each state: what is sent, put on or taken off, and told to whom. */
import { sum } from '@tandem/time';
import {
  announce,
  armSecondSet,
  change,
  countUp,
  log,
  reportState,
  restartMasterDownTimer,
  runScripts,
  sendAdvertisement,
  sendMail,
  sendPriorityZero,
  waitForMaster,
} from './turn.ts';
import type { Turn } from './turn.ts';
import { faultsOf } from './faults.ts';
import { setRouting, withdrawRouting } from './routing.ts';
import type { VrrpState } from './state.ts';
import { allAddresses, NOTHING_PENDING } from './state.ts';
import { skewTime } from './timers.ts';

/**
 * Takes over: adverts first, so that the old master gives way while we put the addresses on.
 * @see RFC 3768 §6.4.2
 */
export function becomeMaster(turn: Turn): void {
  const { settings, preempted } = turn.state;
  change(turn, { state: 'MASTER', master: undefined, ...NOTHING_PENDING, preempted });
  sendAdvertisement(turn);
  log(turn, 'Entering MASTER STATE');
  putAddressesOn(turn);
  announce(turn, settings.garp.masterRepeat, allAddresses(settings));
  armSecondSet(turn);
  countUp(turn, 'become_master');
  reportState(turn, 'MASTER');
  runScripts(turn, 'MASTER');
  sendMail(turn, 'MASTER');
}

/**
 * Goes on where a predecessor stopped, before any backup has missed an advert: nothing changes
 * for anybody, so nobody is told.
 */
export function resumeAsMaster(turn: Turn): void {
  const { settings } = turn.state;
  change(turn, { state: 'MASTER', master: undefined, ...NOTHING_PENDING });
  sendAdvertisement(turn);
  log(turn, 'resuming in MASTER STATE');
  putAddressesOn(turn);
  announce(turn, settings.garp.masterRepeat, allAddresses(settings));
  armSecondSet(turn);
  reportState(turn, 'MASTER');
}

/** From INIT, MASTER or FAULT; the caller has already said good-bye where that is due. */
export function becomeBackup(turn: Turn, options: { initial?: boolean } = {}): void {
  leaveMaster(
    turn,
    options.initial === true ? 'Entering BACKUP STATE (init)' : 'Entering BACKUP STATE',
  );
  const { settings } = turn.state;
  change(turn, { state: 'BACKUP', masterInterval: settings.advertisementInterval });
  restartMasterDownTimer(turn);
  tell(turn, 'BACKUP');
}

/** As keepalived does: whoever hears of it and is quicker than we are becomes master. */
export function yieldToOthers(turn: Turn): void {
  const { settings, effectivePriority } = turn.state;
  sendPriorityZero(turn);
  becomeBackup(turn);
  const { version, advertisementInterval } = settings;
  change(turn, { hasYielded: true });
  waitForMaster(turn, skewTime(version, effectivePriority, advertisementInterval));
}

/**
 * @param initial - at start, where keepalived words the log lines differently
 */
export function becomeFault(turn: Turn, options: { initial?: boolean } = {}): void {
  if (options.initial === true) {
    for (const fault of faultsOf(turn.state)) log(turn, `entering FAULT state (${fault})`);
    log(turn, 'entering FAULT state');
  } else {
    const wasMaster = turn.state.state === 'MASTER';
    log(turn, 'Entering FAULT STATE');
    if (wasMaster) sendPriorityZero(turn);
    leaveMaster(turn, undefined);
  }
  change(turn, { state: 'FAULT', master: undefined, ...NOTHING_PENDING });
  tellFault(turn);
}

/** At start, until the first results are in: nothing is known yet, so nothing is told. */
export function awaitFirstResults(turn: Turn): void {
  change(turn, { state: 'FAULT', faultTold: false });
  reportState(turn, 'FAULT');
}

/** In FAULT already: from now on for a reason. */
export function tellFault(turn: Turn): void {
  change(turn, { faultTold: true });
  tell(turn, 'FAULT');
}

/** All faults are gone: listen for a while, an owner for a shorter one. */
export function recoverFromFault(turn: Turn): void {
  becomeBackup(turn);
  const { settings, effectivePriority, source } = turn.state;
  // Peers, unlike a group, must know where we are.
  if (settings.unicast !== undefined && source !== undefined)
    turn.effects.push({ type: 'announce-source', source });
  if (!wantsMaster(turn.state)) return;
  const interval = settings.advertisementInterval;
  const skew = skewTime(settings.version, effectivePriority, interval);
  waitForMaster(turn, sum(interval, skew));
}

/** @returns whether this is an address owner that does not wait for others; in a sync group it does */
export function wantsMaster({ effectivePriority, settings }: VrrpState): boolean {
  const { initialState, syncGroup } = settings;
  return effectivePriority === 255 && initialState === 'MASTER' && syncGroup === undefined;
}

/** Log lines and removal of the addresses, in keepalived's order. */
function leaveMaster(turn: Turn, line: string | undefined): void {
  const wasMaster = turn.state.state === 'MASTER';
  if (line !== undefined) log(turn, line);
  if (wasMaster) {
    countUp(turn, 'release_master');
    takeAddressesOff(turn);
  }
  change(turn, NOTHING_PENDING);
}

/** Says so even when there are none, as people wait for the line. */
export function takeAddressesOff(turn: Turn): void {
  withdrawRouting(turn, turn.state.settings.routing);
  log(turn, 'removing VIPs.');
  const { addresses, excludedAddresses } = turn.state.settings;
  if (excludedAddresses.length > 0) {
    log(turn, 'removing E-VIPs.');
    turn.effects.push({ type: 'remove-addresses', addresses: excludedAddresses });
  }
  if (addresses.length > 0) turn.effects.push({ type: 'remove-addresses', addresses });
  if (!turn.state.settings.accept) log(turn, 'removing firewall drop rule');
}

function putAddressesOn(turn: Turn): void {
  const { addresses, excludedAddresses } = turn.state.settings;
  if (!turn.state.settings.accept) log(turn, 'setting firewall drop rule');
  log(turn, 'setting VIPs.');
  if (excludedAddresses.length > 0) log(turn, 'setting E-VIPs.');
  const all = [...addresses, ...excludedAddresses];
  if (all.length > 0) turn.effects.push({ type: 'add-addresses', addresses: all });
  setRouting(turn, turn.state.settings.routing);
}

function tell(turn: Turn, word: 'BACKUP' | 'FAULT'): void {
  reportState(turn, word);
  runScripts(turn, word);
  sendMail(turn, word);
}
