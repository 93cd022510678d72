/** A table of nftables of our own that drops packets, whole or not at all. */
import { ipBytes, ipFamily, type IpAddress } from '@tandem/inet';
import { LITTLE_ENDIAN } from './byte-order.ts';
import {
  NFT_APPEND,
  NFT_CREATE,
  NFT_MSG,
  type NftAttribute,
  type NftMessage,
} from './nftables-message.ts';

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
  /** Indexes of interfaces that send no reports of multicast groups. */
  readonly silent: readonly number[];
}

/** Numbers of attributes: NFTA_TABLE_NAME and those of other objects for their table. */
const TABLE = 1;

/**
 * Types of set elements as `nft` knows them, and their length. It is told their byte order in a
 * note that the kernel keeps for it.
 */
const SETS = {
  addresses4: { type: 7, length: 4 },
  addresses6: { type: 8, length: 16 },
  // An address and the index of an interface.
  linklocal: { type: (8 << 6) | 20, length: 20 },
  silent: { type: 20, length: 4, hostOrder: true },
} as const;
type SetName = keyof typeof SETS;

const HOOK = { in: 1, out: 3 } as const;
type Chain = keyof typeof HOOK;

/** Of the first message that takes a table away, which must be there. */
function presence(name: string): NftMessage {
  return { type: NFT_MSG.NEWTABLE, flags: NFT_CREATE, attributes: [[TABLE, name]] };
}

/** @returns what takes the table away, if it is there */
export function dropTableRemoval(name: string): NftMessage[] {
  return [presence(name), { type: NFT_MSG.DELTABLE, attributes: [[TABLE, name]] }];
}

/** @returns what puts the table in the place of the one that may be there */
export function dropTableReplacement(table: DropTable): NftMessage[] {
  const { name } = table;
  const elements = elementsOf(table);
  return [
    ...dropTableRemoval(name),
    presence(name),
    ...(['in', 'out'] as const).map((each) => chain(table, each)),
    ...(Object.keys(SETS) as SetName[]).flatMap((set, i) => [
      newSet(name, set, i + 1),
      ...elements[set].map((key) => newElement(name, set, key)),
    ]),
    ...rulesOf(table),
  ];
}

function chain({ name, priority }: DropTable, which: Chain): NftMessage {
  const hook: NftAttribute[] = [
    [1, HOOK[which]],
    [2, priority],
  ];
  const attributes: NftAttribute[] = [
    [TABLE, name],
    [3, which],
    [4, hook],
    [7, 'filter'],
  ];
  return { type: NFT_MSG.NEWCHAIN, flags: NFT_CREATE, attributes };
}

function newSet(table: string, set: SetName, id: number): NftMessage {
  const { type, length } = SETS[set];
  const attributes: NftAttribute[] = [
    [TABLE, table],
    [2, set],
    [3, 0],
    [4, type],
    [5, length],
    [10, id],
    [13, Uint8Array.of(0, 4, 'hostOrder' in SETS[set] ? 1 : 2, 0, 0, 0)],
  ];
  return { type: NFT_MSG.NEWSET, flags: NFT_CREATE, attributes };
}

function newElement(table: string, set: SetName, key: Uint8Array): NftMessage {
  const attributes: NftAttribute[] = [
    [TABLE, table],
    [2, set],
    [3, [[1, [[1, [[1, key]]]]]]],
  ];
  return { type: NFT_MSG.NEWSETELEM, flags: NFT_CREATE, attributes };
}

function elementsOf({
  addresses,
  linkLocal,
  silent,
}: DropTable): Record<SetName, readonly Uint8Array[]> {
  const ofFamily = (family: 4 | 6): Uint8Array[] =>
    [...new Set(addresses)].filter((each) => ipFamily(each) === family).map(ipBytes);
  return {
    addresses4: ofFamily(4),
    addresses6: ofFamily(6),
    linklocal: linkLocal.map(({ address, interfaceIndex }) =>
      Uint8Array.of(...ipBytes(address), ...hostOrder(interfaceIndex)),
    ),
    silent: silent.map(hostOrder),
  };
}

