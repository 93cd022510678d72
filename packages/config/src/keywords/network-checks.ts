/** Checkers that ask over the network, those of web pages aside. */
import { integer, oneOf, word, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { composeBlock } from '../composer.ts';
import { form, NOTHING, optional, several } from '../form.ts';
import { keywordGrammar, type Keyword, type KeywordGrammar } from '../grammar.ts';
import { readForm } from '../read-form.ts';
import { splitWords } from '../words.ts';
import { CHECKER_ROWS, RETRY, type CheckerDraft } from './checkers.ts';
import { HOST } from './forms.ts';

const LENGTH = integer({ min: 0, max: 65_535 }, { unit: 'bytes' });

const DNS_TYPES = oneOf(
  new Map(
    (['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA'] as const).map((each) => [
      each as string,
      each,
    ]),
  ),
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

const PAYLOAD = form({ value: several(hex('')) });
const REPLY = form({ value: several(optional(hex('xX'))) });

/** What all checkers have that connect; TCP_CHECK has nothing else. */
const CONNECTION: readonly Keyword<CheckerDraft>[] = [...CHECKER_ROWS, RETRY];

/** The keyword table of TCP_CHECK. */
export const TCP_CHECK: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>(
  'TCP_CHECK',
  CONNECTION,
);

/** The keyword table of PING_CHECK. */
export const PING_CHECK: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>(
  'PING_CHECK',
  CONNECTION,
);

const SMTP_HOST: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>('host', CONNECTION);

/** The keyword table of SMTP_CHECK. */
// prettier-ignore
export const SMTP_CHECK: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>('SMTP_CHECK', [
  { kind: 'value', keyword: 'helo_name', bare: 'error', set: 'heloName', argument: HOST, default: 'smtpchecker.keepalived.org', doc: 'HELO argument.' },
  { kind: 'block', keyword: 'host', form: NOTHING, several: true, grammar: SMTP_HOST, apply: applyHost, doc: 'Deprecated: another address, checked too.' },
  ...CONNECTION,
]);

/** The keyword table of DNS_CHECK. */
// prettier-ignore
export const DNS_CHECK: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>('DNS_CHECK', [
  { kind: 'value', keyword: 'type', set: 'recordType', argument: DNS_TYPES, default: 'SOA', doc: 'Type of the question.' },
  { kind: 'value', keyword: 'name', set: 'dnsName', argument: word(undefined, 'NAME'), default: '.', doc: 'Name of the question.' },
  ...CHECKER_ROWS,
  { ...RETRY, default: 3 },
]);

/** The keyword table of UDP_CHECK. */
// prettier-ignore
export const UDP_CHECK: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>('UDP_CHECK', [
  { kind: 'custom', keyword: 'payload', bare: 'error', form: PAYLOAD, apply: applyPayload, otherwise: 'keepalived check - , again and again', doc: 'Bytes to send, in hex.' },
  { kind: 'custom', keyword: 'require_reply', form: REPLY, apply: applyReply, doc: 'An answer must come, with these bytes; x stands for any digit.' },
  { kind: 'value', keyword: 'min_reply_length', set: 'replyMin', argument: LENGTH, default: 0, doc: 'Least length of the answer.' },
  { kind: 'value', keyword: 'max_reply_length', set: 'replyMax', argument: LENGTH, otherwise: 'any length; keepalived(8) says 255', doc: 'Highest length of the answer.' },
  ...CONNECTION,
]);

const REPLY_LENGTH_MAX = 255;

/**
 * Complains about lengths of answers that do not go together.
 * @param call - a UDP_CHECK
 */
export function judgeReplyLengths(call: Call): void {
  const [least, most] = ['min_reply_length', 'max_reply_length'].map((keyword) => {
    const place = call.inside(keyword);
    return Number(place === undefined ? Number.NaN : splitWords(place)[1]?.text);
  });
  if ((least ?? 0) <= (most || REPLY_LENGTH_MAX) || Number.isNaN(least)) return;
  call.complain('REPLY_LENGTHS', 'min_reply_length is above max_reply_length; no answer fits', {
    at: call.inside('min_reply_length'),
  });
}

function applyHost(draft: CheckerDraft, call: Call): void {
  const { block } = call.statement;
  if (block === undefined) return;
  const host: CheckerDraft = { type: 'SMTP_CHECK', urls: [] };
  const owner = `${call.owner} host`;
  composeBlock(SMTP_HOST, host, { block, owner, session: call.session });
  (draft.hosts ??= []).push(host);
}

function applyPayload(draft: CheckerDraft, call: Call): void {
  const { value } = readForm(PAYLOAD, call.arguments, call) ?? {};
  if (value !== undefined) draft.payload = pairs(value);
}

function applyReply(draft: CheckerDraft, call: Call): void {
  const { value } = readForm(REPLY, call.arguments, call) ?? {};
  draft.reply = pairs(value ?? []);
}

/** In each word two digits are a byte; one that is left over is one, too. */
function pairs(words: readonly string[]): string {
  const bytes = words
    .flatMap((each) => each.split(' '))
    .flatMap((each) => each.match(/..?/g) ?? []);
  return bytes.map((each) => each.padStart(2, '0').toLowerCase()).join('');
}
