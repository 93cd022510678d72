/**
 * What rules of nftables are made of, each with the numbers of its own attributes. All of them use
 * one register.
 * @see linux/netfilter/nf_tables.h NFTA_META_* …
 */
import { LITTLE_ENDIAN } from './byte-order.ts';
import type { NftAttribute } from './nftables-message.ts';

/** Name and attributes. */
export type NftExpression = readonly [name: string, attributes: readonly NftAttribute[]];

/** NFT_REG_1 and _2: what stands in the second follows the 16 bytes of the first. */
const REGISTER = 1;
export const NEXT_REGISTER = 2;

const META = { nfproto: 15, l4proto: 16, iif: 4, oif: 5, pkttype: 19 } as const;

/** NFT_CMP_* */
export const EQUAL = 0;
const UNEQUAL = 1;
export const AT_MOST = 3;
export const AT_LEAST = 5;

/** NFT_PAYLOAD_* */
export const NETWORK_HEADER = 1;
export const TRANSPORT_HEADER = 2;

/** NFT_FIB_RESULT_ADDRTYPE, NFTA_FIB_F_DADDR and RTN_LOCAL */
const ADDRESS_TYPE = 3;
const OF_DESTINATION = 2;
const LOCAL = 2;

/** Loads a fact of the packet. */
export function meta(what: keyof typeof META, register: number = REGISTER): NftExpression {
  return [
    'meta',
    [
      [2, META[what]],
      [1, register],
    ],
  ];
}

/** Goes on if what is loaded compares like that. */
export function compare(how: number, ...bytes: readonly number[]): NftExpression {
  return [
    'cmp',
    [
      [1, REGISTER],
      [2, how],
      [3, [[1, Uint8Array.from(bytes)]]],
    ],
  ];
}

/** Loads bytes of a header. */
export function load(base: number, offset: number, length: number): NftExpression {
  return [
    'payload',
    [
      [1, REGISTER],
      [2, base],
      [3, offset],
      [4, length],
    ],
  ];
}

/** Keeps these bits of the byte that is loaded. */
export function mask(bits: number): NftExpression {
  return [
    'bitwise',
    [
      [1, REGISTER],
      [2, REGISTER],
      [3, 1],
      [4, [[1, Uint8Array.of(bits)]]],
      [5, [[1, Uint8Array.of(0)]]],
    ],
  ];
}

/** Goes on if what is loaded is in a set, or with `absent` if it is not. */
export function lookup(set: string, absent: boolean = false): NftExpression {
  return [
    'lookup',
    [
      [2, REGISTER],
      [1, set],
      [5, absent ? 1 : 0],
    ],
  ];
}

/** Goes on if no interface of this host has the packet's destination. */
export const NOT_LOCAL: readonly NftExpression[] = [
  [
    'fib',
    [
      [1, REGISTER],
      [2, ADDRESS_TYPE],
      [3, OF_DESTINATION],
    ],
  ],
  compare(UNEQUAL, ...hostOrder(LOCAL)),
];

/** Sends the packet to the first address of the interface that it came to. */
export const REDIRECT: NftExpression = ['redir', []];

/** NFT_NAT_DNAT and NFPROTO_IPV6 */
const [OF_THE_DESTINATION, NFPROTO_IPV6] = [1, 10];

/** Sends the packet to that address of IPv6, which is one of this host. */
export function sendTo(address: Uint8Array): readonly NftExpression[] {
  return [
    [
      'immediate',
      [
        [1, REGISTER],
        [2, [[1, address]]],
      ],
    ],
    [
      'nat',
      [
        [1, OF_THE_DESTINATION],
        [2, NFPROTO_IPV6],
        [3, REGISTER],
      ],
    ],
  ];
}

/** Ends the chain. */
export function verdict(code: number): NftExpression {
  return [
    'immediate',
    [
      [1, 0],
      [2, [[2, [[1, code]]]]],
    ],
  ];
}

/** Go on if the packet is of that family. */
export const IPV4: readonly NftExpression[] = [meta('nfproto'), compare(EQUAL, 2)];
export const IPV6: readonly NftExpression[] = [meta('nfproto'), compare(EQUAL, NFPROTO_IPV6)];

/** @returns a number of 32 bits as the kernel has it */
export function hostOrder(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, LITTLE_ENDIAN);
  return bytes;
}
