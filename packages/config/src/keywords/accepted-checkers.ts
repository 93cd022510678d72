import { boolean, word } from '../argument.ts';
import type { Call } from '../call.ts';
import { acceptedGrammar, type AcceptedRow } from './accepted.ts';

const NOT_CHECKED = 'this check is not made, and without another one the real server counts as up';

/** Checkers that are not made yet. */
// prettier-ignore
export const ACCEPTED_CHECKERS: readonly AcceptedRow[] = [
  { keyword: 'BFD_CHECK', several: true, lost: NOT_CHECKED, doc: 'Follows a bfd_instance.', block: acceptedGrammar('BFD_CHECK', [
    { keyword: 'name', bare: 'error', required: true, argument: word(undefined, 'NAME'), judge: knownBfd, doc: 'Name of the bfd_instance.' },
    { keyword: 'alpha', argument: boolean('optional'), doc: 'Down until the first success.' },
  ]) },
];

function knownBfd(call: Call): void {
  const name = call.argument(1);
  if (name === undefined || call.session.defined.get('bfd')?.has(name.text)) return;
  call.complain('UNKNOWN_TRACKER', `bfd_instance ${name.text} is not configured`, { at: name });
}
