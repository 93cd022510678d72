import type { IpAddress } from '@tandem/inet';
import type { CheckSettings, DnsRecordType, UrlSettings } from '@tandem/health';
import type { Duration } from '@tandem/time';
import { address, boolean, integer } from '../argument.ts';
import type { Call } from '../call.ts';
import { readWord } from '../composer.ts';
import type { Keyword } from '../grammar.ts';
import type { Script } from '../script-argument.ts';
import { INTERFACE, LONG_PAUSE, LONG_TIMER, TIMER } from './forms.ts';

/** Timing of checks, as given on a virtual server, a real server or a checker; absent: inherited. */
export interface TimingDraft {
  delayLoop?: Duration;
  retry?: number;
  delayBeforeRetry?: Duration;
  warmup?: Duration;
  connectTimeout?: Duration;
  alpha?: boolean;
}

/** A checker block. */
export interface CheckerDraft extends TimingDraft {
  readonly type: CheckSettings['type'];
  logAllFailures?: boolean;
  connectIp?: IpAddress;
  connectPort?: number;
  bindAddress?: IpAddress;
  bindPort?: number;
  interfaceName?: string;
  /** 0: none. */
  mark?: number;
  urls: UrlSettings[];
  virtualhost?: string;
  httpProtocol?: '1.0' | '1.0C' | '1.1';
  fastRecovery?: boolean;
  enableSni?: boolean;
  sniName?: string;
  properEnd?: true;
  heloName?: string;
  /** SMTP_CHECK: other places to check, each by a checker of its own. */
  hosts?: CheckerDraft[];
  recordType?: DnsRecordType;
  dnsName?: string;
  /** In hex. */
  payload?: string;
  /** Hex digits, x for any; empty: any answer. */
  reply?: string;
  replyMin?: number;
  replyMax?: number;
  command?: Script;
  account?: Pick<Script, 'user' | 'group'>;
  scriptTimeout?: Duration;
  dynamic?: boolean;
  trackFile?: string;
  bfdSession?: string;
  fileWeight?: { readonly weight: number; readonly reverse: boolean };
}

const PORT = integer({ min: 1, max: 65_535 });
const PORT_OR_NONE = integer({ min: 0, max: 65_535 });

/** Rows that virtual servers, real servers and checkers have in common. */
export const TIMING_ROWS: readonly Keyword<TimingDraft>[] = [
  {
    kind: 'value',
    keyword: 'delay_loop',
    set: 'delayLoop',
    argument: LONG_TIMER,
    fallback: 'it is ignored',
    default: 60,
    doc: 'Period between checks.',
  },
  {
    kind: 'value',
    keyword: 'retry',
    set: 'retry',
    argument: integer({ min: 1, max: 0xffff_ffff }),
    fallback: 'it is ignored',
    otherwise: '1; of DNS_CHECK 3, of MISC_CHECK 0',
    doc: 'Further attempts after a failed check.',
  },
  {
    kind: 'value',
    keyword: 'delay_before_retry',
    set: 'delayBeforeRetry',
    argument: LONG_PAUSE,
    fallback: 'it is ignored',
    otherwise: '1; of HTTP_GET and SSL_GET 3, of DNS_CHECK delay_loop',
    doc: 'Pause before a further attempt.',
  },
  {
    kind: 'value',
    keyword: 'warmup',
    set: 'warmup',
    argument: LONG_PAUSE,
    fallback: 'it is ignored',
    otherwise: 'delay_loop',
    doc: 'The first check is delayed by a random part of this.',
  },
  {
    kind: 'value',
    keyword: 'connect_timeout',
    set: 'connectTimeout',
    argument: TIMER,
    fallback: 'it is ignored',
    default: 5,
    doc: 'Limit of connecting, and of waiting for an answer.',
  },
];

/** One checker may do without, the servers above it may not say so for all. */
export const RETRY: Keyword<CheckerDraft> = {
  kind: 'value',
  keyword: 'retry',
  set: 'retry',
  argument: integer({ min: 0, max: 0xffff_ffff }),
  fallback: 'it is ignored',
  default: 1,
  doc: 'Further attempts after a failed check.',
};

/** What all checkers have that connect, but for retry. */
// prettier-ignore
export const CHECKER_ROWS: readonly Keyword<CheckerDraft>[] = [
  ...(TIMING_ROWS.filter((row) => row.keyword !== 'retry') as readonly Keyword<CheckerDraft>[]),
  { kind: 'value', keyword: 'alpha', set: 'alpha', argument: boolean('optional'), otherwise: 'that of the real server', doc: 'Down until the first success.' },
  { kind: 'value', keyword: 'log_all_failures', set: 'logAllFailures', argument: boolean('optional'), otherwise: 'checker_log_all_failures', doc: 'Log every failed attempt.' },
  { kind: 'value', keyword: 'connect_ip', set: 'connectIp', argument: address(), otherwise: 'that of the real server', doc: 'Address to check.' },
  { kind: 'value', keyword: 'connect_port', set: 'connectPort', argument: PORT, otherwise: 'that of the real server', doc: 'Port to check.' },
  { kind: 'value', keyword: 'bindto', set: 'bindAddress', argument: address(), doc: 'Source address of checks.' },
  { kind: 'value', keyword: 'bind_port', set: 'bindPort', argument: PORT, doc: 'Source port of checks.' },
  { kind: 'value', keyword: 'bind_if', set: 'interfaceName', argument: INTERFACE, doc: 'Interface that checks leave by.' },
  { kind: 'value', keyword: 'fwmark', set: 'mark', argument: integer({ min: 0, max: 0xffff_ffff }), default: 0, doc: 'Mark of packets of checks.' },
];

/**
 * Reads a port that may be absent.
 * @param call - the statement
 * @param n - which word after the keyword it is
 * @returns 0–65535; undefined without a word; null after a complaint
 */
export function readPort(call: Call, n: number): number | undefined | null {
  const given = call.argument(n);
  if (given === undefined) return undefined;
  const port = readWord(PORT_OR_NONE, given, {
    call,
    name: 'port',
    fallback: 'skipping the block',
  });
  return port ?? null;
}
