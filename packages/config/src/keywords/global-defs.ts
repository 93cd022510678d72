import { ipBytes, type IpAddress } from '@tandem/inet';
import type { Duration } from '@tandem/time';
import type { DriftPolicy } from '@tandem/vrrp';
import { seconds } from '@tandem/time';
import {
  boolean,
  decimalSeconds,
  integer,
  oneOf,
  word,
  wholeSeconds,
  type Argument,
} from '../argument.ts';
import type { Call } from '../call.ts';
import { listEntries, readWord } from '../composer.ts';
import { judgeAccount } from '../account.ts';
import { ACCOUNT, form, NOTHING, optional, several } from '../form.ts';
import { keywordGrammar, listGrammar, ONLY_HERE, type KeywordGrammar } from '../grammar.ts';
import { changeIncludeChecks } from '../include-checks.ts';
import { readForm } from '../read-form.ts';
import { isFirst, needless, withoutEffect } from './accepted.ts';
import { applySyncDaemon, SYNC_DAEMON, type SyncDaemonDraft } from './sync-daemon.ts';
import { ACCEPTED_GLOBALS, NEEDLESS_GLOBALS } from './accepted-global.ts';
import {
  DRIFT,
  HOST,
  interfacePrefix,
  MODE,
  multicast,
  NICE,
  PATH,
  PROCESS_NAME,
  REAL_TIME,
  TIMER,
} from './forms.ts';
import {
  applyCommonGarpExtra,
  COMMON_GARP_EXTRA,
  DELAY,
  LOWER_PRIORITY_REPEAT,
  REFRESH,
  REPEAT,
  type GarpDraft,
} from './garp.ts';
import type { Script } from '../script-argument.ts';
import { scriptRow } from './script-row.ts';
import { NOTIFY_FIFO_ROWS, type NotifyFifoDraft } from './notify-fifo.ts';
import { RECEIVE_BUFFER_ROWS, type ReceiveBuffersDraft } from './receive-buffers.ts';
import { PROCESS_LIMIT_ROWS, type ProcessLimitsDraft } from './process-limits.ts';

/** What global_defs says so far; an absent field was not given. */
export interface GlobalDraft
  extends GarpDraft, NotifyFifoDraft, ProcessLimitsDraft, ReceiveBuffersDraft {
  routerId?: string;
  notificationEmail?: readonly string[];
  notificationEmailFrom?: string;
  smtpServer?: { readonly host: string; readonly port: number };
  smtpConnectTimeout?: Duration;
  smtpHeloName?: string;
  smtpAlert?: boolean;
  smtpAlertVrrp?: boolean;
  smtpAlertChecker?: boolean;
  shareChecks?: boolean;
  noEmailFaults?: boolean;
  notifyPriorityChanges?: boolean;
  fifoStatesOnReload?: boolean;
  startupScript?: Script;
  startupScriptTimeout?: Duration;
  shutdownScript?: Script;
  shutdownScriptTimeout?: Duration;
  noCheckerEmails?: boolean;
  checkerLogAllFailures?: boolean;
  enableScriptSecurity?: boolean;
  scriptUser?: { readonly user: string; readonly group?: string };
  defaultInterface?: string;
  multicastGroup4?: IpAddress;
  multicastGroup6?: IpAddress;
  vrrpVersion?: 2 | 3;
  strict?: boolean;
  skipCheckAdvertAddresses?: boolean;
  checkUnicastSource?: boolean;
  garpInterval?: Duration;
  gnaInterval?: Duration;
  downTimerAdverts?: number;
  lowerPriorityNoAdvert?: boolean;
  higherPrioritySendAdvert?: boolean;
  vmacPrefix?: string;
  vmacAddressPrefix?: string;
  dynamicInterfaces?: boolean;
  disableLocalIgmp?: boolean;
  syncDaemon?: SyncDaemonDraft;
  rsInitNotifies?: boolean;
  ownerIgnoresAdverts?: boolean;
  checksumAsVersion2?: boolean;
  onDrift?: DriftPolicy;
  startupDelay?: Duration;
  delayAfterBoot?: Duration;
  logUnknownRouters?: boolean;
  minGarp?: boolean;
  vrrpNice?: number;
  vrrpRoundRobin?: number;
  vrrpLocked?: boolean;
  vrrpName?: string;
  checkerNice?: number;
  checkerRoundRobin?: number;
  checkerLocked?: boolean;
  checkerName?: string;
  bfdNice?: number;
  bfdRoundRobin?: number;
  bfdLocked?: boolean;
  bfdName?: string;
  supervisorName?: string;
  processNames?: boolean;
  stateDumpFile?: string;
  statisticsDumpFile?: string;
  jsonDumpFile?: string;
  jsonVersion?: 1 | 2;
  umask?: number;
  dataUsesInstance?: boolean;
  reloadCheck?: { file?: string };
  reloadFile?: { path?: string };
  supplementaryGroups?: boolean;
  reloadTimeFile?: string;
  reloadRepeat?: boolean;
  nftablesTable?: string;
  nftablesPriority?: number;
  nftablesCounters?: boolean;
  nftablesIfindex?: boolean;
  lvsFlush?: boolean;
  lvsFlushOnStop?: boolean;
  lvsTimeouts?: { tcpSeconds: number; tcpFinSeconds: number; udpSeconds: number };
}

