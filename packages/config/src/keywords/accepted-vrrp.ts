import {
  address,
  boolean,
  decimalSeconds,
  integer,
  oneOf,
  wholeSeconds,
  word,
} from '../argument.ts';
import type { Call } from '../call.ts';
import { readWord } from '../composer.ts';
import { acceptedGrammar, type AcceptedGrammar, type AcceptedRow } from './accepted.ts';
import { ignoreEntry } from './accepted-global.ts';
import { multicast } from './global-defs.ts';
import { readRoute, readRule } from './route-entry.ts';
import { readPeerEntry, trackEntry } from './track-entry.ts';

const OPTIONAL = boolean('optional');
const COUNT = integer({ min: 1, max: 0xffff_ffff });
const TTL = integer({ min: 0, max: 255 });
const WEIGHT = integer({ min: -253, max: 253 });
const FILE_WEIGHT = integer({ min: -254, max: 254 });
const DELAY = decimalSeconds({ min: 0.000001, max: 3600 });
const MULTICAST_INSTEAD = 'adverts are sent to the multicast group, not to the peers';

/** The track blocks, as instances and sync groups have them. */
function trackers(whose: string): readonly AcceptedRow[] {
  const kinds = [
    ['interface', 'interfaces'],
    ['script', 'scripts'],
    ['file', 'files'],
    ['process', 'processes'],
    ['bfd', 'BFD sessions'],
  ] as const;
  return kinds.map(([kind, plural]) => ({
    keyword: `track_${kind}`,
    entries: trackEntry(kind),
    lost: `the state of these ${plural} changes neither state nor priority`,
    doc: `${whose} follows these ${plural}: NAME [weight N [reverse]], one per line.`,
  }));
}

/** Keywords of vrrp_instance that have no effect yet. */
// prettier-ignore
export const ACCEPTED_INSTANCE: readonly AcceptedRow[] = [
  { keyword: 'auth_hmac', block: acceptedGrammar('auth_hmac', [
    { keyword: 'key', words: 1, doc: 'A key.' },
    { keyword: 'active_key', words: 1, doc: 'The key of own adverts.' },
    { keyword: 'anti_replay', words: 0, doc: 'Refuse adverts that are repeated.' },
    { keyword: 'time_window', words: 1, doc: 'How far clocks may differ.' },
    { keyword: 'mode', words: 1, doc: 'How strictly it is applied.' },
  ]), since: '2.4.0', lost: 'adverts are neither signed nor checked, and peers with it refuse them', doc: 'Authentication of version 3.' },
  { keyword: 'no_virtual_ipaddress', since: '2.2.8', doc: 'Having no address is meant.' },
  { keyword: 'virtual_routes', entries: readRoute, lost: 'these routes are not set', doc: 'Routes of the master, one per line.' },
  { keyword: 'virtual_rules', entries: readRule, lost: 'these rules are not set', doc: 'Routing rules of the master, one per line.' },
  { keyword: 'unicast_peer', entries: readPeerEntry, lost: `${MULTICAST_INSTEAD}; where multicast does not pass, every box becomes master`, doc: 'Boxes that adverts are sent to, one per line.' },
  { keyword: 'unicast_src_ip', argument: address(), lost: MULTICAST_INSTEAD, doc: 'Source address of adverts to peers.' },
  { keyword: 'mcast_dst_ip', argument: multicast(), lost: 'adverts go to the group of global_defs', doc: 'Group of this instance.' },
  { keyword: 'track_src_ip', doc: 'FAULT while the source address is missing.' },
  { keyword: 'unicast_ttl', argument: TTL, doc: 'TTL of adverts to peers. Default: 255.' },
  { keyword: 'check_unicast_src', doc: 'Accept adverts only from peers.' },
  { keyword: 'unicast_fault_no_peer', doc: 'FAULT without a peer.' },
  { keyword: 'old_unicast_checksum', words: 0, argument: oneOf(new Map([['never', true]])), doc: '[never]: checksum of old versions.' },
  { keyword: 'v3_checksum_as_v2', argument: OPTIONAL, since: '2.2.8', lost: 'version 3 adverts keep the checksum of the RFC, which peers with this setting refuse', doc: 'Version 3 checksum without pseudo header.' },
  { keyword: 'native_ipv6', lost: 'the family is that of the addresses', doc: 'Adverts over IPv6.' },
  ...trackers('The instance'),
  { keyword: 'notify_deleted', doc: 'Removal at a reload is told as DELETED.' },
  { keyword: 'notify_priority_changes', argument: OPTIONAL, doc: 'Tell notify scripts of changes of priority.' },
  { keyword: 'use_vmac', words: 0, lost: 'the addresses have the MAC address of the interface, which changes at a takeover', doc: '[NAME] [MAC]: an interface with the MAC address of the RFC.' },
  { keyword: 'vmac_xmit_base', doc: 'Adverts leave by the base interface.' },
  { keyword: 'use_vmac_addr', doc: 'VMACs also for addresses on other interfaces.' },
  { keyword: 'use_ipvlan', words: 0, lost: 'the addresses are on the interface itself', doc: '[NAME] [ADDRESS] [MODE]: an ipvlan interface.' },
  { keyword: 'vrf', argument: word(15), lost: 'the addresses are not put into the VRF', doc: 'VRF of the VMAC.' },
  { keyword: 'no_accept', lost: 'packets to the addresses are accepted', doc: 'Drop packets to addresses that are not owned.' },
  { keyword: 'strict_mode', argument: OPTIONAL, doc: 'Insist on the RFC.' },
  { keyword: 'promote_secondaries', doc: 'Keep secondary addresses when the primary one goes.' },
  { keyword: 'garp_extra_if', deprecated: ['vmac_garp_intvl'], bare: 'error', words: 1, doc: '[all] SECONDS: gratuitous ARPs on other interfaces of a VMAC.' },
  { keyword: 'timer_expired_backup', aliases: ['thread_timer_expired'], since: '2.2.8', doc: 'Stay backup when the timer was served late.' },
  { keyword: 'owner_ignore_adverts', argument: OPTIONAL, since: '2.3.3', doc: 'The owner of the addresses ignores adverts.' },
  { keyword: 'linkbeat_use_polling', judge: isDeprecated, doc: 'Ask for the link state again and again.' },
  { keyword: 'kernel_rx_buf_size', bare: 'error', argument: integer({ min: 0, max: 0x7fff_ffff }), doc: 'Size of the receive buffer.' },
];

