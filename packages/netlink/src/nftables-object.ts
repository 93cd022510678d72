/** Messages that make tables of nftables, and what is in them, and that ask for it. */
import { AttributeTable } from './attribute-table.ts';
import { NLM_F_DUMP } from './constants.ts';
import type { NftExpression } from './nftables-expression.ts';
import {
  NFT_APPEND,
  NFT_CREATE,
  NFT_MSG,
  type NftAttribute,
  type NftMessage,
} from './nftables-message.ts';

/** Numbers of attributes: NFTA_TABLE_NAME and those of other objects for their table. */
const TABLE = 1;

/** NF_INET_* */
export const HOOK = { prerouting: 0, in: 1, out: 3 } as const;

const SET_TIMEOUT = 0x10;

/** Where a chain begins. */
interface ChainPlace {
  readonly type: 'filter' | 'nat';
  readonly hook: number;
  /** Among chains of other tables; signed. */
  readonly priority: number;
}

/** What may be in a set. */
export interface SetPlan {
  /** Among the sets of a batch, from 1. */
  readonly id: number;
  /** What `nft` calls the type of its elements. */
  readonly type: number;
  readonly length: number;
  /** Elements are numbers in the machine's byte order. */
  readonly hostOrder?: boolean;
  /** Elements go by themselves. */
  readonly timeout?: boolean;
}

function presence(name: string): NftMessage {
  return { type: NFT_MSG.NEWTABLE, flags: NFT_CREATE, attributes: [[TABLE, name]] };
}

/** @returns what asks whether the table is there */
export function tableQuery(name: string): NftMessage {
  return { type: NFT_MSG.GETTABLE, attributes: [[TABLE, name]] };
}

/** @returns what asks for all rules of a table */
export function rulesQuery(table: string): NftMessage {
  return { type: NFT_MSG.GETRULE, flags: NLM_F_DUMP, attributes: [[TABLE, table]] };
}

/** @returns what asks for all elements of a set */
export function elementsQuery(table: string, set: string): NftMessage {
  const attributes: NftAttribute[] = [
    [TABLE, table],
    [2, set],
  ];
  return { type: NFT_MSG.GETSETELEM, flags: NLM_F_DUMP, attributes };
}

const FAMILY_HEADER_LENGTH = 4;
const SET_ELEM_LIST_ELEMENTS = 3;
const ANY = new AttributeTable({});

/** @returns how many elements a message of NFT_MSG_NEWSETELEM has; what is malformed counts as none */
export function elementCount(payload: Uint8Array): number {
  const message = ANY.decode(payload, FAMILY_HEADER_LENGTH);
  const lists = message.ok ? message.value.unknown : [];
  const list = lists.find(({ type }) => type === SET_ELEM_LIST_ELEMENTS);
  const elements = list && ANY.decode(list.payload, 0);
  return elements?.ok ? elements.value.unknown.length : 0;
}

/** @returns what takes the table away, if it is there */
export function tableRemoval(name: string): NftMessage[] {
  // Of the first message that takes a table away, it must be there.
  return [presence(name), { type: NFT_MSG.DELTABLE, attributes: [[TABLE, name]] }];
}

/** @returns what puts an empty table in the place of the one that may be there */
export function emptyTable(name: string): NftMessage[] {
  return [...tableRemoval(name), presence(name)];
}

/** @returns what makes a chain */
export function newChain(
  table: string,
  name: string,
  { type, hook, priority }: ChainPlace,
): NftMessage {
  const place: NftAttribute[] = [
    [1, hook],
    [2, priority],
  ];
  const attributes: NftAttribute[] = [
    [TABLE, table],
    [3, name],
    [4, place],
    [7, type],
  ];
  return { type: NFT_MSG.NEWCHAIN, flags: NFT_CREATE, attributes };
}

/** @returns what makes an empty set, with a note for `nft` of its elements' byte order */
export function newSet(table: string, name: string, plan: SetPlan): NftMessage {
  const { id, type, length, hostOrder = false, timeout = false } = plan;
  const attributes: NftAttribute[] = [
    [TABLE, table],
    [2, name],
    [3, timeout ? SET_TIMEOUT : 0],
    [4, type],
    [5, length],
    [10, id],
    [13, Uint8Array.of(0, 4, hostOrder ? 1 : 2, 0, 0, 0)],
  ];
  return { type: NFT_MSG.NEWSET, flags: NFT_CREATE, attributes };
}

/** An element of a set. */
interface ElementPlan {
  readonly key: Uint8Array;
  /** After which it goes by itself; of a set with timeouts only. */
  readonly lifetimeMs?: number;
}

/** @returns what puts an element into a set, if it is not in it */
export function newElement(
  table: string,
  set: string,
  { key, lifetimeMs }: ElementPlan,
): NftMessage {
  const element: NftAttribute[] = [[1, [[1, key]]]];
  if (lifetimeMs !== undefined) element.push([4, bigEndian64(lifetimeMs)]);
  return elementMessage(NFT_MSG.NEWSETELEM, [table, set], element);
}

/** @returns what takes an element out of a set, in which it must be */
export function deleteElement(table: string, set: string, key: Uint8Array): NftMessage {
  return elementMessage(NFT_MSG.DELSETELEM, [table, set], [[1, [[1, key]]]]);
}

function elementMessage(
  type: number,
  [table, set]: readonly [string, string],
  element: readonly NftAttribute[],
): NftMessage {
  const attributes: NftAttribute[] = [
    [TABLE, table],
    [2, set],
    [3, [[1, element]]],
  ];
  return { type, flags: type === NFT_MSG.NEWSETELEM ? NFT_CREATE : 0, attributes };
}

/** @returns what adds a rule to the end of a chain */
export function newRule(
  table: string,
  chain: string,
  expressions: readonly NftExpression[],
): NftMessage {
  const list = expressions.map(([expression, attributes]): NftAttribute => [
    1,
    [
      [1, expression],
      [2, attributes],
    ],
  ]);
  const attributes: NftAttribute[] = [
    [TABLE, table],
    [2, chain],
    [4, list],
  ];
  return { type: NFT_MSG.NEWRULE, flags: NFT_APPEND, attributes };
}

function bigEndian64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(Math.round(value)));
  return bytes;
}