/** VRRP versions by their word. */
export const VERSIONS: Argument<2 | 3> = oneOf(
  new Map<string, 2 | 3>([
    ['2', 2],
    ['3', 3],
  ]),
  { code: 'NUMBER_OUT_OF_RANGE' },
);

const SCRIPT_TIMEOUT = wholeSeconds({ min: 1, max: 1000 });

const SMTP_SERVER = form({ host: HOST, port: optional(integer({ min: 1, max: 65_535 })) });
const CONNECT_TIMEOUT = wholeSeconds({ min: 0, max: 4294 });
const FLUSH_ON_STOP = form({ value: optional(oneOf(new Map([['VS', true]]))) });
const LVS_TIMEOUT = {
  argument: integer({ min: 1, max: 2_147_483 }, { unit: 'seconds' }),
};
const LVS_TIMEOUTS = form(
  {},
  { tcp: LVS_TIMEOUT, tcpfin: LVS_TIMEOUT, udp: LVS_TIMEOUT },
  { least: 1 },
);
const JSON_VERSION = oneOf(new Map<string, 1 | 2>([['1', 1], ['2', 2]])); // prettier-ignore
const OPTIONAL_FILE = form({ value: optional(PATH) });
const NFTABLES = form({ value: optional(word(undefined, 'TABLE')) });
const SIGNED = integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const DYNAMIC_INTERFACES = form({
  value: optional(oneOf(new Map([['allow_if_changes', true]]))),
});
const VMAC_PREFIX = form({ value: interfacePrefix() });
const CHECKS = ['', '+', '-'].flatMap((sign) =>
  ['read', 'readable', 'match', 'wildcard_match', 'brace_match'].map((each) => sign + each),
);
const INCLUDE_CHECK: Argument<string> = {
  ...oneOf(new Map(CHECKS.map((each) => [each, each]))),
  placeholder: '[+|-]CHECK',
};
/** @see RFC 4291 §2.7 */
const LINK_LOCAL_SCOPE = 2;

/** Adverts do not leave the link. */
const LINK_LOCAL_GROUP: Argument<IpAddress> = {
  ...multicast(6),
  limit: 'a link-local IPv6 multicast address',
  read(text) {
    const reading = multicast(6).read(text);
    if (reading.ok && ((ipBytes(reading.value)[1] ?? 0) & 0x0f) === LINK_LOCAL_SCOPE)
      return reading;
    return { ok: false, code: 'NOT_MULTICAST', limit: this.limit };
  },
};

