import { parseIp } from '@tandem/inet';
import { decimalSeconds, wholeSeconds, word } from '../argument.ts';
import type { Call } from '../call.ts';
import { readWord } from '../composer.ts';
import type { Word } from '../words.ts';
import { acceptedGrammar, type AcceptedRow } from './accepted.ts';
import { GARP_GROUP_ROWS, ignoreEntry, SSL_ROWS } from './accepted-global.ts';
import {
  BFD_INSTANCE,
  SYNC_GROUP,
  TRACK_FILE,
  TRACK_PROCESS,
  VRRP_SCRIPT,
} from './accepted-vrrp.ts';
import { readAddressEntry } from './address-entry.ts';
import { readRoute, readRule } from './route-entry.ts';

const SECONDS = decimalSeconds({ min: 0, max: 255 });
const NOT_SET = 'they are not set';
const NOT_FOLLOWED = 'instances do not follow it';

/** Root keywords that have no effect yet. */
// prettier-ignore
export const ACCEPTED_ROOT: readonly AcceptedRow[] = [
  { keyword: 'vrrp_sync_group', bare: 'error', words: 1, block: SYNC_GROUP, defines: 'group', lost: 'its instances change state each for itself', judge: (call) => call.session.syncGroups.push(call), doc: 'Instances that change state together.' },
  { keyword: 'vrrp_script', words: 1, block: VRRP_SCRIPT, required: ['script'], defines: 'script', lost: 'it is not run', doc: 'A script that instances follow.' },
  { keyword: 'track_file', aliases: ['vrrp_track_file'], words: 1, block: TRACK_FILE, required: ['file'], defines: 'file', lost: NOT_FOLLOWED, doc: 'A file that instances and checkers follow.' },
  { keyword: 'vrrp_track_process', words: 1, block: TRACK_PROCESS, required: ['process'], defines: 'process', lost: NOT_FOLLOWED, doc: 'Processes that instances follow.' },
  { keyword: 'bfd_instance', bare: 'error', words: 1, block: BFD_INSTANCE, required: ['neighbor_ip'], defines: 'bfd', lost: 'nobody speaks BFD', doc: 'A BFD session.' },
  { keyword: 'virtual_server_group', words: 1, entries: readGroupEntry, judge: notEmpty, defines: 'servers', lost: 'virtual servers of this group do not serve', doc: 'Addresses, ranges and marks of one virtual server.' },
  { keyword: 'static_ipaddress', entries: readStaticAddress, lost: NOT_SET, doc: 'Addresses that stay, one per line.' },
  { keyword: 'static_routes', entries: readRoute, lost: NOT_SET, doc: 'Routes that stay, one per line.' },
  { keyword: 'static_rules', entries: readRule, lost: NOT_SET, doc: 'Routing rules that stay, one per line.' },
  { keyword: 'track_group', words: 1, block: acceptedGrammar('track_group', [{ keyword: 'group', entries: ignoreEntry, doc: 'The instances.' }]), doc: 'Instances that follow static entries.' },
  { keyword: 'garp_group', block: acceptedGrammar('garp_group', GARP_GROUP_ROWS), judge: hasDelay, doc: 'Interfaces with a common gap between gratuitous ARPs.' },
  { keyword: 'interface_up_down_delays', entries: readDelays, doc: 'INTERFACE DOWN [UP] seconds, one per line.' },
  { keyword: 'linkbeat_use_polling', doc: 'Ask for link states again and again.' },
  { keyword: 'linkbeat_interfaces', entries: ignoreEntry, doc: 'Ask only for these.' },
  { keyword: 'SSL', block: acceptedGrammar('SSL', SSL_ROWS), doc: 'Keys and certificates of SSL_GET.' },
  { keyword: 'net_namespace', argument: word(), lost: 'the daemon stays in the network namespace that it was started in', doc: 'Network namespace of the daemon.' },
  { keyword: 'net_namespace_ipvs', argument: word(), lost: 'IPVS is that of the namespace that the daemon was started in', doc: 'Network namespace of IPVS.' },
  { keyword: 'namespace_with_ipsets', doc: 'Allow ipsets in namespaces of old kernels.' },
  { keyword: 'instance', argument: word(), doc: 'Name of this daemon among several.' },
  { keyword: 'use_pid_dir', doc: 'Put pid files into a folder of their own.' },
  { keyword: 'child_wait_time', argument: wholeSeconds({ min: 0, max: 4294 }), doc: 'Wait for the processes at stop. Default: 5.' },
];

function readStaticAddress(words: readonly Word[], call: Call): void {
  readAddressEntry(words, call);
}

/** `ADDRESS[-LAST or /LENGTH] [PORT]` or `fwmark N [FAMILY]`. @see inventory §2.12 */
function readGroupEntry(words: readonly Word[], call: Call): void {
  const [first] = words;
  if (first === undefined || first.text === 'fwmark') return;
  if (parseIp(first.text.split(/[-/]/)[0] ?? '') !== undefined) return;
  call.complain('INVALID_ADDRESS', `'${first.text}' is not an IP address; skipping it`, {
    at: first,
    hint: 'write ADDRESS PORT, ADDRESS-LAST PORT, NET/LENGTH PORT or fwmark N',
  });
}

function notEmpty(call: Call): void {
  if (call.statement.block?.children.some((each) => each.kind === 'statement')) return;
  call.complain('EMPTY_BLOCK', `${call.keyword} has no entries; ignoring it`);
}

function hasDelay(call: Call): void {
  if (call.inside('garp_interval', 'gna_interval') !== undefined) return;
  call.complain('MISSING_KEYWORD', 'garp_group has no delay; ignoring it', {
    hint: "add 'garp_interval SECONDS' or 'gna_interval SECONDS'",
  });
}

function readDelays(words: readonly Word[], call: Call): void {
  for (const delay of words.slice(1, 3)) readWord(SECONDS, delay, { call, name: 'a delay' });
}