/** The keyword table of vrrp_script. */
// prettier-ignore
export const VRRP_SCRIPT: AcceptedGrammar = acceptedGrammar('vrrp_script', [
  { keyword: 'script', script: 'command', doc: 'What is run.' },
  { keyword: 'interval', argument: wholeSeconds({ min: 1, max: 4294 }), doc: 'Period. Default: 1.' },
  { keyword: 'timeout', argument: wholeSeconds({ min: 1, max: 4294 }), doc: 'Limit. Default: interval.' },
  { keyword: 'weight', argument: WEIGHT, judge: onlyReverse, doc: 'N [reverse]: change of priority; 0: FAULT on failure. Default: 0.' },
  { keyword: 'rise', argument: integer({ min: 1, max: 0x7fff_ffff }), doc: 'Successes before it counts as up. Default: 1.' },
  { keyword: 'fall', argument: integer({ min: 1, max: 0x7fff_ffff }), doc: 'Failures before it counts as down. Default: 1.' },
  { keyword: 'user', words: 1, doc: 'USER [GROUP] that runs it.' },
  { keyword: 'init_fail', doc: 'Starts as failed.' },
]);

/** The keyword table of track_file. */
// prettier-ignore
export const TRACK_FILE: AcceptedGrammar = acceptedGrammar('track_file', [
  { keyword: 'file', bare: 'error', argument: word(), doc: 'File that holds a number.' },
  { keyword: 'weight', bare: 'error', argument: FILE_WEIGHT, judge: onlyReverse, doc: 'N [reverse]: factor of the number; 0: FAULT unless it is 0. Default: 1.' },
  { keyword: 'init_file', words: 0, judge: initialValue, doc: '[NUMBER] [overwrite]: create the file.' },
]);

/** The keyword table of vrrp_track_process. */
// prettier-ignore
export const TRACK_PROCESS: AcceptedGrammar = acceptedGrammar('vrrp_track_process', [
  { keyword: 'process', words: 1, doc: 'Name, and arguments, of the process.' },
  { keyword: 'param_match', bare: 'note', argument: oneOf(new Map([['initial', 1], ['partial', 2]])), doc: 'How arguments are compared.' },
  { keyword: 'weight', bare: 'error', argument: FILE_WEIGHT, judge: onlyReverse, doc: 'N [reverse]: change of priority. Default: 0.' },
  { keyword: 'quorum', argument: integer({ min: 1, max: 65_535 }), doc: 'Least number of processes. Default: 1.' },
  { keyword: 'quorum_max', argument: integer({ min: 0, max: 65_535 }), doc: 'Highest number of processes.' },
  { keyword: 'delay', argument: DELAY, doc: 'Wait before a change counts.' },
  { keyword: 'terminate_delay', argument: DELAY, doc: 'Wait after an end.' },
  { keyword: 'fork_delay', argument: DELAY, doc: 'Wait after a start.' },
  { keyword: 'full_command', doc: 'Compare the whole command line.' },
]);