/** The keyword table of global_defs. */
// prettier-ignore
export const GLOBAL_DEFS: KeywordGrammar<GlobalDraft> = keywordGrammar<GlobalDraft>('global_defs', [
  { kind: 'value', keyword: 'router_id', bare: 'error', set: 'routerId', argument: word(undefined, 'NAME'), otherwise: 'the host name, with its domain where mails are sent', doc: 'Tag in mail subjects.' },
  { kind: 'block', keyword: 'notification_email', form: NOTHING, grammar: listGrammar('notification_email'), apply: applyNotificationEmail, otherwise: 'none, which means no mail', doc: 'Mail recipients.' },
  { kind: 'value', keyword: 'notification_email_from', bare: 'error', set: 'notificationEmailFrom', argument: word(undefined, 'ADDRESS'), doc: 'Sender of mails.' },
  { kind: 'custom', keyword: 'smtp_server', form: SMTP_SERVER, apply: applySmtpServer, doc: 'Mail relay; without a port: 25.' },
  { kind: 'custom', keyword: 'smtp_connect_timeout', form: form({ value: CONNECT_TIMEOUT }), apply: applySmtpConnectTimeout, default: 30, doc: 'Limit of each step of the mail dialogue.' },
  { kind: 'value', keyword: 'smtp_helo_name', bare: 'note', set: 'smtpHeloName', argument: HOST, otherwise: 'the host name with its domain', doc: 'HELO argument.' },
  { kind: 'value', keyword: 'smtp_alert', set: 'smtpAlert', argument: boolean('optional'), doc: 'Default of smtp_alert everywhere.' },
  { kind: 'value', keyword: 'smtp_alert_vrrp', set: 'smtpAlertVrrp', argument: boolean('optional'), otherwise: 'smtp_alert, else off', doc: 'Default of smtp_alert in VRRP.' },
  { kind: 'value', keyword: 'share_checks', set: 'shareChecks', argument: boolean('optional'), since: ONLY_HERE, doc: 'Default of share_checks in virtual servers.' },
  { kind: 'value', keyword: 'smtp_alert_checker', set: 'smtpAlertChecker', argument: boolean('optional'), otherwise: 'smtp_alert, else off for virtual and on for real servers', doc: 'Default of smtp_alert in checkers.' },
  { kind: 'flag', keyword: 'no_email_faults', set: 'noEmailFaults', to: true, doc: 'No mail on FAULT.' },
  { kind: 'value', keyword: 'no_checker_emails', set: 'noCheckerEmails', argument: boolean('optional'), doc: 'Mail only when a real server changes, not each checker.' },
  { kind: 'value', keyword: 'checker_log_all_failures', set: 'checkerLogAllFailures', argument: boolean('optional'), doc: 'Log every failed attempt of a checker.' },
  { kind: 'flag', keyword: 'enable_script_security', set: 'enableScriptSecurity', to: true, doc: 'Refuse scripts run by root that others may write.' },
  { kind: 'custom', keyword: 'script_user', bare: 'error', form: ACCOUNT, apply: applyScriptUser, otherwise: 'keepalived_script, else root', doc: 'Default account of scripts.' },
  { kind: 'value', keyword: 'default_interface', bare: 'error', set: 'defaultInterface', argument: word(undefined, 'INTERFACE'), default: 'eth0', doc: 'Interface of instances without one.' },
  { kind: 'value', keyword: 'vrrp_mcast_group4', set: 'multicastGroup4', argument: multicast(4), default: '224.0.0.18', doc: 'IPv4 group.' },
  { kind: 'value', keyword: 'vrrp_mcast_group6', set: 'multicastGroup6', argument: LINK_LOCAL_GROUP, default: 'ff02::12', doc: 'IPv6 group.' },
  { kind: 'value', keyword: 'vrrp_version', set: 'vrrpVersion', argument: VERSIONS, default: 2, doc: 'Version of instances without their own; IPv6 instances are 3.' },
  { kind: 'value', keyword: 'vrrp_strict', set: 'strict', argument: boolean('optional'), doc: 'Insist on the RFC.' },
  { kind: 'value', keyword: 'vrrp_skip_check_adv_addr', set: 'skipCheckAdvertAddresses', argument: boolean('optional'), doc: 'Compare the addresses of adverts only when the sender changes.' },
  { kind: 'flag', keyword: 'vrrp_check_unicast_src', set: 'checkUnicastSource', to: true, doc: 'Accept adverts only from configured peers.' },
  { kind: 'value', keyword: 'vrrp_owner_ignore_adverts', set: 'ownerIgnoresAdverts', argument: boolean('optional'), since: '2.3.3', doc: 'An instance with priority 255 ignores adverts.' },
  { kind: 'value', keyword: 'v3_checksum_as_v2', set: 'checksumAsVersion2', argument: boolean('optional'), since: '2.2.8', doc: 'Version 3 checksum over IPv4 without pseudo header.' },
  { kind: 'value', keyword: 'vrrp_on_drift', set: 'onDrift', argument: DRIFT, since: ONLY_HERE, default: 'restore', doc: 'Default of on_drift in instances.' },
  { kind: 'value', keyword: 'vrrp_startup_delay', set: 'startupDelay', argument: decimalSeconds({ min: 0.001, max: 4294.967295 }), otherwise: 'none', doc: 'How long after the start of the daemon instances begin to wait for a master.' },
  { kind: 'value', keyword: 'vrrp_delay_after_boot', set: 'delayAfterBoot', argument: decimalSeconds({ min: 0, max: 4294.967295 }), since: '2.4.0', otherwise: 'none', doc: 'The same, counted from boot.' },
  { kind: 'flag', keyword: 'log_unknown_vrids', set: 'logUnknownRouters', to: true, doc: 'Log adverts of virtual routers that are not configured.' },
  { kind: 'value', keyword: 'vrrp_min_garp', set: 'minGarp', argument: boolean('optional'), doc: 'Unless other numbers are given: one gratuitous ARP, no second set, none at refreshes.' },
  { kind: 'value', keyword: 'vrrp_garp_master_delay', set: 'garpMasterDelay', argument: DELAY, default: 5, doc: 'Second set of gratuitous ARPs after becoming master; 0: none.' },
  { kind: 'value', keyword: 'vrrp_garp_master_repeat', set: 'garpMasterRepeat', argument: REPEAT, fallback: '1 is used', default: 5, doc: 'Gratuitous ARPs per address and set.' },
  { kind: 'value', keyword: 'vrrp_garp_master_refresh', set: 'garpMasterRefresh', argument: REFRESH, default: 0, doc: 'Period of gratuitous ARPs while master; 0: none.' },
  { kind: 'value', keyword: 'vrrp_garp_master_refresh_repeat', set: 'garpMasterRefreshRepeat', argument: REPEAT, fallback: '1 is used', default: 1, doc: 'Gratuitous ARPs per address and refresh.' },
  { kind: 'value', keyword: 'vrrp_garp_lower_prio_delay', set: 'garpLowerPriorityDelay', argument: DELAY, otherwise: 'vrrp_garp_master_delay', doc: 'Second set after an advert of lower priority.' },
  { kind: 'value', keyword: 'vrrp_garp_lower_prio_repeat', set: 'garpLowerPriorityRepeat', argument: LOWER_PRIORITY_REPEAT, otherwise: 'vrrp_garp_master_repeat', doc: 'Gratuitous ARPs after an advert of lower priority; 0: none.' },
  { kind: 'custom', keyword: 'vrrp_garp_extra_if', deprecated: ['vrrp_vmac_garp_intvl'], bare: 'error', form: COMMON_GARP_EXTRA, apply: applyCommonGarpExtra, doc: 'The garp_extra_if of instances without one.' },
  { kind: 'flag', keyword: 'disable_local_igmp', set: 'disableLocalIgmp', to: true, doc: 'No reports of groups of 224.0.0.0/24, of which switches need none.' },
  { kind: 'value', keyword: 'vrrp_garp_interval', set: 'garpInterval', argument: TIMER, otherwise: 'none', doc: 'Gap between gratuitous ARPs on an interface.' },
  { kind: 'value', keyword: 'vrrp_gna_interval', set: 'gnaInterval', argument: TIMER, otherwise: 'none', doc: 'Gap between unsolicited neighbour advertisements.' },
  { kind: 'value', keyword: 'vrrp_down_timer_adverts', set: 'downTimerAdverts', argument: integer({ min: 1, max: 100 }), default: 3, doc: 'Adverts missed before the master counts as down.' },
  { kind: 'value', keyword: 'vrrp_lower_prio_no_advert', set: 'lowerPriorityNoAdvert', argument: boolean('optional'), doc: 'A master stays silent on an advert of lower priority.' },
  { kind: 'value', keyword: 'vrrp_higher_prio_send_advert', set: 'higherPrioritySendAdvert', argument: boolean('optional'), default: true, doc: 'A master sends one advert before it yields, so that the other one announces its addresses again.' },
  { kind: 'custom', keyword: 'dynamic_interfaces', form: DYNAMIC_INTERFACES, apply: applyDynamicInterfaces, doc: 'Interfaces may be missing at the start, come and go; they may become others, with allow_if_changes or without.' },
  { kind: 'custom', keyword: 'vmac_prefix', form: VMAC_PREFIX, firstCounts: true, apply: applyVmacPrefix, default: 'vrrp', doc: 'First letters of the names of VMACs, as many as fit.' },
  { kind: 'custom', keyword: 'vmac_addr_prefix', form: VMAC_PREFIX, firstCounts: true, apply: applyVmacPrefix, otherwise: 'vmac_prefix', doc: 'The same of VMACs for addresses alone.' },
  { kind: 'value', keyword: 'vrrp_notify_priority_changes', set: 'notifyPriorityChanges', argument: boolean('optional'), doc: 'Tell the FIFOs of changes of priority, too.' },
  { kind: 'flag', keyword: 'fifo_write_vrrp_states_on_reload', set: 'fifoStatesOnReload', to: true, doc: 'Write all states of instances and sync groups to the FIFOs again after a reload.' },
  ...NOTIFY_FIFO_ROWS,
  scriptRow<GlobalDraft, 'startupScript'>({ keyword: 'startup_script', bare: 'error', set: 'startupScript', doc: 'Run to its end before anything else.' }),
  { kind: 'value', keyword: 'startup_script_timeout', bare: 'error', set: 'startupScriptTimeout', argument: SCRIPT_TIMEOUT, default: 10, doc: 'Limit of startup_script.' },
  scriptRow<GlobalDraft, 'shutdownScript'>({ keyword: 'shutdown_script', bare: 'error', set: 'shutdownScript', doc: 'Run to its end after everything else.' }),
  { kind: 'value', keyword: 'shutdown_script_timeout', bare: 'error', set: 'shutdownScriptTimeout', argument: SCRIPT_TIMEOUT, default: 10, doc: 'Limit of shutdown_script.' },
  { kind: 'custom', keyword: 'lvs_sync_daemon', bare: 'error', form: SYNC_DAEMON, firstCounts: true, apply: applySyncDaemon, doc: 'Synchronise connections with the other box; sends while the instance is master.' },
  { kind: 'value', keyword: 'rs_init_notifies', set: 'rsInitNotifies', argument: boolean('optional'), doc: 'Run notify_up of real servers that are up when they begin, at a start or a reload.' },
  { kind: 'custom', keyword: 'nftables', form: NFTABLES, firstCounts: true, apply: applyNftables, otherwise: 'table tandem', doc: 'Table of nftables, for nobody else, that packets are dropped by.' },
  { kind: 'value', keyword: 'nftables_priority', set: 'nftablesPriority', argument: SIGNED, default: -1, doc: 'Priority of its base chains.' },
  { kind: 'flag', keyword: 'nftables_counters', set: 'nftablesCounters', to: true, doc: 'Count packets in its rules.' },
  { kind: 'flag', keyword: 'nftables_ifindex', set: 'nftablesIfindex', to: true, doc: 'Match interfaces by index, not name, which is always done.' },
  { kind: 'value', keyword: 'vrrp_priority', bare: 'error', set: 'vrrpNice', argument: NICE, otherwise: 'as started', doc: 'Nice value of the VRRP process.' },
  { kind: 'value', keyword: 'vrrp_rt_priority', bare: 'error', set: 'vrrpRoundRobin', argument: REAL_TIME, otherwise: '1, unless vrrp_priority is set', doc: 'Round-robin priority of the VRRP process.' },
  { kind: 'flag', keyword: 'vrrp_no_swap', set: 'vrrpLocked', to: true, doc: 'Keep program, libraries and stack of the VRRP process in memory, though not what JavaScript allocates.' },
  { kind: 'value', keyword: 'vrrp_process_name', set: 'vrrpName', argument: PROCESS_NAME, otherwise: 'as started', doc: 'Name of the VRRP process.' },
  { kind: 'value', keyword: 'checker_priority', bare: 'error', set: 'checkerNice', argument: NICE, otherwise: 'as started', doc: 'Nice value of the process of the virtual servers.' },
  { kind: 'value', keyword: 'checker_rt_priority', bare: 'error', set: 'checkerRoundRobin', argument: REAL_TIME, otherwise: 'no real-time process', doc: 'Round-robin priority of the process of the virtual servers.' },
  { kind: 'flag', keyword: 'checker_no_swap', set: 'checkerLocked', to: true, doc: 'Keep program, libraries and stack of the process of the virtual servers in memory, though not what JavaScript allocates.' },
  { kind: 'value', keyword: 'checker_process_name', aliases: ['lvs_process_name'], set: 'checkerName', argument: PROCESS_NAME, otherwise: 'as started', doc: 'Name of the process of the virtual servers.' },
  { kind: 'value', keyword: 'bfd_priority', bare: 'error', set: 'bfdNice', argument: NICE, otherwise: 'as started', doc: 'Nice value of the BFD process.' },
  { kind: 'value', keyword: 'bfd_rt_priority', bare: 'error', set: 'bfdRoundRobin', argument: REAL_TIME, otherwise: '1, unless bfd_priority is set', doc: 'Round-robin priority of the BFD process.' },
  { kind: 'flag', keyword: 'bfd_no_swap', set: 'bfdLocked', to: true, doc: 'Keep program, libraries and stack of the BFD process in memory, though not what JavaScript allocates.' },
  { kind: 'value', keyword: 'bfd_process_name', set: 'bfdName', argument: PROCESS_NAME, otherwise: 'as started', doc: 'Name of the BFD process.' },
  { kind: 'value', keyword: 'process_name', set: 'supervisorName', argument: PROCESS_NAME, otherwise: 'as started', doc: 'Name of the first process.' },
  { kind: 'flag', keyword: 'process_names', set: 'processNames', to: true, doc: 'The names keepalived, keepalived_vrrp, keepalived_lvs and keepalived_bfd, where there are no others.' },
  { kind: 'value', keyword: 'state_dump_file', set: 'stateDumpFile', argument: PATH, since: '2.3.3', default: '/tmp/keepalived.data', doc: 'Path of the dump of VRRP.' },
  { kind: 'value', keyword: 'stats_dump_file', set: 'statisticsDumpFile', argument: PATH, since: '2.3.3', default: '/tmp/keepalived.stats', doc: 'Path of the statistics.' },
  { kind: 'value', keyword: 'json_dump_file', set: 'jsonDumpFile', argument: PATH, since: '2.3.3', default: '/tmp/keepalived.json', doc: 'Path of the JSON dump.' },
  { kind: 'value', keyword: 'json_version', set: 'jsonVersion', argument: JSON_VERSION, since: '2.2.8', default: 1, doc: 'Layout of the JSON dump: a list of instances, or an object with that list and one of tracked processes.' },
  { kind: 'value', keyword: 'reload_time_file', bare: 'error', set: 'reloadTimeFile', argument: PATH, doc: 'File with the time of the next reload: HH:MM:SS, with YY-MM-DD or YYYY-MM-DD before it or not, with Z for UTC after it or not. It is removed then.' },
  { kind: 'flag', keyword: 'reload_repeat', set: 'reloadRepeat', to: true, doc: 'Leave that file, for the same time of each day.' },
  { kind: 'custom', keyword: 'reload_check_config', form: OPTIONAL_FILE, apply: applyReloadCheck, doc: 'Refuse a reload for any mistake, not only for those that nothing can run with, and write what is wrong into that file.' },
  { kind: 'custom', keyword: 'reload_file', form: OPTIONAL_FILE, apply: applyReloadFile, otherwise: 'none; a bare one is keepalived.reload in the folder of the pid file', doc: 'File that is made, or emptied, before a reload reads any other, and removed when they are read.' },
  { kind: 'flag', keyword: 'set_supplementary_groups', set: 'supplementaryGroups', to: true, since: 'after 2.4.3', doc: 'Scripts get all groups of their user, by setpriv(1), instead of the one group alone.' },
  { kind: 'custom', keyword: 'iproute_usr_dir', form: form({ value: PATH }), apply: (_, call) => readFolder('usr', call), since: '2.3.2', otherwise: '/usr/share/iproute2, /usr/lib/iproute2', doc: 'Where the names of routing tables, protocols, scopes, realms and the like are; counts from there on.' },
  { kind: 'custom', keyword: 'iproute_etc_dir', form: form({ value: PATH }), apply: (_, call) => readFolder('etc', call), since: '2.3.2', default: '/etc/iproute2', doc: 'Where those are that come before them.' },
  { kind: 'flag', keyword: 'lvs_flush', set: 'lvsFlush', to: true, doc: 'Flush IPVS at start.' },
  { kind: 'custom', keyword: 'lvs_flush_on_stop', aliases: ['lvs_flush_onstop'], form: FLUSH_ON_STOP, apply: applyFlushOnStop, doc: 'Flush IPVS at stop; with VS only the own virtual servers.' },
  { kind: 'value', keyword: 'umask', set: 'umask', argument: MODE, default: '0177', doc: 'Bits that the modes of dumps do not have.' },
  { kind: 'value', keyword: 'data_use_instance', set: 'dataUsesInstance', argument: boolean('optional'), doc: 'Put network namespace and instance into the names of dumps.' },
  ...PROCESS_LIMIT_ROWS,
  ...RECEIVE_BUFFER_ROWS,
  ...needless<GlobalDraft>(NEEDLESS_GLOBALS),
  ...withoutEffect<GlobalDraft>(ACCEPTED_GLOBALS),
  { kind: 'custom', keyword: 'include_check', form: form({ value: optional(several(INCLUDE_CHECK)) }), apply: applyIncludeCheck, doc: 'What the plain include lines after it insist on: read, match, wildcard_match, brace_match; without a word all of it, and + and - change what is set.' },
  { kind: 'custom', keyword: 'random_seed', form: form({ value: integer({ min: 0, max: 0xffff_ffff }) }), apply: applyRandomSeed, doc: 'What _RANDOM starts from, for results that repeat.' },
  { kind: 'custom', keyword: 'lvs_timeouts', bare: 'error', form: LVS_TIMEOUTS, adds: true, apply: applyLvsTimeouts, otherwise: 'those of the kernel', doc: 'IPVS timeouts.' },
]);

