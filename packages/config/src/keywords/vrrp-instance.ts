import type { IpAddress } from '@tandem/inet';
import type { Duration } from '@tandem/time';
import type { DriftPolicy, VirtualRoute, VirtualRule } from '@tandem/vrrp';
import { address, anyWord, boolean, decimalSeconds, integer, oneOf, word } from '../argument.ts';
import type { Call } from '../call.ts';
import { composeBlock, linesOf, listEntries, readWord } from '../composer.ts';
import { COMMAND, form, NOTHING, optional, type Form } from '../form.ts';
import { keywordGrammar, listGrammar, ONLY_HERE, type KeywordGrammar } from '../grammar.ts';
import { readRoute } from '../route-line.ts';
import { readRule } from '../rule-line.ts';
import { readScript, type Script } from '../script-argument.ts';
import { needless, withoutEffect } from './accepted.ts';
import { ACCEPTED_INSTANCE, NEEDLESS_INSTANCE } from './accepted-vrrp.ts';
import { ADDRESS_ENTRY, readAddressEntry, type AddressEntry } from './address-entry.ts';
import { applyHmac, AUTH_HMAC, type HmacDraft } from './auth-hmac.ts';
import { VERSIONS, type GlobalDraft } from './global-defs.ts';
import { DRIFT, INTERFACE, multicast } from './forms.ts';
import {
  applyGarpExtra,
  DELAY,
  GARP_EXTRA,
  LOWER_PRIORITY_REPEAT,
  REFRESH,
  REPEAT,
  type GarpDraft,
} from './garp.ts';
import { applyPeers, PEER, TTL, type PeerEntry } from './peer-entry.ts';
import { applyRouterAdvert, ROUTER_ADVERT, type RouterAdvertDraft } from './router-advert.ts';
import { RECEIVE_BYTES_ROW } from './receive-buffers.ts';
import { ROUTE, RULE } from './route-entry.ts';
import { scriptRow } from './script-row.ts';
import { trackRow, type TrackEntry } from './track-entry.ts';
import { readIpvlan, USE_IPVLAN, type IpvlanDraft } from './use-ipvlan.ts';
import { readVmac, USE_VMAC, type VmacDraft } from './use-vmac.ts';

/** What a vrrp_instance block says so far; an absent field was not given. */
export interface InstanceDraft extends GarpDraft {
  readonly name: string;
  /** The globals as they stood when the block opened; later ones have no effect. */
  readonly globals: Readonly<GlobalDraft>;
  interface?: string;
  virtualRouterId?: number;
  version?: 2 | 3;
  priority?: number;
  state?: 'MASTER' | 'BACKUP';
  advertisementInterval?: Duration;
  authentication?: AuthenticationDraft;
  hmac?: HmacDraft;
  addresses: AddressEntry[];
  excludedAddresses: AddressEntry[];
  readonly routes: VirtualRoute[];
  readonly rules: VirtualRule[];
  onDrift?: DriftPolicy;
  routerAdvert?: RouterAdvertDraft;
  promoteSecondaries?: boolean;
  /** Identities of both kinds, so that none is taken twice. */
  readonly known: Set<string>;
  preempt?: boolean;
  preemptDelay?: Duration;
  downTimerAdverts?: number;
  strict?: boolean;
  skipCheckAdvertAddresses?: boolean;
  lowerPriorityNoAdvert?: boolean;
  higherPrioritySendAdvert?: boolean;
  trackPrimary?: boolean;
  /** By kind and name. */
  readonly trackers: Map<string, TrackEntry>;
  sourceAddress?: IpAddress;
  multicastGroup?: IpAddress;
  trackSource?: boolean;
  nativeIpv6?: boolean;
  timerExpiredBackup?: boolean;
  readonly peers: Map<IpAddress, PeerEntry>;
  unicastTtl?: number;
  checkUnicastSource?: boolean;
  oldChecksum?: 'always' | 'never';
  faultWithoutPeers?: boolean;
  needsNoAddress?: boolean;
  accept?: boolean;
  ownerIgnoresAdverts?: boolean;
  checksumAsVersion2?: boolean;
  vmac?: VmacDraft;
  vmacForAddresses?: boolean;
  ipvlan?: IpvlanDraft;
  vmacXmitBase?: boolean;
  smtpAlert?: boolean;
  lvsSyncDaemonInterface?: string;
  debug?: number;
  receiveBytes?: number;
  notifyMaster?: Script;
  notifyBackup?: Script;
  notifyFault?: Script;
  notifyStop?: Script;
  notify?: Script;
  notifyMasterRxLowerPri?: Script;
  notifyDeleted?: Script | true;
  notifyPriorityChanges?: boolean;
}

