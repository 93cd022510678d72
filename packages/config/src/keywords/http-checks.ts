import type { RegexSettings } from '@tandem/health';
import { boolean, oneOf, word } from '../argument.ts';
import type { Call } from '../call.ts';
import { composeBlock, readWord } from '../composer.ts';
import { form, NOTHING, several, TEXT } from '../form.ts';
import { keywordGrammar, type KeywordGrammar } from '../grammar.ts';
import { readForm } from '../read-form.ts';
import { splitScript } from '../script-words.ts';
import { CHECKER_ROWS, RETRY, type CheckerDraft } from './checkers.ts';
import { HOST, PATH } from './forms.ts';
import { DIGEST, noteOffsets, OFFSET, STATUS_CODES } from './http-words.ts';
import { translatePattern } from './pcre-pattern.ts';

interface UrlDraft {
  path?: string;
  digest?: string;
  statusCodes: { first: number; last: number }[];
  virtualhost?: string;
  pattern?: { readonly text: string; readonly call: Call };
  options?: readonly string[];
  noMatch?: boolean;
  offsetMin?: number;
  offsetMax?: number;
  properEnd?: true;
}

const HTTP_PROTOCOLS = oneOf(
  new Map<string, '1.0' | '1.0C' | '1.1'>([
    ['1.0', '1.0'],
    ['1.0C', '1.0C'],
    ['1.1', '1.1'],
  ]),
  { anyCase: true },
);

const STACK = form({ start: OFFSET, max: OFFSET });

// prettier-ignore
const URL: KeywordGrammar<UrlDraft> = keywordGrammar<UrlDraft>('url', [
  { kind: 'value', keyword: 'path', set: 'path', argument: PATH, required: true, doc: 'Path of the request.' },
  { kind: 'custom', keyword: 'digest', form: form({ value: DIGEST }), apply: applyDigest, doc: 'MD5 of the body, from genhash.' },
  { kind: 'custom', keyword: 'status_code', bare: 'note', form: form({ value: several(STATUS_CODES) }), adds: true, apply: applyStatusCodes, otherwise: '200–299', doc: 'Statuses that count as success.' },
  { kind: 'value', keyword: 'virtualhost', bare: 'error', set: 'virtualhost', argument: HOST, doc: 'Host header.' },
  { kind: 'custom', keyword: 'regex', bare: 'note', form: TEXT, apply: applyRegex, doc: 'Pattern that header or body must have; backslashes are written twice.' },
  { kind: 'flag', keyword: 'regex_no_match', set: 'noMatch', to: true, doc: 'The page must not have the pattern of regex.' },
  { kind: 'custom', keyword: 'regex_options', bare: 'note', form: form({ value: several(word()) }), apply: applyRegexOptions, doc: 'Options of PCRE2, lower case.' },
  { kind: 'custom', keyword: 'regex_min_offset', bare: 'note', form: form({ value: OFFSET }), apply: applyOffset('offsetMin'), doc: 'Where in header and body matches may begin.' },
  { kind: 'custom', keyword: 'regex_max_offset', bare: 'note', form: form({ value: OFFSET }), apply: applyOffset('offsetMax'), doc: 'Where in header and body matches must have begun.' },
  { kind: 'custom', keyword: 'regex_stack', bare: 'note', form: STACK, apply: readStack, doc: 'Sizes of the stack of PCRE2; accepted, because the engine here has none and a limit of time instead.' },
  { kind: 'flag', keyword: 'tls_compliant', set: 'properEnd', to: true, since: '2.2.8', doc: 'SSL_GET: a connection that ends without an end of TLS is a failure.' },
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
  { kind: 'value', keyword: 'sni_name', set: 'sniName', argument: HOST, since: 'after 2.4.3', otherwise: 'virtualhost, with enable_sni', doc: 'SSL_GET: name in the TLS handshake.' },
  { kind: 'flag', keyword: 'tls_compliant', set: 'properEnd', to: true, since: '2.2.8', doc: 'SSL_GET: a connection that ends without an end of TLS is a failure.' },
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
  const { path, digest, statusCodes, virtualhost, properEnd } = url;
  const regex = finishRegex(url);
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
    ...(regex && { regex }),
    ...(virtualhost !== undefined && { virtualhost }),
    ...(properEnd && { properEnd }),
  });
}

function applyRegex(draft: UrlDraft, call: Call): void {
  const { statement, words } = call;
  const [keyword, first] = words;
  if (keyword === undefined || first === undefined) return;
  const split = splitScript(statement.line.text.slice(keyword.end, statement.end));
  const [text] = split.ok ? split.words : [];
  if (split.ok && split.words.length === 1 && text !== undefined) draft.pattern = { text, call };
  else complainRegex(call, 'it must be one word, or in double quotes');
}

function readStack(_: UrlDraft, call: Call): void {
  if (call.arguments.length > 0) readForm(STACK, call.arguments, call);
  noteOffsets(call);
}

function applyRegexOptions(draft: UrlDraft, call: Call): void {
  draft.options = call.arguments.map(({ text }) => text);
}

function applyOffset(field: 'offsetMin' | 'offsetMax'): (draft: UrlDraft, call: Call) => void {
  return (draft, call) => {
    noteOffsets(call);
    const reading = OFFSET.read(call.argument(1)?.text ?? '');
    if (reading.ok) draft[field] = reading.value;
  };
}

/** @returns what to look for; undefined without a pattern, or with one that cannot be had */
function finishRegex(url: UrlDraft): RegexSettings | undefined {
  const { pattern, options = [], noMatch = false, offsetMin = 0, offsetMax } = url;
  if (pattern === undefined) return undefined;
  const translation = translatePattern(pattern.text, options);
  if (!translation.ok) {
    complainRegex(pattern.call, translation.reason);
    return undefined;
  }
  const { source, flags } = translation;
  // Whoever writes more than ASCII means what it says, not its bytes.
  const utf = options.includes('utf') || /[^\0-\x7f]/.test(pattern.text);
  return { source, flags, utf, noMatch, offsetMin, ...(offsetMax && { offsetMax }) };
}

function complainRegex(call: Call, reason: string): void {
  call.complain('INVALID_REGEX', `the page is not searched: ${reason}`, { at: call.argument(1) });
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