function applyNotificationEmail(draft: GlobalDraft, call: Call): void {
  const words = listEntries(call).flatMap((entry) => entry.map((each) => each.text));
  if (words.length === 0) {
    call.complain('EMPTY_BLOCK', 'notification_email names nobody', { severity: 'warning' });
  }
  draft.notificationEmail = [...(draft.notificationEmail ?? []), ...words];
}

function applySmtpServer(draft: GlobalDraft, call: Call): void {
  const server = readForm(SMTP_SERVER, call.arguments, call);
  // Without the port that was meant, mails would go somewhere else.
  if (server?.host === undefined || (server.port === undefined && call.arguments.length > 1))
    return;
  draft.smtpServer = { host: server.host, port: server.port ?? 25 };
}

function applySmtpConnectTimeout(draft: GlobalDraft, call: Call): void {
  const word = call.argument(1);
  if (word === undefined) return;
  const value = readWord(CONNECT_TIMEOUT, word, { call });
  if (value === undefined) return;
  if (value >= 1) {
    draft.smtpConnectTimeout = value;
    return;
  }
  call.complain('NUMBER_OUT_OF_RANGE', `${call.keyword} must be greater than 0; 1 is used`, {
    at: word,
  });
  draft.smtpConnectTimeout = seconds(1);
}