/** The keyword table of vrrp_sync_group. */
// prettier-ignore
export const SYNC_GROUP: AcceptedGrammar = acceptedGrammar('vrrp_sync_group', [
  { keyword: 'group', entries: ignoreEntry, doc: 'The instances of the group.' },
  { keyword: 'notify_master', script: 'command', doc: 'Run when the group becomes master.' },
  { keyword: 'notify_backup', script: 'command', doc: 'Run when it becomes backup.' },
  { keyword: 'notify_fault', script: 'command', doc: 'Run on a fault.' },
  { keyword: 'notify_stop', script: 'command', doc: 'Run at stop.' },
  { keyword: 'notify', script: 'command', doc: 'Run at every change.' },
  { keyword: 'smtp_alert', argument: OPTIONAL, doc: 'Mail at each change.' },
  ...trackers('The group'),
  { keyword: 'sync_group_tracking_weight', doc: 'Members may have weights.' },
  { keyword: 'global_tracking', judge: isDeprecated, doc: 'Old name of the same.' },
  { keyword: 'notify_priority_changes', argument: OPTIONAL, doc: 'Tell notify scripts of changes of priority.' },
]);

/** The keyword table of bfd_instance. */
// prettier-ignore
export const BFD_INSTANCE: AcceptedGrammar = acceptedGrammar('bfd_instance', [
  { keyword: 'neighbor_ip', aliases: ['neighbour_ip'], argument: address(), doc: 'The other end.' },
  { keyword: 'source_ip', argument: address(), doc: 'The own end. Default: any.' },
  { keyword: 'min_rx', argument: COUNT, doc: 'Least distance of packets heard, in milliseconds. Default: 10.' },
  { keyword: 'min_tx', argument: COUNT, doc: 'Least distance of packets sent, in milliseconds. Default: 10.' },
  { keyword: 'idle_tx', argument: integer({ min: 1000, max: 0xffff_ffff }), doc: 'Their distance while down, in milliseconds. Default: 1000.' },
  { keyword: 'multiplier', argument: integer({ min: 1, max: 255 }), doc: 'Packets missed before it counts as down. Default: 5.' },
  { keyword: 'passive', doc: 'Wait for the other end.' },
  { keyword: 'ttl', aliases: ['hoplimit'], argument: integer({ min: 1, max: 255 }), doc: 'TTL of packets sent. Default: 255.' },
  { keyword: 'max_hops', argument: integer({ min: -1, max: 255 }), doc: 'Hops that packets may have made. Default: 0.' },
  { keyword: 'multihop', since: '2.2.8', doc: 'The other end is not a neighbour.' },
  { keyword: 'weight', argument: WEIGHT, judge: onlyReverse, doc: 'N [reverse]: change of priority. Default: 0.' },
  { keyword: 'vrrp', doc: 'For instances.' },
  { keyword: 'checker', doc: 'For checkers.' },
]);

const REVERSE = oneOf(new Map([['reverse', true]]));

/** `weight N` may go on with one word. */
function onlyReverse(call: Call): void {
  const word = call.argument(2);
  if (word !== undefined) readWord(REVERSE, word, { call, name: 'what follows the weight' });
}

function initialValue(call: Call): void {
  for (const word of call.arguments) {
    if (word.text !== 'overwrite') readWord(FILE_WEIGHT, word, { call });
  }
}

function isDeprecated(call: Call): void {
  call.complain('DEPRECATED_KEYWORD', `${call.keyword} is deprecated here`, {
    at: call.words[0],
    severity: 'warning',
  });
}

/**
 * Checks what a sync group lists, once all instances are known.
 * @param call - its statement
 * @param instances - names that exist
 * @param taken - names that are in a group already; grows
 * @see inventory §2.8
 */
export function checkSyncGroup(
  call: Call,
  instances: ReadonlySet<string>,
  taken: Set<string>,
): void {
  const group = call.statement.block?.children.find(
    (each) => each.kind === 'statement' && each.keyword === 'group',
  );
  if (group?.kind !== 'statement') {
    call.complain('EMPTY_GROUP', 'the sync group names no instance; ignoring it');
    return;
  }
  let members = 0;
  for (const child of group.block?.children ?? []) {
    if (child.kind === 'comment') continue;
    for (const member of call.of(child).words) {
      if (!instances.has(member.text)) {
        call.complain(
          'UNKNOWN_INSTANCE',
          `vrrp_instance ${member.text} doesn't exist; ignoring it`,
          { at: member },
        );
      } else if (taken.has(member.text)) {
        call.complain(
          'INSTANCE_IN_TWO_GROUPS',
          `vrrp_instance ${member.text} is in another group; ignoring it`,
          { at: member },
        );
      } else {
        taken.add(member.text);
        members += 1;
      }
    }
  }
  if (members > 1) return;
  call.complain(
    'SMALL_GROUP',
    `the sync group has ${members} instances; it makes sense from 2 on`,
    {
      severity: 'warning',
    },
  );
}
