import { address, decimalMilliseconds, integer } from '../argument.ts';
import type { Call } from '../call.ts';
import type { Word } from '../words.ts';
import { acceptedGrammar, type AcceptedGrammar, type AcceptedRow } from './accepted.ts';
import { garpExtraInterface, INTERFACE } from './forms.ts';
import { readTrackEntry, TRACK_ENTRIES, weight } from './track-entry.ts';

const MILLISECONDS = { unit: 'milliseconds' };
/** Whole microseconds fit in 32 bits. */
const MILLISECONDS_MAX = 4_294_967;
const DISTANCE = decimalMilliseconds({ min: 1, max: MILLISECONDS_MAX });
const WEIGHT = { min: -253, max: 253 };

/** A track block that is only judged. */
export function untracked(kind: keyof typeof TRACK_ENTRIES, whose: string): AcceptedRow {
  return {
    keyword: `track_${kind}`,
    list: TRACK_ENTRIES[kind],
    readEntry(words, call) {
      const entry = readTrackEntry(kind, words, call);
      if (entry !== undefined)
        claimTracker(`${call.owner} ${kind} ${entry.name}`, entry.word, call);
    },
    lost: 'what happens to these changes neither state nor priority',
    doc: `${whose} follows these, one per line.`,
  };
}

function claimTracker(name: string, at: Word, call: Call): void {
  const { firsts } = call.session;
  if (firsts.has(name)) {
    call.complain('DUPLICATE_TRACKER', `${call.keyword} ${at.text} is given twice; ignoring it`, {
      at,
    });
  }
  firsts.add(name);
}

/** Keywords of vrrp_instance that have no effect yet. */
// prettier-ignore
export const ACCEPTED_INSTANCE: readonly AcceptedRow[] = [
  { keyword: 'no_virtual_ipaddress', since: '2.2.8', doc: 'Having no address is meant.' },
  { keyword: 'track_src_ip', doc: 'FAULT while the source address is missing.' },
  { keyword: 'native_ipv6', lost: 'the family is that of the addresses', doc: 'Adverts over IPv6.' },
  untracked('bfd', 'The instance'),
  { keyword: 'vrf', argument: INTERFACE, lost: 'the addresses are not put into the VRF', doc: 'VRF of the VMAC.' },
  { keyword: 'garp_extra_if', deprecated: ['vmac_garp_intvl'], bare: 'error', form: garpExtraInterface(0), doc: 'Period of gratuitous ARPs on other interfaces of a VMAC; all: also on those below; 0: none.' },
  { keyword: 'timer_expired_backup', aliases: ['thread_timer_expired'], since: '2.2.8', doc: 'Stay backup when the timer was served late.' },
  { keyword: 'linkbeat_use_polling', judge: isDeprecated, doc: 'Ask for the link state again and again.' },
  { keyword: 'kernel_rx_buf_size', bare: 'error', argument: integer({ min: 0, max: 0xffff_ffff }), doc: 'Size of the receive buffer.' },
];

/** The keyword table of bfd_instance. */
// prettier-ignore
export const BFD_INSTANCE: AcceptedGrammar = acceptedGrammar('bfd_instance', [
  { keyword: 'neighbor_ip', required: true, aliases: ['neighbour_ip'], argument: address(), doc: 'The other end.' },
  { keyword: 'source_ip', argument: address(), otherwise: 'any', doc: 'The own end.' },
  { keyword: 'min_rx', argument: DISTANCE, default: 10, doc: 'Least distance of packets heard.' },
  { keyword: 'min_tx', argument: DISTANCE, default: 10, doc: 'Least distance of packets sent.' },
  { keyword: 'idle_tx', argument: integer({ min: 1000, max: MILLISECONDS_MAX }, MILLISECONDS), default: 1000, doc: 'Least distance of packets sent while the session is down.' },
  { keyword: 'multiplier', argument: integer({ min: 1, max: 255 }), default: 5, doc: 'Packets missed before it counts as down.' },
  { keyword: 'passive', doc: 'Wait for the other end.' },
  { keyword: 'ttl', aliases: ['hoplimit'], argument: integer({ min: 1, max: 255 }), default: 255, doc: 'TTL of packets sent.' },
  { keyword: 'max_hops', argument: integer({ min: -1, max: 255 }), default: 0, doc: 'Hops that packets may have made.' },
  { keyword: 'multihop', since: '2.2.8', doc: 'The other end is not a neighbour.' },
  { keyword: 'weight', form: weight(WEIGHT), default: 0, doc: 'Change of priority.' },
  { keyword: 'vrrp', doc: 'Report the session to instances.' },
  { keyword: 'checker', doc: 'Report the session to checkers.' },
]);

/** Says that a keyword is deprecated where it stands. */
export function isDeprecated(call: Call): void {
  call.complain('DEPRECATED_KEYWORD', `${call.keyword} is deprecated here`, {
    at: call.words[0],
    severity: 'warning',
  });
}
