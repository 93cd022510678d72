import type { MacAddress } from '@tandem/inet';
import type { Call } from '../call.ts';
import { form, optional, type Form } from '../form.ts';
import { readForm } from '../read-form.ts';
import { mac, newInterfaceName } from './forms.ts';

/** What use_vmac says. */
export interface VmacDraft {
  readonly name?: string;
  /** Five octets, which the VRID follows, or six. */
  readonly octets?: readonly string[];
}

const WORDS = form({ name: optional(newInterfaceName()), mac: optional(mac()) });

/** `[NAME] [MAC]`. */
export const USE_VMAC: Form = WORDS;

/** The octets that the RFC gives to virtual routers, which are set without being asked for. */
const RFC_MAC = /^00:00:5e:00:0[12]:/i;

/** Reads use_vmac; a MAC address that a VMAC cannot have is left out. */
export function readVmac(call: Call): VmacDraft {
  const { name, mac: given } = readForm(WORDS, call.arguments, call) ?? {};
  const octets = judgeMac(given, call)?.split(':');
  return { ...(name === undefined ? {} : { name }), ...(octets === undefined ? {} : { octets }) };
}

function judgeMac(given: string | undefined, call: Call): string | undefined {
  if (given === undefined) return undefined;
  const isGroup = (Number.parseInt(given.slice(0, 2), 16) & 1) === 1;
  if (!isGroup && !RFC_MAC.test(given)) return given;
  const problem = isGroup ? 'a multicast address' : 'one of the RFC, which is the default';
  call.complain('INVALID_MAC', `the MAC address ${given} is ${problem}; ignoring it`, {
    at: call.arguments.findLast(({ text }) => text === given),
  });
  return undefined;
}

/**
 * @param draft - what use_vmac says
 * @param virtualRouterId - the last octet, unless all are given
 * @see RFC 9568 §7.3
 */
export function vmacAddress(
  { octets = [] }: VmacDraft,
  family: 4 | 6,
  virtualRouterId: number,
): MacAddress {
  const last = virtualRouterId.toString(16).padStart(2, '0');
  const first = octets.length > 0 ? octets : ['00', '00', '5e', '00', family === 4 ? '01' : '02'];
  return [...first, last].slice(0, 6).join(':').toLowerCase() as MacAddress;
}
