/**
 * A master gives way to its better and to nobody else, and stays none after it stood still for so
 * long that a backup must have taken over.
 * @see RFC 3768 §6.4.3, RFC 9568 §6.4.3
 */
import { compareIp } from '@tandem/inet';
import { masterDownInterval, readAdvertisementHeader, type ReceivedPacket } from '@tandem/vrrp';
import type { Step } from '../router.ts';
import type { Rule } from '../rule.ts';
import { Violation } from '../violation.ts';
import { isDroppedReplay } from './replays.ts';

/** @returns the rule, for any run */
export function election(): Rule {
  return {
    stepped(step) {
      if (step.before.state !== 'MASTER') return;
      if (hasStoodStill(step)) judgeAfterStall(step);
      else if (step.event.type === 'packet' && !isDroppedReplay(step))
        judgeElection(step, step.event.packet);
    },
  };
}

function hasStoodStill({ before, now }: Step): boolean {
  const { settings, effectivePriority, advertisementDue = now } = before;
  const interval = settings.advertisementInterval;
  const silence = now - advertisementDue + interval;
  return silence > masterDownInterval(settings, effectivePriority, interval);
}

function judgeAfterStall({ router, after }: Step): void {
  if (after.state === 'MASTER')
    throw new Violation('stall', `r${router.number} does not listen before it speaks`);
}

function judgeElection({ router, before, after }: Step, packet: ReceivedPacket): void {
  const priority = readAdvertisementHeader(packet.body)?.priority ?? 0;
  const rank = priority - before.effectivePriority || compareIp(packet.source, router.plan.address);
  const mustGiveWay = priority > 0 && rank > 0;
  if (mustGiveWay === (after.state !== 'MASTER')) return;
  const own = `r${router.number} with ${before.effectivePriority}`;
  const verb = mustGiveWay ? 'does not give way' : 'gives way';
  throw new Violation('election', `${own} ${verb} to ${packet.source} with ${priority}`);
}