/** What an authentication block says so far. */
interface AuthenticationDraft {
  type?: 'PASS' | 'AH';
  password?: string;
}

const PASSWORD_LENGTH_MAX = 8;

/** Alone it is a flag. */
const OPTIONAL_COMMAND: Form = { ...COMMAND, least: 0 };
const NEVER = oneOf(new Map([['never', 'never'] as const]));

const STATES = oneOf(
  new Map<string, 'MASTER' | 'BACKUP'>([
    ['MASTER', 'MASTER'],
    ['BACKUP', 'BACKUP'],
  ]),
);

const AUTHENTICATION: KeywordGrammar<AuthenticationDraft> = keywordGrammar<AuthenticationDraft>(
  'authentication',
  // prettier-ignore
  [
    { kind: 'value', keyword: 'auth_type', set: 'type', argument: oneOf(new Map<string, 'PASS' | 'AH'>([['PASS', 'PASS'], ['AH', 'AH']])), doc: 'PASS, a password in clear; AH, a keyed hash of each advert.' },
    { kind: 'custom', keyword: 'auth_pass', form: form({ value: anyWord('PASSWORD') }), apply: applyPassword, doc: 'At most 8 characters; the rest is cut off.' },
  ],
);

/** The keyword table of vrrp_instance. */
// prettier-ignore
export const VRRP_INSTANCE: KeywordGrammar<InstanceDraft> = keywordGrammar<InstanceDraft>('vrrp_instance', [
  { kind: 'custom', keyword: 'state', form: form({ value: STATES }), firstCounts: true, apply: applyState, otherwise: 'from the priority', doc: 'Initial state; matters only with priority 255.' },
  { kind: 'value', keyword: 'interface', set: 'interface', argument: INTERFACE, fatal: true, otherwise: 'default_interface', doc: 'Interface of the adverts.' },
  { kind: 'value', keyword: 'virtual_router_id', set: 'virtualRouterId', argument: integer({ min: 1, max: 255 }), fatal: true, required: true, doc: 'Number of the virtual router, the same on all its boxes.' },
  { kind: 'value', keyword: 'priority', set: 'priority', argument: integer({ min: 1, max: 255 }), fallback: '100 is used', instead: 100, otherwise: '100; with state MASTER 255', doc: 'The highest becomes master.' },
  { kind: 'value', keyword: 'advert_int', set: 'advertisementInterval', argument: decimalSeconds({ min: 0.01, max: 255 }), fallback: 'it is ignored', default: 1, doc: 'Period of adverts: version 2 whole seconds, version 3 up to 40.95.' },
  { kind: 'value', keyword: 'version', set: 'version', argument: VERSIONS, otherwise: 'vrrp_version; with IPv6 always 3', doc: 'VRRP version.' },
  { kind: 'block', keyword: 'authentication', form: NOTHING, grammar: AUTHENTICATION, apply: applyAuthentication, doc: 'Version 2 only.' },
  { kind: 'block', keyword: 'auth_hmac', form: NOTHING, grammar: AUTH_HMAC, apply: applyHmac, since: '2.4.0', doc: 'Sign adverts, of any version and family, and drop what is forged or repeated.' },
  { kind: 'block', keyword: 'virtual_ipaddress', form: NOTHING, grammar: listGrammar('virtual_ipaddress', ADDRESS_ENTRY), apply: (draft, call) => applyAddresses(draft.addresses, draft, call), doc: 'Addresses of the master, one per line.' },
  { kind: 'block', keyword: 'virtual_ipaddress_excluded', form: NOTHING, grammar: listGrammar('virtual_ipaddress_excluded', ADDRESS_ENTRY), apply: (draft, call) => applyAddresses(draft.excludedAddresses, draft, call), doc: 'Addresses of the master that are not in its adverts.' },
  { kind: 'block', keyword: 'virtual_routes', form: NOTHING, grammar: listGrammar('virtual_routes', ROUTE), apply: ({ routes }, call) => routes.push(...linesOf(call, readRoute)), doc: 'Routes of the master, one per line.' },
  { kind: 'block', keyword: 'virtual_rules', form: NOTHING, grammar: listGrammar('virtual_rules', RULE), apply: ({ rules }, call) => rules.push(...linesOf(call, readRule)), doc: 'Routing rules of the master, one per line.' },
  { kind: 'value', keyword: 'on_drift', set: 'onDrift', argument: DRIFT, since: ONLY_HERE, otherwise: 'vrrp_on_drift', doc: 'When somebody else removes an address, route or rule of the master: put it back; give way to others and wait, as keepalived does; or FAULT until a reload.' },
  { kind: 'block', keyword: 'router_advert', form: NOTHING, grammar: ROUTER_ADVERT, apply: applyRouterAdvert, since: ONLY_HERE, doc: 'The master sends router advertisements of IPv6, from its link-local address.' },
  { kind: 'flag', keyword: 'promote_secondaries', set: 'promoteSecondaries', to: true, doc: 'Keep secondary addresses when the primary one goes.' },
  { kind: 'flag', keyword: 'nopreempt', set: 'preempt', to: false, undoes: 'preempt', doc: 'Leave a master of lower priority alone.' },
  { kind: 'flag', keyword: 'preempt', set: 'preempt', to: true, undoes: 'nopreempt', doc: 'Undoes nopreempt.' },
  { kind: 'value', keyword: 'preempt_delay', set: 'preemptDelay', argument: decimalSeconds({ min: 0, max: 1000 }), default: 0, doc: 'Wait before taking over from a master of lower priority.' },
  { kind: 'value', keyword: 'garp_master_delay', set: 'garpMasterDelay', argument: DELAY, fallback: 'it is ignored', otherwise: 'vrrp_garp_master_delay', doc: 'Second set of gratuitous ARPs after becoming master; 0: none.' },
  { kind: 'value', keyword: 'garp_master_repeat', set: 'garpMasterRepeat', argument: REPEAT, fallback: 'it is ignored', otherwise: 'vrrp_garp_master_repeat', doc: 'Gratuitous ARPs per address and set.' },
  { kind: 'value', keyword: 'garp_master_refresh', set: 'garpMasterRefresh', argument: REFRESH, fallback: 'it is ignored', otherwise: 'vrrp_garp_master_refresh', doc: 'Period of gratuitous ARPs while master; 0: none.' },
  { kind: 'value', keyword: 'garp_master_refresh_repeat', set: 'garpMasterRefreshRepeat', argument: REPEAT, fallback: 'it is ignored', otherwise: 'vrrp_garp_master_refresh_repeat', doc: 'Gratuitous ARPs per address and refresh.' },
  { kind: 'value', keyword: 'garp_lower_prio_delay', set: 'garpLowerPriorityDelay', argument: DELAY, fallback: 'it is ignored', otherwise: 'vrrp_garp_lower_prio_delay', doc: 'Second set after an advert of lower priority.' },
  { kind: 'value', keyword: 'garp_lower_prio_repeat', set: 'garpLowerPriorityRepeat', argument: LOWER_PRIORITY_REPEAT, fallback: 'it is ignored', otherwise: 'vrrp_garp_lower_prio_repeat', doc: 'Gratuitous ARPs after an advert of lower priority; 0: none.' },
  { kind: 'custom', keyword: 'garp_extra_if', deprecated: ['vmac_garp_intvl'], bare: 'error', form: GARP_EXTRA, apply: applyGarpExtra, otherwise: 'vrrp_garp_extra_if', doc: 'Period of gratuitous ARPs for one address of each macvlan that is for addresses alone; all: also of each other interface but that of the instance; 0: none.' },
  { kind: 'value', keyword: 'strict_mode', set: 'strict', argument: boolean('optional'), otherwise: 'vrrp_strict', doc: 'Insist on the RFC.' },
  { kind: 'value', keyword: 'skip_check_adv_addr', set: 'skipCheckAdvertAddresses', argument: boolean('optional'), otherwise: 'vrrp_skip_check_adv_addr', doc: 'Compare the addresses of adverts only when the sender changes.' },
  { kind: 'value', keyword: 'owner_ignore_adverts', set: 'ownerIgnoresAdverts', argument: boolean('optional'), otherwise: 'vrrp_owner_ignore_adverts', since: '2.3.3', doc: 'With priority 255, ignore adverts.' },
  { kind: 'value', keyword: 'v3_checksum_as_v2', set: 'checksumAsVersion2', argument: boolean('optional'), otherwise: 'that of global_defs', since: '2.2.8', doc: 'Version 3 checksum over IPv4 without pseudo header.' },
  { kind: 'value', keyword: 'lower_prio_no_advert', set: 'lowerPriorityNoAdvert', argument: boolean('optional'), otherwise: 'vrrp_lower_prio_no_advert', doc: 'A master stays silent on an advert of lower priority.' },
  { kind: 'value', keyword: 'higher_prio_send_advert', set: 'higherPrioritySendAdvert', argument: boolean('optional'), otherwise: 'vrrp_higher_prio_send_advert', doc: 'A master sends one advert before it yields, so that the other one announces its addresses again.' },
  { kind: 'value', keyword: 'down_timer_adverts', set: 'downTimerAdverts', argument: integer({ min: 1, max: 100 }), otherwise: 'vrrp_down_timer_adverts', doc: 'Adverts missed before the master counts as down.' },
  { kind: 'flag', keyword: 'dont_track_primary', set: 'trackPrimary', to: false, doc: 'Ignore the link state of the own interface.' },
  { kind: 'value', keyword: 'mcast_src_ip', set: 'sourceAddress', argument: address(), otherwise: 'the primary address of the interface', doc: 'Source address of adverts.' },
  { kind: 'flag', keyword: 'track_src_ip', set: 'trackSource', to: true, doc: 'FAULT while no interface has the source address, which is always so with peers.' },
  { kind: 'flag', keyword: 'native_ipv6', set: 'nativeIpv6', to: true, doc: 'Adverts over IPv6, where there is no address; else its family counts.' },
  { kind: 'flag', keyword: 'timer_expired_backup', aliases: ['thread_timer_expired'], set: 'timerExpiredBackup', to: true, since: '2.2.8', doc: 'Stay backup when the timer was served too late, which is always done.' },
  { kind: 'value', keyword: 'mcast_dst_ip', set: 'multicastGroup', argument: multicast(), otherwise: 'vrrp_mcast_group4 or vrrp_mcast_group6', doc: 'Group of this instance.' },
  { kind: 'block', keyword: 'unicast_peer', form: NOTHING, grammar: listGrammar('unicast_peer', PEER), apply: ({ peers }, call) => applyPeers(peers, call), doc: 'Boxes that adverts are sent to instead of a group, one per line.' },
  { kind: 'value', keyword: 'unicast_src_ip', set: 'sourceAddress', argument: address(), otherwise: 'the primary address of the interface', doc: 'Source address of adverts to peers.' },
  { kind: 'value', keyword: 'unicast_ttl', set: 'unicastTtl', argument: TTL, default: 255, doc: 'TTL or hop limit of adverts to peers.' },
  { kind: 'flag', keyword: 'check_unicast_src', set: 'checkUnicastSource', to: true, doc: 'Accept adverts only from peers; implied by a min_ttl or max_ttl.' },
  { kind: 'custom', keyword: 'old_unicast_checksum', form: form({ value: optional(NEVER) }), apply: applyOldChecksum, otherwise: 'towards peers that have it', doc: 'Version 3 checksum of keepalived before 1.3.7 between IPv4 peers, always or never.' },
  { kind: 'flag', keyword: 'no_virtual_ipaddress', set: 'needsNoAddress', to: true, since: '2.2.8', doc: 'Having no address is meant, and allowed in version 3.' },
  { kind: 'flag', keyword: 'unicast_fault_no_peer', set: 'faultWithoutPeers', to: true, doc: 'FAULT without a peer, instead of multicast.' },
  { kind: 'custom', keyword: 'use_vmac', form: USE_VMAC, apply: applyVmac, otherwise: 'vrrp.VRID and the MAC address of the RFC', doc: 'Put the addresses on an interface with a MAC address of their own.' },
  { kind: 'flag', keyword: 'use_vmac_addr', set: 'vmacForAddresses', to: true, doc: 'VMACs also for addresses on other interfaces, and of the other family.' },
  { kind: 'custom', keyword: 'use_ipvlan', form: USE_IPVLAN, apply: applyIpvlan, otherwise: 'vrrp.VRID, bridge', doc: 'Adverts leave by, and are heard on, an ipvlan interface with that address, which IPv4 needs.' },
  { kind: 'flag', keyword: 'vmac_xmit_base', set: 'vmacXmitBase', to: true, doc: 'Adverts leave by, and are heard on, the interface below that of use_vmac.' },
  { kind: 'value', keyword: 'smtp_alert', set: 'smtpAlert', argument: boolean('optional'), otherwise: 'smtp_alert_vrrp', doc: 'Mail at each change of state.' },
  { kind: 'custom', keyword: 'lvs_sync_daemon_interface', form: form({ value: INTERFACE }), apply: applySyncDaemon, doc: 'Deprecated: interface of the IPVS connection sync daemon.' },
  { kind: 'value', keyword: 'debug', set: 'debug', argument: integer({ min: 0, max: 4 }), default: 0, doc: 'Accepted, without effect.' },
  { kind: 'flag', keyword: 'accept', set: 'accept', to: true, undoes: 'no_accept', otherwise: 'on, with strict_mode only for priority 255', doc: 'Accept packets to the addresses.' },
  { kind: 'flag', keyword: 'no_accept', set: 'accept', to: false, undoes: 'accept', doc: 'Drop packets to the addresses, unless the priority is 255.' },
  RECEIVE_BYTES_ROW,
  trackRow('interface', 'Interfaces that the instance follows, one per line.'),
  trackRow('script', 'Scripts that the instance follows, one per line.'),
  trackRow('file', 'Files that the instance follows, one per line.'),
  trackRow('process', 'Processes that the instance follows, one per line.'),
  trackRow('bfd', 'BFD sessions that the instance follows, one per line.'),
  ...needless<InstanceDraft>(NEEDLESS_INSTANCE),
  ...withoutEffect<InstanceDraft>(ACCEPTED_INSTANCE),
  scriptRow({ keyword: 'notify_master', set: 'notifyMaster', doc: 'Run on becoming master.' }),
  scriptRow({ keyword: 'notify_backup', set: 'notifyBackup', doc: 'Run on becoming backup.' }),
  scriptRow({ keyword: 'notify_fault', set: 'notifyFault', doc: 'Run on a fault.' }),
  scriptRow({ keyword: 'notify_stop', set: 'notifyStop', doc: 'Run at stop.' }),
  scriptRow({ keyword: 'notify', set: 'notify', doc: 'Run at every change with INSTANCE NAME STATE PRIORITY appended.' }),
  scriptRow({ keyword: 'notify_master_rx_lower_pri', set: 'notifyMasterRxLowerPri', doc: 'Run when a master hears a lower priority.' }),
  { kind: 'custom', keyword: 'notify_deleted', form: OPTIONAL_COMMAND, firstCounts: true, apply: applyNotifyDeleted, doc: 'Removal at a reload is told as DELETED instead of FAULT; a command is run then.' },
  { kind: 'value', keyword: 'notify_priority_changes', set: 'notifyPriorityChanges', argument: boolean('optional'), otherwise: 'that of its sync group, else vrrp_notify_priority_changes', doc: 'Tell the FIFOs of changes of priority, too.' },
]);

