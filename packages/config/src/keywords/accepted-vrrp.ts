import type { Call } from '../call.ts';
import type { AcceptedRow } from './accepted.ts';
import { INTERFACE } from './forms.ts';

/** Keywords of vrrp_instance that have no effect yet. */
// prettier-ignore
export const ACCEPTED_INSTANCE: readonly AcceptedRow[] = [
  { keyword: 'vrf', argument: INTERFACE, lost: 'the VRF is that of the interface, which a VMAC follows', doc: 'VRF of an instance without an interface.' },
];

/** Keywords of vrrp_instance that ask for what is done anyhow. */
export const NEEDLESS_INSTANCE: readonly AcceptedRow[] = [
  {
    keyword: 'linkbeat_use_polling',
    judge: isDeprecated,
    doc: 'Needs no asking: the kernel tells of each change of a link at once.',
  },
];

/** Says that a keyword is deprecated where it stands. */
export function isDeprecated(call: Call): void {
  call.complain('DEPRECATED_KEYWORD', `${call.keyword} is deprecated here`, {
    at: call.words[0],
    severity: 'warning',
  });
}
