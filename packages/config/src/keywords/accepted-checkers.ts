import {
  address,
  boolean,
  decimalSeconds,
  integer,
  oneOf,
  wholeSeconds,
  word,
  type Argument,
} from '../argument.ts';
import { judgeAccount } from '../account.ts';
import type { Call } from '../call.ts';
import { ACCOUNT, COMMAND, form, optional, several, TEXT } from '../form.ts';
import { splitWords } from '../words.ts';
import { acceptedGrammar, type AcceptedGrammar, type AcceptedRow } from './accepted.ts';
import { LONG_PAUSE, LONG_TIMER } from './forms.ts';
import { DIGEST, STATUS_CODES } from './http-words.ts';
import { METHOD } from './lvs-method.ts';
import { weight } from './track-entry.ts';

const OPTIONAL = boolean('optional');
const COUNT = integer({ min: 0, max: 0xffff_ffff });
const PORT = integer({ min: 1, max: 65_535 });
const WORD = word();
const NOT_CHECKED = 'this check is not made, and without another one the real server counts as up';

const DNS_TYPES = oneOf(
  new Map('A NS CNAME SOA MX TXT AAAA'.split(' ').map((each) => [each, each])),
  { anyCase: true },
);
const HTTP_PROTOCOLS = oneOf(new Map(['1.0', '1.0C', '1.1'].map((each) => [each, each])), {
  anyCase: true,
});

function hex(extra: string): Argument<string> {
  const limit = 'pairs of hex digits';
  const pattern = `^[0-9a-fA-F${extra} ]+$`;
  const matcher = new RegExp(pattern);
  return {
    placeholder: 'BYTES',
    limit,
    schema: { type: 'string', pattern },
    data: (value) => value,
    read: (value) =>
      matcher.test(value) ? { ok: true, value } : { ok: false, code: 'INVALID_NUMBER', limit },
  };
}

/** `ADDRESS [PORT]`. */
const ENDPOINT = form({ address: address(), port: optional(PORT) });

/** Keywords of virtual_server that have no effect yet. */
// prettier-ignore
export const ACCEPTED_VIRTUAL_SERVER: readonly AcceptedRow[] = [
  { keyword: 'persistence_engine', argument: WORD, lost: 'persistence is by address alone', doc: 'What makes a client one, such as sip.' },
  { keyword: 'sorry_server', form: ENDPOINT, lost: 'without a real server nobody answers', doc: 'Serves while all real servers are down.' },
  { keyword: 'sorry_server_inhibit', doc: 'Keep it in the table with weight 0.' },
  { keyword: 'sorry_server_lvs_method', bare: 'error', form: METHOD, doc: 'How packets get there.' },
  { keyword: 'ha_suspend', doc: 'Check only while the address is on this box.' },
  { keyword: 'snmp_name', bare: 'error', argument: WORD, doc: 'Name in the MIB.' },
];

/** Keywords of real_server that have no effect yet, checkers aside. */
export const ACCEPTED_REAL_SERVER: readonly AcceptedRow[] = [
  { keyword: 'snmp_name', bare: 'error', argument: WORD, doc: 'Name in the MIB.' },
];

/** Keywords of all checkers that have no effect yet. */
// prettier-ignore
export const ACCEPTED_CHECKER: readonly AcceptedRow[] = [
  { keyword: 'bind_if', argument: word(15), doc: 'Interface that checks leave by.' },
  { keyword: 'fwmark', argument: COUNT, default: 0, doc: 'Mark of packets of checks.' },
];

const REGEX_LOST = 'the page is not compared with it';

/** Keywords of HTTP_GET that have no effect yet. */
// prettier-ignore
export const ACCEPTED_HTTP: readonly AcceptedRow[] = [
  { keyword: 'fast_recovery', argument: OPTIONAL, doc: 'No pause between pages while it recovers.' },
  { keyword: 'enable_sni', argument: OPTIONAL, doc: 'Name the host in the TLS handshake.' },
  { keyword: 'sni_name', argument: WORD, since: 'after 2.4.3', otherwise: 'virtualhost', doc: 'Name for that.' },
  { keyword: 'tls_compliant', since: '2.2.8', doc: 'Insist on a proper end of the TLS connection.' },
];

