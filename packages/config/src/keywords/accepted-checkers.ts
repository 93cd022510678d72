import { boolean, integer, oneOf, wholeSeconds, word, type Argument } from '../argument.ts';
import { judgeAccount } from '../account.ts';
import type { Call } from '../call.ts';
import { ACCOUNT, COMMAND, form, optional, several } from '../form.ts';
import { splitWords } from '../words.ts';
import { acceptedGrammar, asAccepted, type AcceptedGrammar, type AcceptedRow } from './accepted.ts';
import { HTTP_GET, TCP_CHECK } from './checkers.ts';
import { HOST } from './forms.ts';

const OPTIONAL = boolean('optional');
const LENGTH = integer({ min: 0, max: 65_535 }, { unit: 'bytes' });
const NOT_CHECKED = 'this check is not made, and without another one the real server counts as up';

const DNS_TYPES = oneOf(
  new Map('A NS CNAME SOA MX TXT AAAA'.split(' ').map((each) => [each, each])),
  { anyCase: true },
);

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

/** What all checkers that connect have in common, TCP_CHECK has alone. */
const CONNECTION = TCP_CHECK.rows.map(asAccepted);
const OF_CONNECTIONS = new Set(
  'connect_timeout connect_ip connect_port bindto bind_port bind_if fwmark'.split(' '),
);

const FILE_CHECK_WEIGHT = form(
  { value: integer({ min: -0x7fff_ffff, max: 0x7fff_ffff }) },
  { reverse: { doc: 'The other way round.' }, noreverse: { doc: 'Not the other way round.' } },
);

/** Checkers that are not made yet. */
// prettier-ignore
export const ACCEPTED_CHECKERS: readonly AcceptedRow[] = [
  checker({ keyword: 'SSL_GET', doc: 'Checks pages over TLS.', rows: HTTP_GET.rows.map(asAccepted) }),
  checker({ keyword: 'SMTP_CHECK', doc: 'Speaks with a mail server.', rows: [
    { keyword: 'helo_name', bare: 'error', argument: HOST, default: 'smtpchecker.keepalived.org', doc: 'HELO argument.' },
    { keyword: 'host', block: acceptedGrammar('host', CONNECTION), several: true, doc: 'Deprecated: another address.' },
    ...CONNECTION,
  ] }),
  checker({ keyword: 'DNS_CHECK', doc: 'Asks a name server.', rows: [
    { keyword: 'type', argument: DNS_TYPES, default: 'SOA', doc: 'Type of the question.' },
    { keyword: 'name', argument: word(undefined, 'NAME'), default: '.', doc: 'Name of the question.' },
    ...CONNECTION,
  ] }),
  checker({ keyword: 'UDP_CHECK', doc: 'Sends a datagram.', rows: [
    { keyword: 'payload', bare: 'error', form: form({ value: several(hex('')) }), otherwise: 'keepalived check - , again and again', doc: 'Bytes to send, in hex.' },
    { keyword: 'require_reply', form: form({ value: optional(several(hex('xX'))) }), doc: 'An answer must come, with these bytes; x stands for any digit.' },
    { keyword: 'min_reply_length', argument: LENGTH, default: 0, doc: 'Least length of the answer.' },
    { keyword: 'max_reply_length', argument: LENGTH, default: 255, doc: 'Highest length of the answer.' },
    ...CONNECTION,
  ], judge: judgeReplyLengths }),
  checker({ keyword: 'PING_CHECK', doc: 'Pings.', rows: CONNECTION }),
  checker({ keyword: 'MISC_CHECK', doc: 'Runs a script.', rows: [
    { keyword: 'misc_path', bare: 'error', required: true, form: COMMAND, doc: 'What is run.' },
    { keyword: 'misc_timeout', argument: wholeSeconds({ min: 0, max: 4294 }), otherwise: 'delay_loop', doc: 'Limit of the script.' },
    { keyword: 'misc_dynamic', doc: 'The exit status sets the weight.' },
    { keyword: 'user', bare: 'error', form: ACCOUNT, judge: judgeAccount, doc: 'Account that runs it.' },
    ...CONNECTION.filter(({ keyword }) => !OF_CONNECTIONS.has(keyword)),
  ] }),
  checker({ keyword: 'FILE_CHECK', doc: 'Follows a track_file.', rows: [
    { keyword: 'track_file', required: true, argument: word(undefined, 'NAME'), judge: knownFile, doc: 'Name of the track_file.' },
    { keyword: 'weight', bare: 'error', form: FILE_CHECK_WEIGHT, doc: 'Factor of its number.' },
  ] }),
  checker({ keyword: 'BFD_CHECK', doc: 'Follows a bfd_instance.', rows: [
    { keyword: 'name', bare: 'error', required: true, argument: word(undefined, 'NAME'), judge: knownBfd, doc: 'Name of the bfd_instance.' },
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