function applyNotifyDeleted(draft: InstanceDraft, call: Call): void {
  const script = call.arguments.length > 0 ? readScript(call) : true;
  if (script === undefined) return;
  if (draft.notifyDeleted === undefined) draft.notifyDeleted = script;
  else call.complain('DUPLICATE_SCRIPT', `${call.keyword} is given twice; the first one is kept`);
}

function applyIpvlan(draft: InstanceDraft, call: Call): void {
  draft.ipvlan = readIpvlan(call);
}

function applyVmac(draft: InstanceDraft, call: Call): void {
  draft.vmac = readVmac(call);
}

function applyState(draft: InstanceDraft, call: Call): void {
  const word = call.argument(1);
  if (word === undefined) return;
  const given = readWord(STATES, word, { call, fallback: 'BACKUP is used' }) ?? ('BACKUP' as const);
  if (draft.state === undefined || draft.state === given) {
    draft.state = given;
    return;
  }
  call.complain(
    'DUPLICATE_STATE',
    `state was previously set as ${draft.state}; ignoring ${given}`,
    { at: word },
  );
}

function applyAuthentication(draft: InstanceDraft, call: Call): void {
  const { block } = call.statement;
  if (block === undefined) return;
  const { owner, session } = call;
  const authentication: AuthenticationDraft = draft.authentication ?? {};
  composeBlock(AUTHENTICATION, authentication, { block, owner, session });
  draft.authentication = authentication;
}

