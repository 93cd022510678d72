import type { Call } from './call.ts';
import type { InstanceDraft } from './keywords/vrrp-instance.ts';

/** What an instance is, as far as its keywords must go together. */
interface Instance {
  readonly draft: InstanceDraft;
  readonly version: 2 | 3;
  readonly family: 4 | 6;
  readonly priority: number;
  readonly strict: boolean;
}

/** A keyword that keepalived drops, for what else the instance says. */
interface Conflict {
  readonly keyword: string;
  /** Whether the keyword, which is there, is dropped. */
  readonly when: (instance: Instance, call: Call) => boolean;
  readonly why: string;
  /** keepalived says nothing. */
  readonly severity?: 'note';
}

// prettier-ignore
const CONFLICTS: readonly Conflict[] = [
  { keyword: 'use_vmac', when: ({ draft }) => draft.ipvlan !== undefined, why: 'use_ipvlan is there' },
  { keyword: 'authentication', when: ({ draft }) => draft.hmac !== undefined, why: 'auth_hmac takes its place' },
  { keyword: 'vmac_xmit_base', when: ({ draft }, call) => call.inside('use_vmac') === undefined || draft.ipvlan !== undefined, why: 'it needs use_vmac' },
  { keyword: 'mcast_dst_ip', when: ({ draft }) => draft.peers.size > 0, why: 'adverts go to peers' },
  { keyword: 'use_vmac', when: (_, call) => call.inside('unicast_peer') !== undefined && call.inside('vmac_xmit_base') === undefined, why: 'with unicast_peer it needs vmac_xmit_base, which is set' },
  { keyword: 'promote_secondaries', when: ({ draft }, call) => call.inside('use_vmac') !== undefined && draft.ipvlan === undefined, why: 'a VMAC has it anyway' },
  { keyword: 'native_ipv6', when: ({ family }) => family === 4, why: 'the addresses are IPv4' },
  { keyword: 'mcast_dst_ip', when: ({ family }, call) => includesColon('mcast_dst_ip', call) !== (family === 6), why: 'the addresses are of the other family' },
  { keyword: 'track_src_ip', when: ({ draft }) => draft.sourceAddress === undefined, why: 'it needs mcast_src_ip or unicast_src_ip', severity: 'note' },
  { keyword: 'vrf', when: ({ draft }) => draft.interface !== undefined, why: 'there is an interface already' },
  { keyword: 'use_ipvlan', when: ({ family }, call) => family === 4 && !hasAddress(call), why: 'with IPv4 it needs an address of its own, and is in FAULT without one' },
];

/** What vrrp_strict drops, because the RFC does not have it. @see inventory §2.2 */
// prettier-ignore
const NOT_STRICT: readonly Conflict[] = [
  { keyword: 'authentication', when: ({ version }) => version === 2, why: 'RFC 3768 has none' },
  { keyword: 'accept', when: ({ version }) => version === 2, why: 'version 2 has none' },
  { keyword: 'state', when: ({ draft, priority }) => (draft.state === 'MASTER') !== (priority === 255), why: 'only who has priority 255 starts as MASTER' },
  { keyword: 'preempt_delay', when: ({ draft }) => draft.preemptDelay !== undefined && draft.preemptDelay > 0, why: 'there is no delay' },
  { keyword: 'down_timer_adverts', when: ({ draft }) => (draft.downTimerAdverts ?? 3) !== 3, why: 'it is 3' },
  { keyword: 'higher_prio_send_advert', when: ({ draft }) => draft.higherPrioritySendAdvert === true, why: 'none is sent' },
  { keyword: 'garp_lower_prio_delay', when: ({ draft }) => (draft.garpLowerPriorityDelay ?? 0) > 0, why: 'there is no second set' },
  { keyword: 'garp_lower_prio_repeat', when: ({ draft }) => (draft.garpLowerPriorityRepeat ?? 0) > 0, why: 'there are none' },
  { keyword: 'vmac_xmit_base', when: () => true, why: 'adverts have the MAC address of the virtual router' },
];

/**
 * Complains about keywords of an instance that do not go together.
 * @param instance - the block as read, and what follows from it
 * @param call - the statement that opens the block
 */
export function complainConflicts(instance: Instance, call: Call): void {
  const said = new Set<string>();
  for (const conflict of [...CONFLICTS, ...(instance.strict ? NOT_STRICT : [])]) {
    const { keyword, when, why, severity = 'warning' } = conflict;
    const at = call.inside(keyword);
    if (at === undefined || said.has(keyword) || !when(instance, call)) continue;
    said.add(keyword);
    const strict = NOT_STRICT.includes(conflict);
    call.complain(
      strict ? 'NOT_STRICT' : 'KEYWORD_CONFLICT',
      `${keyword} does not go with ${strict ? 'vrrp_strict' : 'the rest'}: ${why}`,
      { at, severity },
    );
  }
}

/** @returns whether a statement holds an IPv6 address */
function includesColon(keyword: string, call: Call): boolean {
  const place = call.inside(keyword);
  return place !== undefined && place.line.text.slice(place.start, place.end).includes(':');
}

/** @returns whether use_ipvlan is followed by an address */
function hasAddress(call: Call): boolean {
  const place = call.inside('use_ipvlan');
  return place !== undefined && /[0-9]\.[0-9]/.test(place.line.text.slice(place.start, place.end));
}
