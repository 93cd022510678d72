import { integer } from '../argument.ts';
import type { Call } from '../call.ts';
import type { AcceptedRow } from './accepted.ts';
import { garpExtraInterface, INTERFACE } from './forms.ts';

/** Keywords of vrrp_instance that have no effect yet. */
// prettier-ignore
export const ACCEPTED_INSTANCE: readonly AcceptedRow[] = [
  { keyword: 'no_virtual_ipaddress', since: '2.2.8', doc: 'Having no address is meant.' },
  { keyword: 'track_src_ip', doc: 'FAULT while the source address is missing.' },
  { keyword: 'native_ipv6', lost: 'the family is that of the addresses', doc: 'Adverts over IPv6.' },
  { keyword: 'vrf', argument: INTERFACE, lost: 'the addresses are not put into the VRF', doc: 'VRF of the VMAC.' },
  { keyword: 'garp_extra_if', deprecated: ['vmac_garp_intvl'], bare: 'error', form: garpExtraInterface(0), doc: 'Period of gratuitous ARPs on other interfaces of a VMAC; all: also on those below; 0: none.' },
  { keyword: 'timer_expired_backup', aliases: ['thread_timer_expired'], since: '2.2.8', doc: 'Stay backup when the timer was served late.' },
  { keyword: 'linkbeat_use_polling', judge: isDeprecated, doc: 'Ask for the link state again and again.' },
  { keyword: 'kernel_rx_buf_size', bare: 'error', argument: integer({ min: 0, max: 0xffff_ffff }), doc: 'Size of the receive buffer.' },
];

/** Says that a keyword is deprecated where it stands. */
export function isDeprecated(call: Call): void {
  call.complain('DEPRECATED_KEYWORD', `${call.keyword} is deprecated here`, {
    at: call.words[0],
    severity: 'warning',
  });
}
