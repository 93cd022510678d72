import { integer, word, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, several, TEXT } from '../form.ts';
import type { AcceptedRow } from './accepted.ts';
import { HOST, INTERFACE } from './forms.ts';

const COUNT = integer({ min: 0, max: 0xffff_ffff });

/** keepalived says nothing of a number that is none, and takes 0. */
const OFFSET: Argument<number> = {
  ...COUNT,
  read(text) {
    const reading = COUNT.read(text);
    return reading.ok ? reading : { ok: true, value: 0 };
  },
};

function noteOffsets(call: Call): void {
  for (const word of call.arguments.slice(0, 2)) {
    const reading = COUNT.read(word.text);
    if (reading.ok) continue;
    call.complain(reading.code, `${call.keyword} must be ${reading.limit}; 0 is used`, {
      at: word,
      severity: 'note',
    });
  }
}

/** Keywords of virtual_server that have no effect yet. */
// prettier-ignore
export const ACCEPTED_VIRTUAL_SERVER: readonly AcceptedRow[] = [
  { keyword: 'snmp_name', bare: 'error', argument: word(undefined, 'NAME'), doc: 'Name in the MIB.' },
];

/** Keywords of real_server that have no effect yet, checkers aside. */
export const ACCEPTED_REAL_SERVER: readonly AcceptedRow[] = [
  {
    keyword: 'snmp_name',
    bare: 'error',
    argument: word(undefined, 'NAME'),
    doc: 'Name in the MIB.',
  },
];

/** Keywords of all checkers that have no effect yet. */
// prettier-ignore
export const ACCEPTED_CHECKER: readonly AcceptedRow[] = [
  { keyword: 'bind_if', argument: INTERFACE, doc: 'Interface that checks leave by.' },
  { keyword: 'fwmark', argument: COUNT, default: 0, doc: 'Mark of packets of checks.' },
];

const REGEX_LOST = 'the page is not compared with it';

/** Keywords of HTTP_GET that have no effect yet. */
// prettier-ignore
export const ACCEPTED_HTTP: readonly AcceptedRow[] = [
  { keyword: 'sni_name', argument: HOST, since: 'after 2.4.3', otherwise: 'virtualhost', doc: 'Name in the TLS handshake.' },
  { keyword: 'tls_compliant', since: '2.2.8', doc: 'Insist on a proper end of the TLS connection.' },
];

/** Keywords of url that have no effect yet. */
// prettier-ignore
export const ACCEPTED_URL: readonly AcceptedRow[] = [
  { keyword: 'regex', bare: 'note', form: TEXT, lost: REGEX_LOST, doc: 'Pattern that the page must have.' },
  { keyword: 'regex_no_match', lost: REGEX_LOST, doc: 'The page must not match the pattern of regex.' },
  { keyword: 'regex_options', bare: 'note', form: form({ value: several(word()) }), doc: 'Options of PCRE2, lower case.' },
  { keyword: 'regex_min_offset', bare: 'note', argument: OFFSET, judge: noteOffsets, doc: 'Where in the page matches may begin.' },
  { keyword: 'regex_max_offset', bare: 'note', argument: OFFSET, judge: noteOffsets, doc: 'Where in the page matches must have begun.' },
  { keyword: 'regex_stack', bare: 'note', form: form({ start: OFFSET, max: OFFSET }), judge: noteOffsets, doc: 'First and highest size of the stack of PCRE2, in bytes.' },
  { keyword: 'tls_compliant', since: '2.2.8', doc: 'Insist on a proper end of the TLS connection.' },
];
