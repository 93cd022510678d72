import { ipBytes, parseIp, type IpAddress, type IpFamily } from '@tandem/inet';
import type { Duration } from '@tandem/time';
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
import { changeIncludeChecks } from '../include-checks.ts';
import { withoutEffect } from './accepted.ts';
import { ACCEPTED_GLOBALS } from './accepted-global.ts';
import { keywordGrammar, listGrammar, type KeywordGrammar } from '../grammar.ts';

/** What global_defs says so far; an absent field was not given. */
export interface GlobalDraft {
  routerId?: string;
  notificationEmail?: readonly string[];
  notificationEmailFrom?: string;
  smtpServer?: { readonly host: string; readonly port: number };
  smtpConnectTimeout?: Duration;
  smtpHeloName?: string;
  smtpAlert?: boolean;
  smtpAlertVrrp?: boolean;
  smtpAlertChecker?: boolean;
  noEmailFaults?: boolean;
  noCheckerEmails?: boolean;
  checkerLogAllFailures?: boolean;
  enableScriptSecurity?: boolean;
  scriptUser?: { readonly user: string; readonly group?: string };
  defaultInterface?: string;
  multicastGroup4?: IpAddress;
  multicastGroup6?: IpAddress;
  vrrpVersion?: 2 | 3;
  skipCheckAdvertAddresses?: boolean;
  garpMasterDelay?: Duration;
  garpMasterRepeat?: number;
  garpMasterRefresh?: Duration;
  garpMasterRefreshRepeat?: number;
  garpLowerPriorityDelay?: Duration;
  garpLowerPriorityRepeat?: number;
  garpInterval?: Duration;
  gnaInterval?: Duration;
  downTimerAdverts?: number;
  lowerPriorityNoAdvert?: boolean;
  higherPrioritySendAdvert?: boolean;
  lvsFlush?: boolean;
  lvsFlushOnStop?: boolean;
  lvsTimeouts?: { tcpSeconds: number; tcpFinSeconds: number; udpSeconds: number };
}

/** Seconds that fit in 32 bits of microseconds, the most that keepalived's timers hold. */
export const TIMER_SECONDS_MAX = 4294.967295;

/** VRRP versions by their word. */
export const VERSIONS: Argument<2 | 3> = oneOf(
  new Map<string, 2 | 3>([
    ['2', 2],
    ['3', 3],
  ]),
  { code: 'NUMBER_OUT_OF_RANGE' },
);

/** A count of 0 is taken as 1, as keepalived does, with an error. */
const REPEAT = integer({ min: 1, max: 0xffff_ffff });
const PORT = integer({ min: 1, max: 65_535 });
const WHOLE = wholeSeconds({ min: 0, max: 4294 });