/** The stage that reads lines has acted on it already; here it is judged. */
function applyIncludeCheck(_: GlobalDraft, call: Call): void {
  const given = call.arguments;
  const { unknown } = changeIncludeChecks(
    new Set(),
    given.map((each) => each.text),
  );
  if (unknown === undefined) return;
  call.complain('INVALID_WORD', `Unknown include_check type '${unknown}'; ignoring it`, {
    at: given.find((each) => each.text === unknown),
    hint: 'write read, match, wildcard_match or brace_match',
  });
}

/** Acted on like include_check. */
function applyRandomSeed(_: GlobalDraft, call: Call): void {
  const word = call.argument(1);
  if (word !== undefined) readWord(integer({ min: 0, max: 0xffff_ffff }), word, { call });
}

function applyScriptUser(draft: GlobalDraft, call: Call): void {
  const [, user, group] = call.words;
  if (user === undefined) return;
  judgeAccount(call);
  draft.scriptUser =
    group === undefined ? { user: user.text } : { user: user.text, group: group.text };
}

function applyFlushOnStop(draft: GlobalDraft, call: Call): void {
  const word = call.argument(1);
  if (word === undefined) draft.lvsFlushOnStop = true;
  else if (readWord(FLUSH_ON_STOP.words.value, word, { call, fallback: 'it is ignored' }))
    draft.lvsFlushOnStop = false;
}

