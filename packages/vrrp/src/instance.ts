/**
 * The machine of one VRRP instance (one virtual router on one interface): decides who sends
 * adverts and holds the addresses. Knows no socket, timer, clock or process.
 */
import type { IpAddress } from '@tandem/inet';
import type { Instant } from '@tandem/time';
import { earliest } from '@tandem/time';
import { onBackupPacket, onBackupTimer } from './backup.ts';
import { NO_COUNTS } from './counters.ts';
import { onAddressMissing, onAddressRemoved, onEntryRestored } from './drift.ts';
import type { VrrpEffect } from './effect.ts';
import type { VrrpEvent } from './event.ts';
import { awaitedBy, faultsOf, noteFaults } from './faults.ts';
import type { ReceivedPacket } from './ipv4-packet.ts';
import { OWNER_PRIORITY, priorityOf } from './ledger.ts';
import {
  announceAgain,
  announceFrom,
  onAddressAdded,
  onAddressFailed,
  onMasterPacket,
  onMasterTimer,
} from './master.ts';
import { checkPacket, type Heard } from './receive-check.ts';
import { noteTrailer, untellSigners } from './signers.ts';
import { followTracked, reconfigure } from './reconfigure.ts';
import { restorationDeadline } from './restoration.ts';
import type { VrrpState } from './state.ts';
import { NOTHING_PENDING } from './state.ts';
import { withSurroundings } from './surroundings.ts';
import { masterDownInterval } from './timers.ts';
import {
  awaitFirstResults,
  becomeBackup,
  becomeFault,
  becomeMaster,
  recoverFromFault,
  resumeAsMaster,
  takeAddressesOff,
  tellFault,
  wantsMaster,
  yieldToOthers,
} from './transition.ts';
import type { Turn } from './turn.ts';
import {
  change,
  countUp,
  log,
  reportState,
  restartMasterDownTimer,
  runScript,
  runScripts,
  sendMail,
  sendPriorityZero,
  tellAll,
} from './turn.ts';

/**
 * @param state - as `createInstance` or the last `step` returned it
 * @param event - what happened
 * @param now - when; not before that of the last step
 * @returns the new state, and what to do, in order
 * @see RFC 3768 §6.4
 */
export function step(
  state: VrrpState,
  event: VrrpEvent,
  now: Instant,
): { readonly state: VrrpState; readonly effects: readonly VrrpEffect[] } {
  const turn: Turn = { state: { ...state }, effects: [], now };
  stepBackAfterStall(turn);
  handle(turn, event);
  noteFaults(turn);
  const { advertisementDue, masterDownDue, garpDue, lowerPriorityGarpDue, garpExtraDue } =
    turn.state;
  const restoration = restorationDeadline(turn.state.restorations);
  const own = earliest(advertisementDue, masterDownDue, garpDue, lowerPriorityGarpDue);
  change(turn, { deadline: earliest(own, garpExtraDue, restoration) });
  return { state: turn.state, effects: turn.effects };
}

function handle(turn: Turn, event: VrrpEvent): void {
  switch (event.type) {
    case 'discard-leftovers':
      takeAddressesOff(turn);
      return;
    case 'start':
      start(turn, event);
      return;
    case 'packet':
      onPacket(turn, event.packet);
      return;
    case 'timer':
      onTimer(turn);
      return;
    case 'sent':
      change(turn, { sendFailure: undefined });
      return;
    case 'send-failed':
      onSendFailed(turn, event.error);
      return;
    case 'reconfigure':
      reconfigure(turn, event.settings, event.tracked);
      followFaults(turn);
      return;
    case 'clear-counters':
      change(turn, { counters: NO_COUNTS });
      return;
    case 'take-over':
    case 'step-down':
    case 'announce-again':
      obeyGroup(turn, event);
      return;
    case 'hardware-address':
      announceFrom(turn, event.device);
      return;
    case 'stop':
      stop(turn, event.keepAddresses === true);
      return;
    case 'delete':
      remove(turn);
      return;
    default:
      followHost(turn, event);
  }
}

/** What the sync group orders a member that is not in that state comes too late. */
function obeyGroup(
  turn: Turn,
  order: VrrpEvent & { type: 'take-over' | 'step-down' | 'announce-again' },
): void {
  const { state } = turn.state;
  if (order.type === 'take-over') {
    if (state === 'BACKUP') becomeMaster(turn);
  } else if (state === 'MASTER') {
    if (order.type === 'announce-again') announceAgain(turn);
    else stepDown(turn, order.yields === true);
  }
}