/** The keyword table of global_defs. */
// prettier-ignore
export const GLOBAL_DEFS: KeywordGrammar<GlobalDraft> = keywordGrammar<GlobalDraft>('global_defs', [
  { kind: 'value', keyword: 'router_id', bare: 'error', set: 'routerId', argument: word(), doc: 'Tag in mail subjects. Default: the host name.' },
  { kind: 'block', keyword: 'notification_email', form: '{ ADDRESS … }', words: 0, grammar: listGrammar('notification_email', 'words'), apply: applyNotificationEmail, doc: 'Mail recipients. Default: none, which means no mail.' },
  { kind: 'value', keyword: 'notification_email_from', bare: 'error', set: 'notificationEmailFrom', argument: word(), doc: 'Sender of mails.' },
  { kind: 'custom', keyword: 'smtp_server', form: 'HOST [PORT]', words: 1, apply: applySmtpServer, doc: 'Mail relay. Default port: 25.' },
  { kind: 'custom', keyword: 'smtp_connect_timeout', form: 'SECONDS', words: 1, apply: applySmtpConnectTimeout, doc: 'Limit of each step of the mail dialogue. Default: 30.' },
  { kind: 'value', keyword: 'smtp_helo_name', bare: 'note', set: 'smtpHeloName', argument: word(), doc: 'HELO argument. Default: the host name.' },
  { kind: 'value', keyword: 'smtp_alert', set: 'smtpAlert', argument: boolean('optional'), doc: 'Default of smtp_alert everywhere.' },
  { kind: 'value', keyword: 'smtp_alert_vrrp', set: 'smtpAlertVrrp', argument: boolean('optional'), doc: 'Default of smtp_alert in VRRP. Default: off.' },
  { kind: 'value', keyword: 'smtp_alert_checker', set: 'smtpAlertChecker', argument: boolean('optional'), doc: 'Default of smtp_alert in checkers. Default: off for virtual, on for real servers.' },
  { kind: 'flag', keyword: 'no_email_faults', set: 'noEmailFaults', to: true, doc: 'No mail on FAULT.' },
  { kind: 'value', keyword: 'no_checker_emails', set: 'noCheckerEmails', argument: boolean('optional'), doc: 'Mail only when a real server changes, not each checker.' },
  { kind: 'value', keyword: 'checker_log_all_failures', set: 'checkerLogAllFailures', argument: boolean('optional'), doc: 'Log every failed attempt of a checker.' },
  { kind: 'flag', keyword: 'enable_script_security', set: 'enableScriptSecurity', to: true, doc: 'Refuse scripts run by root that others may write.' },
  { kind: 'custom', keyword: 'script_user', bare: 'error', form: 'USER [GROUP]', words: 1, apply: applyScriptUser, doc: 'Default account of scripts. Default: keepalived_script, else root.' },
  { kind: 'value', keyword: 'default_interface', bare: 'error', set: 'defaultInterface', argument: word(15), doc: 'Interface of instances without one. Default: eth0.' },
  { kind: 'value', keyword: 'vrrp_mcast_group4', set: 'multicastGroup4', argument: multicast(4), doc: 'IPv4 group. Default: 224.0.0.18.' },
  { kind: 'value', keyword: 'vrrp_mcast_group6', set: 'multicastGroup6', argument: multicast(6), doc: 'IPv6 group. Default: ff02::12.' },
  { kind: 'value', keyword: 'vrrp_version', set: 'vrrpVersion', argument: VERSIONS, doc: 'Default version of instances. Default: 2; IPv6 instances are 3.' },
  { kind: 'value', keyword: 'vrrp_skip_check_adv_addr', set: 'skipCheckAdvertAddresses', argument: boolean('optional'), doc: 'Compare the addresses of adverts only when the sender changes.' },
  { kind: 'value', keyword: 'vrrp_garp_master_delay', set: 'garpMasterDelay', argument: WHOLE, doc: 'Second set of gratuitous ARPs after becoming master; 0: none. Default: 5.' },
  { kind: 'value', keyword: 'vrrp_garp_master_repeat', set: 'garpMasterRepeat', argument: REPEAT, fallback: '1 is used', doc: 'Gratuitous ARPs per address and set. Default: 5.' },
  { kind: 'value', keyword: 'vrrp_garp_master_refresh', set: 'garpMasterRefresh', argument: WHOLE, doc: 'Period of gratuitous ARPs while master; 0: none. Default: 0.' },
  { kind: 'value', keyword: 'vrrp_garp_master_refresh_repeat', set: 'garpMasterRefreshRepeat', argument: REPEAT, fallback: '1 is used', doc: 'Gratuitous ARPs per address and refresh. Default: 1.' },
  { kind: 'value', keyword: 'vrrp_garp_lower_prio_delay', set: 'garpLowerPriorityDelay', argument: WHOLE, doc: 'Second set after an advert of lower priority. Default: vrrp_garp_master_delay.' },
  { kind: 'value', keyword: 'vrrp_garp_lower_prio_repeat', set: 'garpLowerPriorityRepeat', argument: integer({ min: 0, max: 0xffff_ffff }), doc: 'Gratuitous ARPs after an advert of lower priority; 0: none. Default: vrrp_garp_master_repeat.' },
  { kind: 'value', keyword: 'vrrp_garp_interval', set: 'garpInterval', argument: decimalSeconds({ min: 0.000001, max: TIMER_SECONDS_MAX }), doc: 'Gap between gratuitous ARPs on an interface. Default: none.' },
  { kind: 'value', keyword: 'vrrp_gna_interval', set: 'gnaInterval', argument: decimalSeconds({ min: 0.000001, max: TIMER_SECONDS_MAX }), doc: 'Gap between unsolicited neighbour advertisements. Default: none.' },
  { kind: 'value', keyword: 'vrrp_down_timer_adverts', set: 'downTimerAdverts', argument: integer({ min: 1, max: 100 }), doc: 'Adverts missed before the master counts as down. Default: 3.' },
  { kind: 'value', keyword: 'vrrp_lower_prio_no_advert', set: 'lowerPriorityNoAdvert', argument: boolean('optional'), doc: 'A master stays silent on an advert of lower priority.' },
  { kind: 'value', keyword: 'vrrp_higher_prio_send_advert', set: 'higherPrioritySendAdvert', argument: boolean('optional'), doc: 'A master sends one advert before it yields.' },
  { kind: 'flag', keyword: 'lvs_flush', set: 'lvsFlush', to: true, doc: 'Flush IPVS at start.' },
  { kind: 'custom', keyword: 'lvs_flush_on_stop', aliases: ['lvs_flush_onstop'], form: '[VS]', words: 0, apply: applyFlushOnStop, doc: 'Flush IPVS at stop; with VS only the own virtual servers.' },
  ...withoutEffect<GlobalDraft>(ACCEPTED_GLOBALS),
  { kind: 'custom', keyword: 'include_check', form: '[±]CHECK …', words: 0, apply: applyIncludeCheck, doc: 'What a plain include insists on: read, match, wildcard_match, brace_match; all without a word.' },
  { kind: 'custom', keyword: 'random_seed', form: 'NUMBER', words: 1, apply: applyRandomSeed, doc: 'What _RANDOM starts from, for results that repeat.' },
  { kind: 'custom', keyword: 'lvs_timeouts', bare: 'error', form: '[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]', words: 1, apply: applyLvsTimeouts, doc: 'IPVS timeouts. Default: those of the kernel.' },
]);