function applyDynamicInterfaces(draft: GlobalDraft, call: Call): void {
  readForm(DYNAMIC_INTERFACES, call.arguments, call);
  draft.dynamicInterfaces = true;
  call.session.dynamicInterfaces = true;
}

function applyVmacPrefix(draft: GlobalDraft, call: Call): void {
  if (!isFirst(call.keyword, call)) return;
  const { value } = readForm(VMAC_PREFIX, call.arguments, call) ?? {};
  if (value === undefined) return;
  draft[call.keyword === 'vmac_prefix' ? 'vmacPrefix' : 'vmacAddressPrefix'] = value;
}

function applyReloadFile(draft: GlobalDraft, call: Call): void {
  const { value: path } = readForm(OPTIONAL_FILE, call.arguments, call) ?? {};
  draft.reloadFile = path === undefined ? {} : { path };
}

/** Names are looked up while lines are read. */
function readFolder(which: 'usr' | 'etc', call: Call): void {
  const word = call.argument(1);
  const path = word === undefined ? undefined : readWord(PATH, word, { call });
  if (path !== undefined) call.session.nameFolders[which] = path;
}

function applyReloadCheck(draft: GlobalDraft, call: Call): void {
  const { value: file } = readForm(OPTIONAL_FILE, call.arguments, call) ?? {};
  draft.reloadCheck = file === undefined ? {} : { file };
}

function applyNftables(draft: GlobalDraft, call: Call): void {
  if (!isFirst(call.keyword, call)) return;
  const { value } = readForm(NFTABLES, call.arguments, call) ?? {};
  if (value !== undefined) draft.nftablesTable = value;
}

function applyLvsTimeouts(draft: GlobalDraft, call: Call): void {
  const { tcp, tcpfin, udp } = readForm(LVS_TIMEOUTS, call.arguments, call) ?? {};
  const before = draft.lvsTimeouts ?? { tcpSeconds: 0, tcpFinSeconds: 0, udpSeconds: 0 };
  draft.lvsTimeouts = {
    tcpSeconds: tcp ?? before.tcpSeconds,
    tcpFinSeconds: tcpfin ?? before.tcpFinSeconds,
    udpSeconds: udp ?? before.udpSeconds,
  };
}