/** What the instance stands on has changed, and with it perhaps the reasons for FAULT. */
function followHost(
  turn: Turn,
  event: VrrpEvent & {
    type:
      | 'interface'
      | 'hearing'
      | 'tracked'
      | 'source'
      | 'group-fault'
      | 'entry-restored'
      | `address-${string}`;
  },
): void {
  switch (event.type) {
    case 'interface':
      change(turn, { interfaceUp: event.up, interfaceMissing: event.missing === true });
      break;
    case 'hearing':
      change(turn, { hearingFailure: event.failure });
      break;
    case 'tracked':
      followTracked(turn, [event.report]);
      break;
    case 'source':
      followSource(turn, event.source);
      break;
    case 'group-fault':
      change(turn, { groupFault: event.fault });
      break;
    case 'address-removed':
      onAddressRemoved(turn, event.address);
      break;
    case 'address-missing':
      onAddressMissing(turn, event.address);
      break;
    case 'entry-restored':
      onEntryRestored(turn, event.entry);
      break;
    case 'address-failed':
      onAddressFailed(turn, event.address, event.error);
      break;
    case 'address-added':
      onAddressAdded(turn, event.address);
      break;
  }
  followFaults(turn);
}

/**
 * A master that was stopped for longer than any backup waits is master no more, whatever it
 * believes: it listens before it acts on anything else.
 */
function stepBackAfterStall(turn: Turn): void {
  const { state, settings, effectivePriority, advertisementDue } = turn.state;
  if (state !== 'MASTER' || advertisementDue === undefined) return;
  const interval = settings.advertisementInterval;
  const silence = turn.now - advertisementDue + interval;
  if (silence <= masterDownInterval(settings, effectivePriority, interval)) return;
  const text = `no advert sent for ${(silence / 1000).toFixed(1)} s - somebody else may be master`;
  log(turn, text, { level: 'warning' });
  becomeBackup(turn);
  change(turn, { steppedBack: true });
}

function start(turn: Turn, event: VrrpEvent & { type: 'start' }): void {
  turn.state = withSurroundings(turn.state, event, turn.now);
  const { groupFault, counters = turn.state.counters, holdUntil } = event;
  change(turn, { groupFault, counters, holdUntil });
  followTracked(turn);
  const isFit = faultsOf(turn.state).length === 0;
  // Nobody else takes the addresses off that the predecessor has left.
  if (event.resumeAsMaster === true && !isFit) takeAddressesOff(turn);
  if (!isFit) becomeFault(turn, { initial: true });
  // It was fit a moment ago: what has no result yet may not take the mastership away.
  else if (event.resumeAsMaster === true) resumeAsMaster(turn);
  else if (awaitedBy(turn.state).length > 0) awaitFirstResults(turn);
  else if (wantsMaster(turn.state)) takeOverAtStart(turn);
  else becomeBackup(turn, { initial: true });
}

function takeOverAtStart(turn: Turn): void {
  const { holdUntil } = turn.state;
  if (holdUntil !== undefined) {
    becomeBackup(turn, { initial: true });
    change(turn, { masterDownDue: holdUntil });
    return;
  }
  log(turn, 'Receive advertisement timeout', { detail: true });
  becomeMaster(turn);
}

/** The last thing sent from an address that is gone says that the backups need not wait. */
function followSource(turn: Turn, source: IpAddress | undefined): void {
  const { sourceAddress } = turn.state.settings;
  if (source === undefined && sourceAddress !== undefined)
    log(turn, `no interface has the src address ${sourceAddress} any more`, { level: 'warning' });
  if (source === undefined && turn.state.state === 'MASTER') becomeFault(turn);
  change(turn, { source });
}

function followFaults(turn: Turn): void {
  const { state, faultTold } = turn.state;
  if (state === 'INIT') return;
  const isFaulty = faultsOf(turn.state).length > 0;
  if (state !== 'FAULT') {
    if (isFaulty) becomeFault(turn);
  } else if (isFaulty) {
    if (!faultTold) tellFault(turn);
  } else if (awaitedBy(turn.state).length === 0) recoverFromFault(turn);
}

