import { ipFamily, parseIp, parseIpRange, type IpFamily, type IpRangeProblem } from '@tandem/inet';
import type { ServiceTarget } from '@tandem/health';
import { integer } from '../argument.ts';
import type { Call } from '../call.ts';
import { listEntries } from '../composer.ts';
import { form, optional, type Form } from '../form.ts';
import { readForm } from '../read-form.ts';
import type { Word } from '../words.ts';
import { addressRange, FWMARK } from './forms.ts';
import { claimName } from './named-block.ts';

/** A line of a virtual_server_group; the family of a mark may be left to its virtual server. */
export type GroupMember =
  | Extract<ServiceTarget, { kind: 'addresses' }>
  | { readonly kind: 'fwmark'; readonly mark: number; readonly family?: IpFamily };

/** `ADDRESS[-LAST or /LENGTH] [PORT]` or `fwmark N [FAMILY]`. */
const ENTRY = form(
  { address: optional(addressRange()), port: optional(integer({ min: 0, max: 65_535 })) },
  {
    fwmark: { argument: FWMARK, doc: 'A mark of packets instead of an address.' },
    inet: { doc: 'The mark is of IPv4 packets.' },
    inet6: { doc: 'The mark is of IPv6 packets.' },
  },
  { either: ['address', 'fwmark'] },
);

/** Each line of the block. */
export const GROUP_ENTRY: Form = ENTRY;

const PROBLEMS: Readonly<Record<IpRangeProblem, string>> = {
  'not-a-range': 'is no range of IP addresses',
  'host-bits': 'has host bits that are not 0',
  backwards: 'ends before it begins',
  'too-many': 'has more than 65536 addresses',
};

/**
 * Reads a virtual_server_group block.
 * @param draft - of the root
 * @param call - the statement
 * @see inventory §2.12
 */
export function applyServerGroup(
  draft: { readonly serverGroups: Map<string, readonly GroupMember[]> },
  call: Call,
): void {
  const name = claimName(call, 'servers');
  if (name === undefined) return;
  const named = call.named(`virtual_server_group ${name}`);
  const entries = listEntries(named, 1);
  if (entries.length === 0) {
    named.complain('EMPTY_BLOCK', `${call.keyword} has no entries; ignoring it`);
    return;
  }
  const members = entries.flatMap((words) => readEntry(words, named) ?? []);
  if (!isUnclear(members)) {
    draft.serverGroups.set(name, members);
    return;
  }
  named.complain(
    'ADDRESS_FAMILY_MISMATCH',
    'beside IPv4 and IPv6 a fwmark needs its family; removing the group',
    { hint: "write 'fwmark N inet' or 'fwmark N inet6'" },
  );
}

/** @returns the families of the addresses of a group, and of its marks that name theirs */
export function namedFamilies(members: readonly GroupMember[]): ReadonlySet<IpFamily> {
  return new Set(
    members.flatMap((each) =>
      each.kind === 'addresses' ? [ipFamily(each.first)] : (each.family ?? []),
    ),
  );
}

function isUnclear(members: readonly GroupMember[]): boolean {
  return (
    namedFamilies(members).size > 1 &&
    members.some((each) => each.kind === 'fwmark' && each.family === undefined)
  );
}

function readEntry(words: readonly Word[], call: Call): GroupMember | undefined {
  const [first] = words;
  if (first === undefined) return undefined;
  if (first.text !== 'fwmark' && parseIp(first.text.split(/[-/]/)[0] ?? '') === undefined) {
    call.complain('INVALID_ADDRESS', `'${first.text}' is not an IP address; skipping it`, {
      at: first,
      hint: 'write ADDRESS PORT, ADDRESS-LAST PORT, NET/LENGTH PORT or fwmark N',
    });
    return undefined;
  }
  const read = readForm(ENTRY, words, call);
  if (read?.fwmark !== undefined) {
    const family = read.inet6 ? 6 : read.inet ? 4 : undefined;
    return { kind: 'fwmark', mark: read.fwmark, ...(family !== undefined && { family }) };
  }
  if (read?.address === undefined) return undefined;
  const range = parseIpRange(read.address);
  if (range.ok) return { kind: 'addresses', ...range.value, port: read.port ?? 0 };
  const text = `'${first.text}' ${PROBLEMS[range.reason]}; skipping it`;
  call.complain('INVALID_ADDRESS', text, { at: first });
  return undefined;
}
