import { word } from '../argument.ts';
import type { AcceptedRow } from './accepted.ts';

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
