import { after, inSeconds, isDue } from '@tandem/time';
import type { Heard } from './receive-check.ts';
import { isWanted } from './state.ts';
import { masterDownInterval, skewTime } from './timers.ts';
import type { Turn } from './turn.ts';
import { change, log, restartMasterDownTimer, sendFarewell, waitForMaster } from './turn.ts';

/**
 * A good packet heard while BACKUP.
 * @see RFC 3768 §6.4.2
 */
export function onBackupPacket(turn: Turn, heard: Heard): void {
  const { settings, effectivePriority } = turn.state;
  if (heard.priority === 0) {
    log(turn, 'Backup received priority 0 advertisement');
    const { version } = settings;
    const skew = skewTime(version, effectivePriority, turn.state.masterInterval);
    waitForMaster(turn, skew);
    return;
  }
  if (heard.priority >= effectivePriority || !settings.preempt) {
    accept(turn, heard);
    change(turn, { preemptDelayUntil: undefined });
    return;
  }
  if (isPreemptDelayed(turn)) {
    accept(turn, heard);
    return;
  }
  change(turn, { preempted: heard.source });
  const sender = `advert from ${heard.source}`;
  log(turn, `received lower priority (${heard.priority}) ${sender} - discarding`);
}

/**
 * The timer of a BACKUP has come.
 * @returns whether the master is dead; not so after a stall, as its adverts may lie unread
 */
export function onBackupTimer(turn: Turn): boolean {
  const { settings, effectivePriority, masterInterval, masterDownDue } = turn.state;
  if (masterDownDue === undefined || !isDue(masterDownDue, turn.now)) return false;
  const interval = masterDownInterval(settings, effectivePriority, masterInterval);
  if (turn.now <= after(masterDownDue, interval)) return true;
  log(turn, 'timer is late by more than its own length - listening again', { level: 'warning' });
  restartMasterDownTimer(turn);
  return false;
}

function accept(turn: Turn, heard: Heard): void {
  const { settings, effectivePriority, steppedBack } = turn.state;
  const { source: address, priority } = heard;
  if (steppedBack) sendFarewell(turn, heard, Math.min(effectivePriority, priority - 1));
  change(turn, {
    awaitsGroup: false,
    hasYielded: false,
    steppedBack: false,
    preempted: undefined,
    master: { address, priority },
    masterInterval:
      settings.version === 3 ? heard.advertisementInterval : settings.advertisementInterval,
  });
  restartMasterDownTimer(turn);
}

/** Starts the delay with the first advert of lower priority. */
function isPreemptDelayed(turn: Turn): boolean {
  const { preemptDelay } = turn.state.settings;
  if (!isWanted(preemptDelay)) return false;
  if (turn.state.preemptDelayUntil === undefined) {
    log(turn, `start preempt delay (${inSeconds(preemptDelay).toFixed(6)})`);
    change(turn, { preemptDelayUntil: after(turn.now, preemptDelay) });
  }
  return !isDue(turn.state.preemptDelayUntil, turn.now);
}
