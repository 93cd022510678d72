/** Why an instance cannot take part, each reason with the time since when. */
import { describe, isAwaited, isFaulty } from './ledger.ts';
import type { VrrpInstanceSettings } from './settings.ts';
import type { VrrpState } from './state.ts';
import { change, type Turn } from './turn.ts';

/**
 * @param state - of an instance
 * @returns what makes it go to FAULT, in keepalived's words; empty: nothing
 */
export function faultsOf(state: VrrpState): string[] {
  const { groupFault } = state;
  return [...ownFaultsOf(state), ...(groupFault?.told === true ? [groupFault.reason] : [])];
}

/**
 * @param state - of an instance
 * @returns what must be known before it leaves FAULT; no reason to go there
 */
export function awaitedBy(state: VrrpState): string[] {
  const { groupFault } = state;
  return [...ownAwaitedBy(state), ...(groupFault?.told === false ? [groupFault.reason] : [])];
}

/** Without what the sync group has. */
export function ownFaultsOf(state: VrrpState): string[] {
  const { settings, interfaceUp, interfaceMissing, hearingFailure, source, ledger, drift } = state;
  const faults: string[] = [];
  if (settings.trackPrimary && !interfaceUp)
    faults.push(`interface ${settings.interface} ${interfaceMissing ? 'does not exist' : 'down'}`);
  // Who cannot hear a master must not become one.
  if (hearingFailure !== undefined)
    faults.push(`cannot listen on ${settings.interface}: ${hearingFailure}`);
  if (source === undefined) faults.push(whyNoSource(settings));
  if (settings.unicast?.peers.length === 0) faults.push('no unicast peers');
  if (drift !== undefined) faults.push(drift);
  return [...faults, ...ledger.filter(isFaulty).map(describe)];
}

function whyNoSource({ family, sourceAddress }: VrrpInstanceSettings): string {
  if (sourceAddress === undefined) return `no IPv${family} address for interface`;
  return `src address not configured: no interface has ${sourceAddress}`;
}

/** Without what the sync group waits for. */
export function ownAwaitedBy({ ledger }: VrrpState): string[] {
  return ledger.filter(isAwaited).map(describe);
}

/** Keeps the reasons for FAULT up to date: one that stays keeps its time. */
export function noteFaults(turn: Turn): void {
  const { state, faults } = turn.state;
  const reasons = state === 'FAULT' ? [...faultsOf(turn.state), ...awaitedBy(turn.state)] : [];
  const isSame =
    reasons.length === faults.length && reasons.every((each, i) => each === faults[i]?.reason);
  if (isSame) return;
  change(turn, {
    faults: reasons.map(
      (reason) => faults.find((each) => each.reason === reason) ?? { reason, since: turn.now },
    ),
  });
}
