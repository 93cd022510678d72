import { between, inSeconds, seconds } from '@tandem/time';
import type { Instant } from '@tandem/time';
import { whyNotRestored } from './restoration.ts';
import { whyTwoMasters } from './rival.ts';
import type { VrrpState } from './state.ts';

/** keepalived's words do not all tell what to do. */
const CURES: readonly (readonly [words: string, cure: string])[] = [
  ['invalid passwd', 'auth_pass must be the same on all boxes'],
  ['auth, expecting', 'authentication must be the same on all boxes'],
  ['wrong version', 'version must be the same on all boxes'],
  ['interval mismatch', 'advert_int must be the same on all boxes'],
  [
    'not a unicast peer',
    'add it to unicast_peer, or give one of the two another virtual_router_id',
  ],
  ['invalid TTL/HL', 'it has crossed a router, for which min_ttl of its unicast_peer is'],
  [
    'not present in MASTER advert',
    'virtual_ipaddress must be the same on all boxes; another cluster needs another virtual_router_id',
  ],
  [
    'unexpected ip number count',
    'virtual_ipaddress must be the same on all boxes; another cluster needs another virtual_router_id',
  ],
];

/** How long a refused advert is told of, or three intervals. */
const REFUSAL_TOLD = seconds(10);

/**
 * @param state - of an instance
 * @param now - the present
 * @returns why it is not master, or what is wrong while it is; one sentence each
 */
export function reasonsOf(state: VrrpState, now: Instant): string[] {
  switch (state.state) {
    case 'INIT':
      return ['not started'];
    case 'FAULT':
      return state.faults.map(({ reason }) => reason);
    case 'BACKUP':
      return [whyBackup(state, now), ...whyRefused(state, now)];
    case 'MASTER': {
      const failures = state.addressFailures.map(
        ({ address, error }) => `${address.address} is not on ${address.device}: ${error}`,
      );
      const { restorations, sendFailure } = state;
      const unsent = sendFailure === undefined ? [] : [`cannot send: ${sendFailure}`];
      return [
        ...whyRefused(state, now),
        ...whyTwoMasters(state.rival, { now, interval: state.settings.advertisementInterval }),
        ...unsent,
        ...failures,
        ...whyNotRestored(restorations, now),
      ];
    }
  }
}

function whyBackup(state: VrrpState, now: Instant): string {
  const { master, effectivePriority: ours, settings, masterDownDue, preemptDelayUntil } = state;
  if (state.holdUntil !== undefined && state.holdUntil > now) {
    const left = inSeconds(between(now, state.holdUntil)).toFixed(1);
    return `the delay at start ends in ${left} s`;
  }
  if (state.awaitsGroup) return `waits for the rest of sync group ${settings.syncGroup ?? ''}`;
  if (master === undefined) {
    const left = masterDownDue === undefined ? 0 : inSeconds(between(now, masterDownDue));
    return `listens for a master, takes over in ${Math.max(0, left).toFixed(1)} s`;
  }
  const { address, priority } = master;
  if (priority > ours) return `${address} has higher priority ${priority} than our ${ours}`;
  if (priority === ours) return `${address} has the same priority ${ours} and was master first`;
  const lower = `${address} has lower priority ${priority} than our ${ours}`;
  if (!settings.preempt) return `${lower} but stays master as nopreempt is set`;
  if (preemptDelayUntil !== undefined && preemptDelayUntil > now) {
    const left = inSeconds(between(now, preemptDelayUntil)).toFixed(1);
    return `${lower}, preempt_delay ends in ${left} s`;
  }
  return `${lower} and is about to be preempted`;
}

/** Somebody speaks for our virtual router, and is not obeyed. */
function whyRefused({ refused, settings }: VrrpState, now: Instant): string[] {
  if (refused === undefined) return [];
  const told = Math.max(REFUSAL_TOLD, 3 * settings.advertisementInterval);
  if (between(refused.at, now) > told) return [];
  const cure = CURES.find(([words]) => refused.why.includes(words))?.[1];
  const remedy = cure === undefined ? '' : ` (${cure})`;
  return [`adverts from ${refused.source} are refused: ${refused.why}${remedy}`];
}
