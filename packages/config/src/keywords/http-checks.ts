import { boolean, oneOf } from '../argument.ts';
import type { Call } from '../call.ts';
import { composeBlock, readWord } from '../composer.ts';
import { form, NOTHING, several } from '../form.ts';
import { keywordGrammar, type KeywordGrammar } from '../grammar.ts';
import { withoutEffect } from './accepted.ts';
import { ACCEPTED_HTTP, ACCEPTED_URL } from './accepted-balancing.ts';
import { CHECKER_ROWS, RETRY, type CheckerDraft } from './checkers.ts';
import { HOST, PATH } from './forms.ts';
import { DIGEST, STATUS_CODES } from './http-words.ts';

interface UrlDraft {
  path?: string;
  digest?: string;
  statusCodes: { first: number; last: number }[];
  virtualhost?: string;
}

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
  { kind: 'value', keyword: 'fast_recovery', set: 'fastRecovery', argument: boolean('optional'), default: false, doc: 'No pause between pages while it recovers.' },
  { kind: 'value', keyword: 'enable_sni', set: 'enableSni', argument: boolean('optional'), default: false, doc: 'SSL_GET: send the virtualhost in the TLS handshake.' },
  ...withoutEffect<CheckerDraft>(ACCEPTED_HTTP),
]);

/** The keyword table of SSL_GET. */
export const SSL_GET: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>(
  'SSL_GET',
  HTTP_GET.rows,
);

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
