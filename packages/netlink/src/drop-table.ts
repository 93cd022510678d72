/** A table of nftables of our own that drops packets, whole or not at all. */
import { ipBytes, ipFamily, type IpAddress } from '@tandem/inet';
import {
  AT_LEAST,
  AT_MOST,
  compare,
  EQUAL,
  hostOrder,
  IPV4,
  IPV6,
  load,
  lookup,
  meta,
  NETWORK_HEADER,
  NEXT_REGISTER,
  TRANSPORT_HEADER,
  verdict,
  type NftExpression,
} from './nftables-expression.ts';
import type { NftMessage } from './nftables-message.ts';
import { emptyTable, HOOK, newChain, newElement, newRule, newSet } from './nftables-object.ts';

/** What is dropped. */
export interface DropTable {
  readonly name: string;
  /** Of its chains, among those of other tables; signed. */
  readonly priority: number;
  /** Whether each rule counts what it drops. */
  readonly counters: boolean;
  /** Nothing goes to or comes from these but neighbour discovery. */
  readonly addresses: readonly IpAddress[];
  /** The same for addresses that other interfaces may have, too. */
  readonly linkLocal: readonly { readonly address: IpAddress; readonly interfaceIndex: number }[];
  /**
   * Indexes of interfaces with the MAC address of a virtual router that is somebody else: they send
   * no reports of multicast groups, and nothing comes in that is sent to that MAC address.
   */
  readonly idle: readonly number[];
}

/**
 * Types of set elements as `nft` knows them, and their length. It is told their byte order in a
 * note that the kernel keeps for it.
 */
const SETS = {
  addresses4: { type: 7, length: 4 },
  addresses6: { type: 8, length: 16 },
  // An address and the index of an interface.
  linklocal: { type: (8 << 6) | 20, length: 20 },
  idle: { type: 20, length: 4, hostOrder: true },
} as const;
type SetName = keyof typeof SETS;

type Chain = keyof typeof HOOK;

const DROP = 0;
const ACCEPT = 1;

/** @returns how many rules there are in the table, and elements in each of its sets that has some */
export function dropTableSize(table: DropTable): {
  readonly rules: number;
  readonly elements: readonly (readonly [set: string, count: number])[];
} {
  const counts = Object.entries(elementsOf(table)).map(
    ([set, keys]) => [set, keys.length] as const,
  );
  return { rules: rulesOf(table).length, elements: counts.filter(([, count]) => count > 0) };
}

/** @returns what puts the table in the place of the one that may be there */
export function dropTableReplacement(table: DropTable): NftMessage[] {
  const { name, priority } = table;
  const elements = elementsOf(table);
  return [
    ...emptyTable(name),
    ...(Object.keys(HOOK) as Chain[]).map((each) =>
      newChain(name, each, { type: 'filter', hook: HOOK[each], priority }),
    ),
    ...(Object.keys(SETS) as SetName[]).flatMap((set, i) => [
      newSet(name, set, { ...SETS[set], id: i + 1 }),
      ...elements[set].map((key) => newElement(name, set, { key })),
    ]),
    ...rulesOf(table),
  ];
}

function elementsOf({
  addresses,
  linkLocal,
  idle,
}: DropTable): Record<SetName, readonly Uint8Array[]> {
  const ofFamily = (family: 4 | 6): Uint8Array[] =>
    [...new Set(addresses)].filter((each) => ipFamily(each) === family).map(ipBytes);
  return {
    addresses4: ofFamily(4),
    addresses6: ofFamily(6),
    linklocal: linkLocal.map(({ address, interfaceIndex }) =>
      Uint8Array.of(...ipBytes(address), ...hostOrder(interfaceIndex)),
    ),
    idle: [...new Set(idle)].map(hostOrder),
  };
}

const ICMPV6 = [...IPV6, meta('l4proto'), compare(EQUAL, 58), load(TRANSPORT_HEADER, 0, 1)];
const IGMP = [...IPV4, meta('l4proto'), compare(EQUAL, 2)];
/** @see RFC 9568 §6.1 Accept_Mode — neighbour solicitations and advertisements always pass */
const NEIGHBOUR_DISCOVERY = [...ICMPV6, compare(AT_LEAST, 135), compare(AT_MOST, 136)];
/** Reports and ends of membership. @see RFC 2710, RFC 3810 */
const MLD = [
  [...ICMPV6, compare(AT_LEAST, 131), compare(AT_MOST, 132)],
  [...ICMPV6, compare(EQUAL, 143)],
];

/** PACKET_HOST: adverts, which are sent to a group, pass. */
const TO_OWN_MAC = [meta('pkttype'), compare(EQUAL, 0)];

/** By the offsets of the address in both headers. */
function addressRules(ipv4: number, ipv6: number, device: 'iif' | 'oif'): NftExpression[][] {
  const address6 = [...IPV6, load(NETWORK_HEADER, ipv6, 16)];
  return [
    [...IPV4, load(NETWORK_HEADER, ipv4, 4), lookup('addresses4')],
    [...address6, lookup('addresses6')],
    [...address6, meta(device, NEXT_REGISTER), lookup('linklocal')],
  ];
}

function rulesOf({ name, counters }: DropTable): NftMessage[] {
  const silent = [meta('oif'), lookup('idle')];
  const count: NftExpression[] = counters ? [['counter', []]] : [];
  const rule = (which: Chain, matches: readonly NftExpression[], code: number): NftMessage =>
    newRule(name, which, [...matches, ...count, verdict(code)]);
  return [
    rule('prerouting', [meta('iif'), lookup('idle'), ...TO_OWN_MAC], DROP),
    rule('in', NEIGHBOUR_DISCOVERY, ACCEPT),
    ...addressRules(16, 24, 'iif').map((each) => rule('in', each, DROP)),
    ...[IGMP, ...MLD].map((each) => rule('out', [...silent, ...each], DROP)),
    rule('out', NEIGHBOUR_DISCOVERY, ACCEPT),
    ...addressRules(12, 8, 'oif').map((each) => rule('out', each, DROP)),
  ];
}
