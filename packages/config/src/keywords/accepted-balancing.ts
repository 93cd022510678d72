import { integer, word } from '../argument.ts';
import { form } from '../form.ts';
import type { AcceptedRow } from './accepted.ts';
import { HOST, INTERFACE } from './forms.ts';
import { noteOffsets, OFFSET } from './http-words.ts';

const COUNT = integer({ min: 0, max: 0xffff_ffff });

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

/** Keywords of HTTP_GET that have no effect yet. */
// prettier-ignore
export const ACCEPTED_HTTP: readonly AcceptedRow[] = [
  { keyword: 'sni_name', argument: HOST, since: 'after 2.4.3', otherwise: 'virtualhost', doc: 'Name in the TLS handshake.' },
  { keyword: 'tls_compliant', since: '2.2.8', doc: 'Insist on a proper end of the TLS connection.' },
];

/** Keywords of url that have no effect yet. */
// prettier-ignore
export const ACCEPTED_URL: readonly AcceptedRow[] = [
  { keyword: 'regex_stack', bare: 'note', form: form({ start: OFFSET, max: OFFSET }), judge: noteOffsets, doc: 'First and highest size of the stack of PCRE2, in bytes.' },
  { keyword: 'tls_compliant', since: '2.2.8', doc: 'Insist on a proper end of the TLS connection.' },
];