/** Keywords of url that have no effect yet. */
// prettier-ignore
export const ACCEPTED_URL: readonly AcceptedRow[] = [
  { keyword: 'regex', bare: 'note', form: TEXT, lost: REGEX_LOST, doc: 'Pattern that the page must have.' },
  { keyword: 'regex_no_match', lost: REGEX_LOST, doc: 'It must not have it.' },
  { keyword: 'regex_options', bare: 'note', form: form({ value: several(WORD) }), doc: 'Options of PCRE2, lower case.' },
  { keyword: 'regex_min_offset', bare: 'note', argument: COUNT, doc: 'Where matches may begin.' },
  { keyword: 'regex_max_offset', bare: 'note', argument: COUNT, doc: 'Where they must have begun.' },
  { keyword: 'regex_stack', bare: 'note', form: form({ start: COUNT, max: COUNT }), doc: 'First and highest size of the stack of PCRE2, in bytes.' },
  { keyword: 'tls_compliant', since: '2.2.8', doc: 'Insist on a proper end of the TLS connection.' },
];

// prettier-ignore
const TIMING: readonly AcceptedRow[] = [
  { keyword: 'connect_timeout', argument: seconds(0.000001), default: 5, doc: 'Limit of connecting.' },
  { keyword: 'retry', argument: COUNT, doc: 'Further attempts after a failed check.' },
  { keyword: 'delay_before_retry', argument: LONG_PAUSE, doc: 'Pause before a further attempt.' },
  { keyword: 'warmup', argument: LONG_PAUSE, doc: 'Random delay of the first check.' },
  { keyword: 'delay_loop', argument: LONG_TIMER, doc: 'Period of checks.' },
  { keyword: 'alpha', argument: OPTIONAL, doc: 'Down until the first success.' },
  { keyword: 'log_all_failures', argument: OPTIONAL, doc: 'Log every failed attempt.' },
];

// prettier-ignore
const CONNECTION: readonly AcceptedRow[] = [
  { keyword: 'connect_ip', argument: address(), doc: 'Address to check.' },
  { keyword: 'connect_port', argument: PORT, doc: 'Port to check.' },
  { keyword: 'bindto', argument: address(), doc: 'Source address.' },
  { keyword: 'bind_port', argument: PORT, doc: 'Source port.' },
  ...ACCEPTED_CHECKER,
  ...TIMING,
];

// prettier-ignore
const URL_ROWS: readonly AcceptedRow[] = [
  { keyword: 'path', argument: WORD, required: true, doc: 'Path of the request.' },
  { keyword: 'digest', argument: DIGEST, doc: 'MD5 of the body.' },
  { keyword: 'status_code', bare: 'note', form: form({ value: several(STATUS_CODES) }), adds: true, doc: 'Statuses that count as success.' },
  { keyword: 'virtualhost', bare: 'error', argument: WORD, doc: 'Host header.' },
  ...ACCEPTED_URL,
];

