import type { IpAddress } from '@tandem/inet';
import type { UrlSettings } from '@tandem/health';
import type { Duration } from '@tandem/time';
import { address, boolean, decimalSeconds, integer, oneOf, word } from '../argument.ts';
import type { Call } from '../call.ts';
import { composeBlock, readWord } from '../composer.ts';
import { keywordGrammar, type Keyword, type KeywordGrammar } from '../grammar.ts';
import { withoutEffect } from './accepted.ts';
import { ACCEPTED_CHECKER, ACCEPTED_HTTP, ACCEPTED_URL } from './accepted-checkers.ts';
import { TIMER_SECONDS_MAX } from './global-defs.ts';

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

const TIMER = decimalSeconds({ min: 0.000001, max: TIMER_SECONDS_MAX });
const PAUSE = decimalSeconds({ min: 0, max: TIMER_SECONDS_MAX });
const PORT = integer({ min: 1, max: 65_535 });
const STATUS_CODES = { min: 100, max: 599 };
const DIGEST_LENGTH = 32;

/** Rows that virtual servers, real servers and checkers have in common. */
export const TIMING_ROWS: readonly Keyword<TimingDraft>[] = [
  {
    kind: 'value',
    keyword: 'delay_loop',
    set: 'delayLoop',
    argument: TIMER,
    fallback: 'it is ignored',
    doc: 'Period between checks. Default: 60.',
  },
  {
    kind: 'value',
    keyword: 'retry',
    set: 'retry',
    argument: integer({ min: 0, max: 0xffff_ffff }),
    fallback: 'it is ignored',
    doc: 'Further attempts after a failed check. Default: 1.',
  },
  {
    kind: 'value',
    keyword: 'delay_before_retry',
    set: 'delayBeforeRetry',
    argument: PAUSE,
    fallback: 'it is ignored',
    doc: 'Pause before a further attempt. Default: 1; HTTP_GET: 3.',
  },
  {
    kind: 'value',
    keyword: 'warmup',
    set: 'warmup',
    argument: PAUSE,
    fallback: 'it is ignored',
    doc: 'The first check is delayed by a random part of this. Default: delay_loop.',
  },
  {
    kind: 'value',
    keyword: 'connect_timeout',
    set: 'connectTimeout',
    argument: TIMER,
    fallback: 'it is ignored',
    doc: 'Limit of connecting, and of waiting for an answer. Default: 5.',
  },
];

// prettier-ignore
const CHECKER_ROWS: readonly Keyword<CheckerDraft>[] = [
  ...(TIMING_ROWS as readonly Keyword<CheckerDraft>[]),
  { kind: 'value', keyword: 'alpha', set: 'alpha', argument: boolean('optional'), doc: 'Down until the first success.' },
  { kind: 'value', keyword: 'log_all_failures', set: 'logAllFailures', argument: boolean('optional'), doc: 'Log every failed attempt.' },
  { kind: 'value', keyword: 'connect_ip', set: 'connectIp', argument: address(), doc: 'Address to check. Default: that of the real server.' },
  { kind: 'value', keyword: 'connect_port', set: 'connectPort', argument: PORT, doc: 'Port to check. Default: that of the real server.' },
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
  { kind: 'value', keyword: 'path', set: 'path', argument: word(), doc: 'Path of the request. Required.' },
  { kind: 'custom', keyword: 'digest', form: '32 hex digits', words: 1, apply: applyDigest, doc: 'MD5 of the body, from genhash.' },
  { kind: 'custom', keyword: 'status_code', bare: 'note', form: 'N or N-M, several', words: 1, apply: applyStatusCodes, doc: 'Statuses that count as success. Default: 200–299.' },
  { kind: 'value', keyword: 'virtualhost', bare: 'error', set: 'virtualhost', argument: word(), doc: 'Host header.' },
  ...withoutEffect<UrlDraft>(ACCEPTED_URL),
]);

/** The keyword table of HTTP_GET. */
// prettier-ignore
export const HTTP_GET: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>('HTTP_GET', [
  ...CHECKER_ROWS.filter((row) => row.keyword !== 'retry'),
  { kind: 'value', keyword: 'retry', deprecated: ['nb_get_retry'], set: 'retry', argument: integer({ min: 0, max: 0xffff_ffff }), fallback: 'it is ignored', doc: 'Further attempts after a failed check. Default: 1.' },
  { kind: 'block', keyword: 'url', form: '{ … }', words: 0, grammar: URL, apply: applyUrl, doc: 'A page and what it must be like; several are allowed.' },
  { kind: 'value', keyword: 'virtualhost', bare: 'error', set: 'virtualhost', argument: word(), doc: 'Host header. Default: that of the real server.' },
  { kind: 'value', keyword: 'http_protocol', bare: 'error', set: 'httpProtocol', argument: HTTP_PROTOCOLS, doc: '1.0, 1.0C (with Connection: close) or 1.1. Default: 1.0.' },
  ...withoutEffect<CheckerDraft>(ACCEPTED_HTTP),
]);

/** The keyword table of TCP_CHECK. */
export const TCP_CHECK: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>(
  'TCP_CHECK',
  CHECKER_ROWS,
);

function applyUrl(draft: CheckerDraft, call: Call): void {
  const { block } = call.statement;
  if (block === undefined) return;
  const url: UrlDraft = { statusCodes: [] };
  composeBlock(URL, url, { block, owner: `${call.owner} url`, session: call.session });
  const { path, ...rest } = url;
  if (path === undefined) {
    call.complain('MISSING_PATH', 'the url has no path; ignoring it', {
      hint: "add 'path /'",
    });
    return;
  }
  draft.urls.push({ path, ...rest });
}

function applyDigest(draft: UrlDraft, call: Call): void {
  const given = call.argument(1);
  if (given === undefined) return;
  if (/^[0-9a-fA-F]{32}$/.test(given.text)) {
    draft.digest = given.text.toLowerCase();
    return;
  }
  const { length } = given.text;
  const got = length === DIGEST_LENGTH ? `'${given.text}'` : `${length} characters`;
  call.complain('INVALID_DIGEST', `digest must be ${DIGEST_LENGTH} hex digits, got ${got}`, {
    at: given,
    hint: 'genhash prints it',
  });
}

function applyStatusCodes(draft: UrlDraft, call: Call): void {
  for (const given of call.arguments) {
    const dash = given.text.indexOf('-');
    const range = {
      first: Number(dash < 0 ? given.text : given.text.slice(0, dash)),
      last: Number(dash < 0 ? given.text : given.text.slice(dash + 1)),
    };
    const { min, max } = STATUS_CODES;
    if (
      /^[0-9]{3}(-[0-9]{3})?$/.test(given.text) &&
      range.first >= min &&
      range.last <= max &&
      range.first <= range.last
    ) {
      draft.statusCodes.push(range);
    } else {
      call.complain(
        'INVALID_STATUS_CODE',
        `status_code must be ${min}–${max} or a range such as 200-299, got '${given.text}'`,
        { at: given },
      );
    }
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
  const port = readWord(integer({ min: 0, max: 65_535 }), given, {
    call,
    name: 'port',
    fallback: 'skipping the block',
  });
  return port ?? null;
}