function hostOrder(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, LITTLE_ENDIAN);
  return bytes;
}

/** Names and attributes of expressions. @see linux/netfilter/nf_tables.h NFTA_META_* … */
type Expression = readonly [name: string, attributes: readonly NftAttribute[]];

/** NFT_REG_1 and _2: what stands in the second follows the 16 bytes of the first. */
const REGISTER = 1;
const NEXT_REGISTER = 2;

const META = { nfproto: 15, l4proto: 16, iif: 4, oif: 5 } as const;
const EQUAL = 0;
const AT_MOST = 3;
const AT_LEAST = 5;
const NETWORK_HEADER = 1;
const TRANSPORT_HEADER = 2;
const DROP = 0;
const ACCEPT = 1;

const meta = (what: keyof typeof META, register = REGISTER): Expression => [
  'meta',
  [
    [2, META[what]],
    [1, register],
  ],
];
const compare = (how: number, value: number): Expression => [
  'cmp',
  [
    [1, REGISTER],
    [2, how],
    [3, [[1, Uint8Array.of(value)]]],
  ],
];
const load = (base: number, offset: number, length: number): Expression => [
  'payload',
  [
    [1, REGISTER],
    [2, base],
    [3, offset],
    [4, length],
  ],
];
const within = (set: SetName): Expression => [
  'lookup',
  [
    [2, REGISTER],
    [1, set],
  ],
];
const verdict = (code: number): Expression => [
  'immediate',
  [
    [1, 0],
    [2, [[2, [[1, code]]]]],
  ],
];

const IPV4 = [meta('nfproto'), compare(EQUAL, 2)];
const IPV6 = [meta('nfproto'), compare(EQUAL, 10)];
const ICMPV6 = [...IPV6, meta('l4proto'), compare(EQUAL, 58), load(TRANSPORT_HEADER, 0, 1)];
const IGMP = [...IPV4, meta('l4proto'), compare(EQUAL, 2)];
/** @see RFC 9568 §6.1 Accept_Mode — neighbour solicitations and advertisements always pass */
const NEIGHBOUR_DISCOVERY = [...ICMPV6, compare(AT_LEAST, 135), compare(AT_MOST, 136)];
/** Reports and ends of membership. @see RFC 2710, RFC 3810 */
const MLD = [
  [...ICMPV6, compare(AT_LEAST, 131), compare(AT_MOST, 132)],
  [...ICMPV6, compare(EQUAL, 143)],
];

/** By the offsets of the address in both headers. */
function addressRules(ipv4: number, ipv6: number, device: 'iif' | 'oif'): Expression[][] {
  const address6 = [...IPV6, load(NETWORK_HEADER, ipv6, 16)];
  return [
    [...IPV4, load(NETWORK_HEADER, ipv4, 4), within('addresses4')],
    [...address6, within('addresses6')],
    [...address6, meta(device, NEXT_REGISTER), within('linklocal')],
  ];
}

function rulesOf({ name, counters }: DropTable): NftMessage[] {
  const silent = [meta('oif'), within('silent')];
  const count: Expression[] = counters ? [['counter', []]] : [];
  const rule = (which: Chain, matches: readonly Expression[], code: number): NftMessage => {
    const expressions = [...matches, ...count, verdict(code)].map(
      ([expression, attributes]): NftAttribute => [
        1,
        [
          [1, expression],
          [2, attributes],
        ],
      ],
    );
    const attributes: NftAttribute[] = [
      [TABLE, name],
      [2, which],
      [4, expressions],
    ];
    return { type: NFT_MSG.NEWRULE, flags: NFT_APPEND, attributes };
  };
  return [
    rule('in', NEIGHBOUR_DISCOVERY, ACCEPT),
    ...addressRules(16, 24, 'iif').map((each) => rule('in', each, DROP)),
    ...[IGMP, ...MLD].map((each) => rule('out', [...silent, ...each], DROP)),
    rule('out', NEIGHBOUR_DISCOVERY, ACCEPT),
    ...addressRules(12, 8, 'oif').map((each) => rule('out', each, DROP)),
  ];
}