/** The bare keyword means always. */
function applyOldChecksum(draft: InstanceDraft, call: Call): void {
  const word = call.words[1];
  const given = word === undefined ? 'always' : readWord(NEVER, word, { call });
  if (given !== undefined) draft.oldChecksum = given;
}

function applyPassword(draft: AuthenticationDraft, call: Call): void {
  const word = call.argument(1);
  if (word === undefined) return;
  if (word.text.length > PASSWORD_LENGTH_MAX) {
    call.complain(
      'PASSWORD_TOO_LONG',
      `auth_pass has ${word.text.length} characters; only the first ${PASSWORD_LENGTH_MAX} are used`,
      { at: word, severity: 'warning', secret: true },
    );
  }
  draft.password = word.text.slice(0, PASSWORD_LENGTH_MAX);
}

function applyAddresses(list: AddressEntry[], draft: InstanceDraft, call: Call): void {
  for (const words of listEntries(call)) {
    const entry = readAddressEntry(words, call);
    if (entry === undefined) continue;
    if (mismatched(entry, list, draft)) {
      call.complain(
        'ADDRESS_FAMILY_MISMATCH',
        `${entry.word.text} is not of the family of the first virtual_ipaddress; ignoring it`,
        { at: entry.word, hint: 'move it to virtual_ipaddress_excluded or another instance' },
      );
    } else if (draft.known.has(identityOf(entry))) {
      call.complain('DUPLICATE_ADDRESS', `${entry.word.text} is given twice; ignoring it`, {
        at: entry.word,
        severity: 'note',
      });
    } else {
      draft.known.add(identityOf(entry));
      list.push(entry);
    }
  }
}

function mismatched(entry: AddressEntry, list: AddressEntry[], draft: InstanceDraft): boolean {
  const [first] = draft.addresses;
  if (list !== draft.addresses || first === undefined) return false;
  return first.address.includes(':') !== entry.address.includes(':');
}

/** The same address on two interfaces is two addresses. */
function identityOf({ address, device }: AddressEntry): string {
  return device === undefined ? address : `${address} ${device}`;
}

function applySyncDaemon(draft: InstanceDraft, call: Call): void {
  call.complain('DEPRECATED_KEYWORD', `${call.keyword} is deprecated`, {
    at: call.words[0],
    severity: 'warning',
    hint: "write 'lvs_sync_daemon INTERFACE INSTANCE' in global_defs instead",
  });
  const name = readWord(word(15), call.words[1] ?? (call.words[0] as never), { call });
  if (name !== undefined) draft.lvsSyncDaemonInterface = name;
}