/**
 * @param family - the only family allowed, or either
 * @returns an argument that is a multicast address
 */
export function multicast(family?: IpFamily): Argument<IpAddress> {
  const limit = family === undefined ? 'a multicast address' : `an IPv${family} multicast address`;
  return {
    kind: 'address',
    limit,
    read(text) {
      const value = parseIp(text);
      const first = value === undefined ? 0 : (ipBytes(value)[0] ?? 0);
      const right =
        value !== undefined &&
        (family === undefined || value.includes(':') === (family === 6)) &&
        (value.includes(':') ? first === 0xff : first >> 4 === 0xe);
      return right ? { ok: true, value } : { ok: false, code: 'NOT_MULTICAST', limit };
    },
  };
}

function applyNotificationEmail(draft: GlobalDraft, call: Call): void {
  const words = listEntries(call).flatMap((entry) => entry.map((each) => each.text));
  if (words.length === 0) {
    call.complain('EMPTY_BLOCK', 'notification_email names nobody', { severity: 'warning' });
  }
  draft.notificationEmail = [...(draft.notificationEmail ?? []), ...words];
}

function applySmtpServer(draft: GlobalDraft, call: Call): void {
  const [, host, portWord] = call.words;
  if (host === undefined) return;
  const port =
    portWord === undefined
      ? 25
      : readWord(PORT, portWord, { call, name: 'port', fallback: 'the relay is left out' });
  if (port !== undefined) draft.smtpServer = { host: host.text, port };
}

function applySmtpConnectTimeout(draft: GlobalDraft, call: Call): void {
  const word = call.argument(1);
  if (word === undefined) return;
  const value = readWord(decimalSeconds({ min: 0, max: TIMER_SECONDS_MAX }), word, { call });
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
  draft.scriptUser =
    group === undefined ? { user: user.text } : { user: user.text, group: group.text };
}

function applyFlushOnStop(draft: GlobalDraft, call: Call): void {
  const word = call.argument(1);
  if (word === undefined) draft.lvsFlushOnStop = true;
  else readWord(oneOf(new Map([['VS', true]])), word, { call, fallback: 'it is ignored' });
}

/** Which setting each word of lvs_timeouts names. */
const LVS_TIMEOUTS: ReadonlyMap<string, 'tcpSeconds' | 'tcpFinSeconds' | 'udpSeconds'> = new Map([
  ['tcp', 'tcpSeconds' as const],
  ['tcpfin', 'tcpFinSeconds' as const],
  ['udp', 'udpSeconds' as const],
]);

function applyLvsTimeouts(draft: GlobalDraft, call: Call): void {
  const timeouts = draft.lvsTimeouts ?? { tcpSeconds: 0, tcpFinSeconds: 0, udpSeconds: 0 };
  draft.lvsTimeouts = timeouts;
  for (let i = 1; i < call.words.length; i += 2) {
    const [name, value] = [call.words[i], call.words[i + 1]];
    if (name === undefined) return;
    const field = readWord(oneOf(LVS_TIMEOUTS), name, { call, name: 'each timeout' });
    if (field === undefined) continue;
    if (value === undefined) {
      call.complain('MISSING_VALUE', `no value for lvs_timeouts ${name.text}`, { at: name });
      return;
    }
    const limits = integer({ min: 1, max: 2_147_483 });
    const read = readWord(limits, value, { call, name: `${call.keyword} ${name.text}` });
    if (read !== undefined) timeouts[field] = read;
  }
}