/** Checkers that are not made yet. */
// prettier-ignore
export const ACCEPTED_CHECKERS: readonly AcceptedRow[] = [
  checker({ keyword: 'SSL_GET', doc: 'Checks pages over TLS.', rows: [
    { keyword: 'url', block: acceptedGrammar('url', URL_ROWS), several: true, required: true, doc: 'A page.' },
    { keyword: 'virtualhost', bare: 'error', argument: WORD, doc: 'Host header.' },
    { keyword: 'http_protocol', bare: 'error', argument: HTTP_PROTOCOLS, doc: '1.0, 1.0C or 1.1.' },
    ...CONNECTION.filter((row) => row.keyword !== 'retry'),
    { keyword: 'retry', deprecated: ['nb_get_retry'], argument: COUNT, doc: 'Further attempts after a failed check.' },
    ...ACCEPTED_HTTP,
  ] }),
  checker({ keyword: 'SMTP_CHECK', doc: 'Speaks with a mail server.', rows: [
    { keyword: 'helo_name', bare: 'error', argument: WORD, doc: 'HELO argument.' },
    { keyword: 'host', block: acceptedGrammar('host', CONNECTION), several: true, doc: 'Deprecated: another address.' },
    ...CONNECTION,
  ] }),
  checker({ keyword: 'DNS_CHECK', doc: 'Asks a name server.', rows: [
    { keyword: 'type', argument: DNS_TYPES, default: 'SOA', doc: 'Type of the question.' },
    { keyword: 'name', argument: WORD, default: '.', doc: 'Name of the question.' },
    ...CONNECTION,
  ] }),
  checker({ keyword: 'UDP_CHECK', doc: 'Sends a datagram.', rows: [
    { keyword: 'payload', bare: 'error', form: form({ value: several(hex('')) }), doc: 'Bytes to send, in hex.' },
    { keyword: 'require_reply', form: form({ value: optional(several(hex('xX'))) }), doc: 'An answer must come, with these bytes; x stands for any digit.' },
    { keyword: 'min_reply_length', argument: integer({ min: 0, max: 65_535 }), doc: 'Least length of the answer.' },
    { keyword: 'max_reply_length', argument: integer({ min: 0, max: 65_535 }), doc: 'Highest length of the answer.' },
    ...CONNECTION,
  ], judge: judgeReplyLengths }),
  checker({ keyword: 'PING_CHECK', doc: 'Pings.', rows: CONNECTION }),
  checker({ keyword: 'MISC_CHECK', doc: 'Runs a script.', rows: [
    { keyword: 'misc_path', bare: 'error', required: true, form: COMMAND, doc: 'What is run.' },
    { keyword: 'misc_timeout', argument: wholeSeconds({ min: 0, max: 4294 }), otherwise: 'delay_loop', doc: 'Limit.' },
    { keyword: 'misc_dynamic', doc: 'The exit status sets the weight.' },
    { keyword: 'user', bare: 'error', form: ACCOUNT, judge: judgeAccount, doc: 'Account that runs it.' },
    ...TIMING.filter((row) => row.keyword !== 'connect_timeout'),
  ] }),
  checker({ keyword: 'FILE_CHECK', doc: 'Follows a track_file.', rows: [
    { keyword: 'track_file', required: true, argument: WORD, judge: knownFile, doc: 'Name of the track_file.' },
    { keyword: 'weight', bare: 'error', form: weight({ min: -0x7fff_ffff, max: 0x7fff_ffff }), doc: 'Factor of its number.' },
  ] }),
  checker({ keyword: 'BFD_CHECK', doc: 'Follows a bfd_instance.', rows: [
    { keyword: 'name', bare: 'error', required: true, argument: WORD, judge: knownBfd, doc: 'Name of the bfd_instance.' },
    { keyword: 'alpha', argument: OPTIONAL, doc: 'Down until the first success.' },
  ] }),
];

const REPLY_LENGTH_MAX = 255;

function judgeReplyLengths(call: Call): void {
  const [least, most] = ['min_reply_length', 'max_reply_length'].map((keyword) => {
    const place = call.inside(keyword);
    return Number(place === undefined ? Number.NaN : splitWords(place)[1]?.text);
  });
  if ((least ?? 0) <= (most || REPLY_LENGTH_MAX) || Number.isNaN(least)) return;
  call.complain('REPLY_LENGTHS', 'min_reply_length is above max_reply_length; no answer fits', {
    at: call.inside('min_reply_length'),
  });
}

function knownFile(call: Call): void {
  const name = call.argument(1);
  if (name === undefined || call.session.defined.get('file')?.has(name.text)) return;
  call.complain('UNKNOWN_TRACKER', `track_file ${name.text} not found`, { at: name });
}

function knownBfd(call: Call): void {
  const name = call.argument(1);
  if (name === undefined || call.session.defined.get('bfd')?.has(name.text)) return;
  call.complain('UNKNOWN_TRACKER', `bfd_instance ${name.text} is not configured`, { at: name });
}

function seconds(min: number): Argument<unknown> {
  return decimalSeconds({ min, max: 4294.967295 });
}

function checker(row: {
  readonly keyword: string;
  readonly doc: string;
  readonly rows: readonly AcceptedRow[];
  readonly judge?: (call: Call) => void;
}): AcceptedRow {
  const { keyword, doc, rows, judge } = row;
  const block: AcceptedGrammar = acceptedGrammar(keyword, rows);
  return { keyword, block, several: true, lost: NOT_CHECKED, doc, ...(judge && { judge }) };
}
