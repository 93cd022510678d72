/**
 * A backup takes over when the protocol says, neither before nor after: a second opinion on its
 * timer, from the events alone. So it waits for its betters, for anybody with nopreempt, and
 * hands over within the skew time after priority 0. A master that yields waits the skew time, and so
 * does all its sync group.
 * @see RFC 3768 §6.4.2, RFC 9568 §6.4.2
 */
import { readAdvertisementHeader, type ReceivedPacket, type VrrpState } from '@tandem/vrrp';
import type { Instance } from '../process.ts';
import type { Router, Step } from '../router.ts';
import type { Rule, View } from '../rule.ts';
import { Violation } from '../violation.ts';
import { isDroppedReplay } from './replays.ts';

/** What a backup should know; times are milliseconds on the clock of its router. */
interface Opinion {
  takesOverAt: number;
  masterInterval: number;
  /** Until when lower priorities are put up with; undefined: none has been heard. */
  delayedUntil: number | undefined;
  /** In a sync group: its time has come, and it has heard no better since. */
  isReady: boolean;
}

/** Timers are late, and sums of floating-point numbers are not exact. */
const LATE_MOST = 1.5;
const EARLY_MOST = 1e-3;

/** @returns the rule, for one run */
export function masterDownTimer(view: View): Rule {
  const opinions = new Map<Instance, Opinion>();
  /** When a member of its group has yielded, on the clock of the router. */
  const yieldedAt = new Map<Router, number>();

  function stepped(step: Step): void {
    const { instance, router, before, after, now } = step;
    const isYielding =
      hasYielded(step) || (step.event.type === 'step-down' && yieldedAt.get(router) === now);
    if (isYielding && after.settings.syncGroup !== undefined) yieldedAt.set(router, now);
    if (before.state === 'BACKUP' && after.state === 'MASTER')
      judgeTakeover(step, opinions.get(instance));
    if (after.state !== 'BACKUP') {
      opinions.delete(instance);
      return;
    }
    const known = before.state === 'BACKUP' ? opinions.get(instance) : undefined;
    const opinion = known ?? firstOpinion(step, isYielding);
    opinions.set(instance, opinion);
    follow(opinion, step);
  }

  function settled(): void {
    for (const router of view.routers) {
      if (router.isStalled) continue;
      for (const instance of router.instances) {
        const opinion = opinions.get(instance);
        if (opinion === undefined || router.now <= opinion.takesOverAt + LATE_MOST) continue;
        const late = (router.now - opinion.takesOverAt).toFixed(1);
        throw new Violation(
          'dead master',
          `r${router.number} should have taken over ${late} ms ago`,
        );
      }
    }
  }

  return { stepped, settled };
}

function judgeTakeover({ router, event, before, now }: Step, opinion: Opinion | undefined): void {
  if (opinion === undefined) throw new Violation('takeover', `r${router.number} was no backup`);
  const { preempt, syncGroup } = before.settings;
  if (event.type === 'timer' && isMuchTooLate(opinion, before, now))
    throw new Violation('stall', `r${router.number} does not listen before it speaks`);
  const isInTime = now >= opinion.takesOverAt - EARLY_MOST;
  if (
    syncGroup === undefined ? isInTime : opinion.isReady || (event.type === 'take-over' && isInTime)
  )
    return;
  const early = (opinion.takesOverAt - now).toFixed(3);
  const word = preempt ? 'takeover' : 'nopreempt';
  throw new Violation(word, `r${router.number} takes over ${early} ms before its time`);
}

/** A master that steps back after a stall does so before it looks at what has changed. */
function firstOpinion({ event, before, after: end, now }: Step, isYielding: boolean): Opinion {
  const after = before.state === 'MASTER' ? before : end;
  const masterInterval = after.settings.advertisementInterval;
  const recovers = before.state === 'FAULT' && isWantingOwner(after);
  const wait = recovers
    ? masterInterval + skew(after, masterInterval)
    : isYielding
      ? skew(after, masterInterval)
      : masterDown(after, masterInterval);
  const isStart = event.type === 'start';
  return {
    takesOverAt: now + (isStart ? masterDown(after, masterInterval) : wait),
    masterInterval,
    delayedUntil: undefined,
    isReady: false,
  };
}

function follow(opinion: Opinion, step: Step): void {
  const { event, before, after, now } = step;
  switch (event.type) {
    case 'packet':
      if (!isDroppedReplay(step)) hear(opinion, event.packet, { after, now });
      return;
    case 'reconfigure':
      if (before.state === 'FAULT') return;
      if (after.settings.version === 2)
        opinion.masterInterval = after.settings.advertisementInterval;
      opinion.takesOverAt = now + masterDown(after, opinion.masterInterval);
      return;
    case 'timer': {
      if (now < opinion.takesOverAt) return;
      const isLate = isMuchTooLate(opinion, after, now);
      // It waits for the group, or did not run for so long that it must listen first.
      if (after.settings.syncGroup === undefined && !isLate) return;
      if (!isLate) opinion.isReady = true;
      opinion.takesOverAt = now + masterDown(after, opinion.masterInterval);
      return;
    }
    default:
  }
}

/** It did not run for so long that adverts may lie unread. */
function isMuchTooLate(opinion: Opinion, state: VrrpState, now: number): boolean {
  return now > opinion.takesOverAt + masterDown(state, opinion.masterInterval);
}

function hear(
  opinion: Opinion,
  packet: ReceivedPacket,
  { after, now }: { readonly after: VrrpState; readonly now: number },
): void {
  const header = readAdvertisementHeader(packet.body);
  if (header === undefined) return;
  const { priority, intervalCentiseconds } = header;
  if (priority === 0) {
    opinion.takesOverAt = now + skew(after, opinion.masterInterval);
    return;
  }
  const { preempt, preemptDelay, version } = after.settings;
  const isObeyed = priority >= after.effectivePriority || !preempt;
  if (isObeyed) opinion.delayedUntil = undefined;
  else if (preemptDelay > 0) opinion.delayedUntil ??= now + preemptDelay;
  const isPutUpWith = preemptDelay > 0 && now < (opinion.delayedUntil ?? 0);
  if (!isObeyed && !isPutUpWith) return;
  if (version === 3) opinion.masterInterval = intervalCentiseconds * 10;
  opinion.takesOverAt = now + masterDown(after, opinion.masterInterval);
  opinion.isReady = false;
}

/** Somebody else took an address off, and it has not stood still before. */
function hasYielded({ event, before, after, effects }: Step): boolean {
  if (event.type !== 'address-removed' || after.settings.onDrift !== 'yield') return false;
  const hasSaidGoodbye = effects.some(
    (each) => each.type === 'send-advertisement' && each.priority === 0,
  );
  return before.state === 'MASTER' && after.state === 'BACKUP' && hasSaidGoodbye;
}

function isWantingOwner({ effectivePriority, settings }: VrrpState): boolean {
  const { initialState, syncGroup } = settings;
  return effectivePriority === 255 && initialState === 'MASTER' && syncGroup === undefined;
}

function skew({ settings, effectivePriority }: VrrpState, interval: number): number {
  return ((256 - effectivePriority) * (settings.version === 2 ? 1000 : interval)) / 256;
}

function masterDown(state: VrrpState, interval: number): number {
  return state.settings.downTimerAdverts * interval + skew(state, interval);
}