function onPacket(turn: Turn, packet: ReceivedPacket): void {
  const { state, settings, master, signers, effectivePriority } = turn.state;
  if (state !== 'BACKUP' && state !== 'MASTER') return;
  if (settings.ownerIgnoresAdverts && effectivePriority === OWNER_PRIORITY) return;
  const verdict = checkPacket(settings, packet, { lastMaster: master?.address, signers });
  if (!verdict.ok) {
    if (verdict.counter !== undefined) countUp(turn, verdict.counter);
    if (verdict.log !== undefined) {
      change(turn, { refused: { source: packet.source, why: verdict.log, at: turn.now } });
      untellSigners(turn, packet.source);
      log(turn, verdict.log, { level: 'warning' });
    }
    return;
  }
  const { heard } = verdict;
  if (turn.state.refused?.source === heard.source) change(turn, { refused: undefined });
  noteChecksum(turn, heard);
  noteTrailer(turn, heard);
  countUp(turn, 'advert_rcvd', ...(heard.priority === 0 ? (['pri_zero_rcvd'] as const) : []));
  if (heard.priority === OWNER_PRIORITY && turn.state.effectivePriority === OWNER_PRIORITY) {
    const text =
      'CONFIGURATION ERROR: local instance and a remote instance are both configured as address ' +
      'owner, please fix - reducing local priority';
    log(turn, text, { level: 'warning' });
    const basePriority = OWNER_PRIORITY - 1;
    const effectivePriority = priorityOf(basePriority, turn.state.ledger);
    change(turn, { basePriority, effectivePriority });
  }
  if (state === 'MASTER') onMasterPacket(turn, heard);
  else onBackupPacket(turn, heard);
}

/** Adverts to a peer have the checksum that it was last heard with. */
function noteChecksum(turn: Turn, { source, oldChecksum }: Heard): void {
  const { oldChecksumPeers: known } = turn.state;
  if (known.includes(source) === oldChecksum) return;
  const others = known.filter((each) => each !== source);
  change(turn, { oldChecksumPeers: oldChecksum ? [...others, source] : others });
  log(turn, `Setting unicast VRRPv3 checksum to ${oldChecksum ? 'old' : 'new'} version`);
}

function onTimer(turn: Turn): void {
  if (turn.state.state === 'MASTER') onMasterTimer(turn);
  else if (turn.state.state === 'BACKUP' && onBackupTimer(turn)) onMasterDown(turn);
}

/** In a sync group it waits, and listens, until that is so in all the group. */
function onMasterDown(turn: Turn): void {
  const { settings, awaitsGroup } = turn.state;
  if (!awaitsGroup) log(turn, 'Receive advertisement timeout', { detail: true });
  if (settings.syncGroup === undefined) {
    becomeMaster(turn);
  } else {
    change(turn, { awaitsGroup: true });
    restartMasterDownTimer(turn);
  }
}

/** Another one of the sync group had to; whoever follows us need not wait. */
function stepDown(turn: Turn, yields: boolean): void {
  if (yields) return yieldToOthers(turn);
  sendPriorityZero(turn);
  becomeBackup(turn);
}

function onSendFailed(turn: Turn, error: string): void {
  if (turn.state.state !== 'MASTER' || turn.state.sendFailure === error) return;
  change(turn, { sendFailure: error });
  log(turn, `cannot send adverts: ${error}`, { level: 'warning' });
}

function stop(turn: Turn, keepAddresses: boolean): void {
  if (turn.state.state === 'INIT') return;
  sayGoodbye(turn, keepAddresses);
  reportState(turn, 'INIT');
  runScripts(turn, 'STOP');
  sendMail(turn, 'STOP');
}

function remove(turn: Turn): void {
  if (turn.state.state === 'INIT') return;
  sayGoodbye(turn, false);
  reportState(turn, 'INIT');
  const { notify, notifyDeleted } = turn.state.settings;
  const word = notifyDeleted ? 'DELETED' : 'FAULT';
  tellAll(turn, word);
  runScript(turn, notify.deleted, 'notify_deleted');
  sendMail(turn, word);
}

/** Priority 0 before anything else: the backup takes over while we clean up. */
function sayGoodbye(turn: Turn, keepAddresses: boolean): void {
  if (turn.state.state === 'MASTER') {
    sendPriorityZero(turn);
    countUp(turn, 'release_master');
    if (!keepAddresses) takeAddressesOff(turn);
  }
  change(turn, { state: 'INIT', master: undefined, ...NOTHING_PENDING });
}
