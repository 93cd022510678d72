import type { IpAddress } from '@tandem/inet';
import type { UrlSettings } from '@tandem/health';
import type { Duration } from '@tandem/time';
import { address, boolean, integer, oneOf } from '../argument.ts';
import type { Call } from '../call.ts';
import { composeBlock, readWord } from '../composer.ts';
import { form, NOTHING, several } from '../form.ts';
import { keywordGrammar, type Keyword, type KeywordGrammar } from '../grammar.ts';
import { withoutEffect } from './accepted.ts';
import { ACCEPTED_CHECKER, ACCEPTED_HTTP, ACCEPTED_URL } from './accepted-balancing.ts';
import { HOST, LONG_PAUSE, LONG_TIMER, PATH, TIMER } from './forms.ts';
import { DIGEST, STATUS_CODES } from './http-words.ts';

/** Timing of checks, as given on a virtual server, a real server or a checker; absent: inherited. */
export interface TimingDraft {
  delayLoop?: Duration;
  retry?: number;
  delayBeforeRetry?: Duration;
  warmup?: Duration;
  connectTimeout?: Duration;
  alpha?: boolean;
  logAllFailures?: boolean;
}

/** A checker block. */
export interface CheckerDraft extends TimingDraft {
  readonly type: 'HTTP_GET' | 'TCP_CHECK';
  connectIp?: IpAddress;
  connectPort?: number;
  bindAddress?: IpAddress;
  bindPort?: number;
  urls: UrlSettings[];
  virtualhost?: string;
  httpProtocol?: '1.0' | '1.0C' | '1.1';
}

interface UrlDraft {
  path?: string;
  digest?: string;
  statusCodes: { first: number; last: number }[];
  virtualhost?: string;
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
    default: 1,
    doc: 'Further attempts after a failed check.',
  },
  {
    kind: 'value',
    keyword: 'delay_before_retry',
    set: 'delayBeforeRetry',
    argument: LONG_PAUSE,
    fallback: 'it is ignored',
    otherwise: '1; of HTTP_GET 3',
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
const RETRY: Keyword<CheckerDraft> = {
  kind: 'value',
  keyword: 'retry',
  set: 'retry',
  argument: integer({ min: 0, max: 0xffff_ffff }),
  fallback: 'it is ignored',
  default: 1,
  doc: 'Further attempts after a failed check.',
};

// prettier-ignore
const CHECKER_ROWS: readonly Keyword<CheckerDraft>[] = [
  ...(TIMING_ROWS.filter((row) => row.keyword !== 'retry') as readonly Keyword<CheckerDraft>[]),
  { kind: 'value', keyword: 'alpha', set: 'alpha', argument: boolean('optional'), otherwise: 'that of the real server', doc: 'Down until the first success.' },
  { kind: 'value', keyword: 'log_all_failures', set: 'logAllFailures', argument: boolean('optional'), otherwise: 'checker_log_all_failures', doc: 'Log every failed attempt.' },
  { kind: 'value', keyword: 'connect_ip', set: 'connectIp', argument: address(), otherwise: 'that of the real server', doc: 'Address to check.' },
  { kind: 'value', keyword: 'connect_port', set: 'connectPort', argument: PORT, otherwise: 'that of the real server', doc: 'Port to check.' },
  { kind: 'value', keyword: 'bindto', set: 'bindAddress', argument: address(), doc: 'Source address of checks.' },
  { kind: 'value', keyword: 'bind_port', set: 'bindPort', argument: PORT, doc: 'Source port of checks.' },
  ...withoutEffect<CheckerDraft>(ACCEPTED_CHECKER),
];

const HTTP_PROTOCOLS = oneOf(
  new Map<string, '1.0' | '1.0C' | '1.1'>([
    ['1.0', '1.0'],
    ['1.0C', '1.0C'],
    ['1.1', '1.1'],
  ]),
  { anyCase: true },
);

// prettier-ignore
const URL: KeywordGrammar<UrlDraft> = keywordGrammar<UrlDraft>('url', [
  { kind: 'value', keyword: 'path', set: 'path', argument: PATH, required: true, doc: 'Path of the request.' },
  { kind: 'custom', keyword: 'digest', form: form({ value: DIGEST }), apply: applyDigest, doc: 'MD5 of the body, from genhash.' },
  { kind: 'custom', keyword: 'status_code', bare: 'note', form: form({ value: several(STATUS_CODES) }), adds: true, apply: applyStatusCodes, otherwise: '200–299', doc: 'Statuses that count as success.' },
  { kind: 'value', keyword: 'virtualhost', bare: 'error', set: 'virtualhost', argument: HOST, doc: 'Host header.' },
  ...withoutEffect<UrlDraft>(ACCEPTED_URL),
]);

/** The keyword table of HTTP_GET. */
// prettier-ignore
export const HTTP_GET: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>('HTTP_GET', [
  ...CHECKER_ROWS,
  { ...RETRY, deprecated: ['nb_get_retry'] },
  { kind: 'block', keyword: 'url', form: NOTHING, several: true, required: true, grammar: URL, apply: applyUrl, doc: 'A page and what it must be like; several are allowed.' },
  { kind: 'value', keyword: 'virtualhost', bare: 'error', set: 'virtualhost', argument: HOST, otherwise: 'that of the real server', doc: 'Host header.' },
  { kind: 'value', keyword: 'http_protocol', bare: 'error', set: 'httpProtocol', argument: HTTP_PROTOCOLS, default: '1.0', doc: '1.0, 1.0C (with Connection: close) or 1.1.' },
  ...withoutEffect<CheckerDraft>(ACCEPTED_HTTP),
]);

/** The keyword table of TCP_CHECK. */
export const TCP_CHECK: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>('TCP_CHECK', [
  ...CHECKER_ROWS,
  RETRY,
]);

function applyUrl(draft: CheckerDraft, call: Call): void {
  const { block } = call.statement;
  if (block === undefined) return;
  const url: UrlDraft = { statusCodes: [] };
  composeBlock(URL, url, { block, owner: `${call.owner} url`, session: call.session });
  const { path, digest, statusCodes, virtualhost } = url;
  if (path === undefined) {
    call.complain('MISSING_PATH', 'the url has no path; ignoring it', {
      hint: "add 'path /'",
    });
    return;
  }
  draft.urls.push({
    path,
    statusCodes: [...statusCodes],
    ...(digest !== undefined && { digest }),
    ...(virtualhost !== undefined && { virtualhost }),
  });
}

function applyDigest(draft: UrlDraft, call: Call): void {
  const given = call.argument(1);
  if (given === undefined) return;
  const digest = readWord(DIGEST, given, { call });
  if (digest !== undefined) draft.digest = digest;
}

function applyStatusCodes(draft: UrlDraft, call: Call): void {
  for (const given of call.arguments) {
    const range = readWord(STATUS_CODES, given, { call });
    if (range !== undefined) draft.statusCodes.push(range);
  }
}

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
