/** What virtual servers listen on: addresses, marks, and groups of both. */
import type { ServiceTarget } from '@tandem/health';
import { ipFamily, type IpAddress, type IpFamily } from '@tandem/inet';
import type { Call } from './call.ts';
import { namedFamilies, type GroupMember } from './keywords/server-group.ts';
import type { VirtualServerDraft } from './keywords/virtual-server.ts';

/** What stands after the keyword virtual_server, unless that is a group. */
export type PlainTarget =
  | { readonly kind: 'address'; readonly address: IpAddress; readonly port: number }
  | { readonly kind: 'fwmark'; readonly mark: number };

/** What a virtual server listens on. */
export type VirtualServerTarget =
  | PlainTarget
  | {
      readonly kind: 'group';
      readonly name: string;
      /** Which of the virtual servers of the group it is, from 0. */
      readonly index: number;
      readonly members: readonly GroupMember[];
    };

/** The virtual server that listens. */
interface TargetContext {
  readonly draft: VirtualServerDraft;
  readonly call: Call;
  readonly family: IpFamily;
}

/**
 * @param draft - the block as read
 * @param target - what it listens on
 * @param call - the statement that opens the block
 * @returns the family that its real servers must be of, tunnels aside
 */
export function familyOf(
  draft: VirtualServerDraft,
  target: VirtualServerTarget,
  call: Call,
): IpFamily {
  if (target.kind === 'address') {
    const family = ipFamily(target.address);
    if (draft.family !== undefined && draft.family !== family) {
      call.complain(
        'ADDRESS_FAMILY_MISMATCH',
        `ip_family is that of the address, IPv${family}; ignoring it`,
        { at: call.inside('ip_family') },
      );
    }
    return family;
  }
  return draft.family ?? familyOfServers(draft, target, call);
}

/** Tunnels may carry the other family, so that only a server without one tells that of a mark. */
function familyOfServers(
  draft: VirtualServerDraft,
  target: VirtualServerTarget,
  call: Call,
): IpFamily {
  const { sorryServer, realServers } = draft;
  const all = [...realServers, ...(sorryServer === undefined ? [] : [sorryServer])];
  const plain = all.find((each) => (each.forwarding ?? draft.forwarding)?.method !== 'TUN');
  if (plain !== undefined) return ipFamily(plain.address);
  const isNamed = target.kind === 'group' && namedFamilies(target.members).size > 0;
  if (!all.some((each) => ipFamily(each.address) === 6) || isNamed) return 4;
  if (target.kind === 'fwmark' && all.every((each) => ipFamily(each.address) === 6)) return 6;
  call.complain(
    'ADDRESS_FAMILY_MISMATCH',
    'tunnels do not tell the family of a fwmark; it is taken as that of IPv4 packets',
    { severity: 'warning', hint: "add 'ip_family inet' or 'ip_family inet6'" },
  );
  return 4;
}

/**
 * @param target - what a virtual server listens on
 * @returns its ports; a mark has none
 */
export function portsOf(target: VirtualServerTarget): readonly number[] {
  if (target.kind === 'address') return [target.port];
  if (target.kind === 'fwmark') return [];
  return target.members.flatMap((each) => (each.kind === 'addresses' ? [each.port] : []));
}

/**
 * @param members - of a group
 * @returns whether one of them has a protocol; marks have none
 */
export function needsProtocol(members: readonly GroupMember[]): boolean {
  return members.some((each) => each.kind === 'addresses');
}

/**
 * Marks without a family take that of what is beside them, else that of the real servers.
 * @param context - of the virtual server
 * @param members - of its group
 * @returns what it listens on, or undefined after a complaint
 */
export function finishMembers(
  { draft, call, family }: TargetContext,
  members: readonly GroupMember[],
): readonly ServiceTarget[] | undefined {
  const families = namedFamilies(members);
  const all = [...draft.realServers, ...(draft.sorryServer ? [draft.sorryServer] : [])];
  const tunnels = all.every((each) => (each.forwarding ?? draft.forwarding)?.method === 'TUN');
  if (!tunnels && [...families].some((each) => each !== family)) {
    call.complain(
      'ADDRESS_FAMILY_MISMATCH',
      `the group has addresses or marks that are not of the family of the real servers, IPv${family}; ignoring the virtual server`,
      { at: call.argument(2), hint: 'only lvs_method TUN joins different families' },
    );
    return undefined;
  }
  const [marks = family] = families;
  return members.map((each) =>
    each.kind === 'addresses' ? each : { ...each, family: each.family ?? marks },
  );
}
