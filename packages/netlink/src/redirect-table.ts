/**
 * A table of nftables of our own that sends packets to virtual addresses to this host, while this
 * host is not the one that balances them. It needs nobody to tell it so: who balances says that
 * he still does, again and again, and silence is enough.
 */
import { ipBytes, ipFamily, type IpAddress } from '@tandem/inet';
import {
  compare,
  EQUAL,
  IPV4,
  IPV6,
  load,
  lookup,
  mask,
  meta,
  NETWORK_HEADER,
  NOT_LOCAL,
  REDIRECT,
  sendTo,
  TRANSPORT_HEADER,
  type NftExpression,
} from './nftables-expression.ts';
import type { NftMessage } from './nftables-message.ts';
import {
  deleteElement,
  emptyTable,
  HOOK,
  newChain,
  newElement,
  newRule,
  newSet,
} from './nftables-object.ts';

/** A service of a virtual address. */
interface RedirectedService {
  readonly address: IpAddress;
  /** IPPROTO_* */
  readonly protocol: number;
  /** 0: all. */
  readonly port: number;
  /** The address of this host that packets go to instead, IPv6 only; absent: the interface's first. */
  readonly to?: IpAddress;
}

/** An address whose packets this host balances, and how long that holds without being renewed. */
export interface Director {
  readonly address: IpAddress;
  readonly lifetimeMs: number;
}

/** What is redirected, and what is not just now. */
export interface RedirectTable {
  readonly name: string;
  readonly services: readonly RedirectedService[];
  readonly directors: readonly Director[];
}

const CHAIN = 'prerouting';
/** NF_IP_PRI_NAT_DST */
const PRIORITY = -100;
const TCP = 6;
const DESTINATION_PORT = 2;
const FLAGS = 13;
const [SYN, FIN_SYN_RST_ACK] = [0x02, 0x17];

/** By IP version: the set, the type of its elements as `nft` knows it, and the header. */
const FAMILIES = {
  4: { set: 'directors4', type: 7, length: 4, offset: 16, match: IPV4 },
  6: { set: 'directors6', type: 8, length: 16, offset: 24, match: IPV6 },
} as const;

/** @returns what puts the table in the place of the one that may be there */
export function redirectTableReplacement(table: RedirectTable): NftMessage[] {
  const { name, services, directors } = table;
  return [
    ...emptyTable(name),
    newChain(name, CHAIN, { type: 'nat', hook: HOOK.prerouting, priority: PRIORITY }),
    ...([4, 6] as const).map((family, i) => {
      const { set, type, length } = FAMILIES[family];
      return newSet(name, set, { id: i + 1, type, length, timeout: true });
    }),
    ...directors.map((each) => addition(name, each)),
    ...services.flatMap(rulesOf).map((each) => newRule(name, CHAIN, each)),
  ];
}

/** @returns what begins the lifetime of each anew */
export function directorRenewal(table: string, directors: readonly Director[]): NftMessage[] {
  return directors.flatMap((each) => [
    ...directorRemoval(table, [each.address]),
    addition(table, each),
  ]);
}

/** @returns what takes them out, if they are there */
export function directorRemoval(table: string, addresses: readonly IpAddress[]): NftMessage[] {
  return addresses.flatMap((address) => {
    const { set } = FAMILIES[ipFamily(address)];
    // What is not there cannot be removed, and may be gone at any moment.
    const key = ipBytes(address);
    const present = newElement(table, set, { key, lifetimeMs: HARDLY_ANY_MS });
    return [present, deleteElement(table, set, key)];
  });
}

const HARDLY_ANY_MS = 1000;

function addition(table: string, { address, lifetimeMs }: Director): NftMessage {
  return newElement(table, FAMILIES[ipFamily(address)].set, { key: ipBytes(address), lifetimeMs });
}

/**
 * A packet to an address that is not on this host cannot be for anybody else. If the address is
 * here, and nobody balances any more, new connections are ours, and those that are there stay where
 * they are: the kernel goes on with what it has been told of them.
 */
function rulesOf({ address, protocol, port, to }: RedirectedService): NftExpression[][] {
  const { match, offset, length, set } = FAMILIES[ipFamily(address)];
  const destination = load(NETWORK_HEADER, offset, length);
  const wanted = [
    ...match,
    destination,
    compare(EQUAL, ...ipBytes(address)),
    meta('l4proto'),
    compare(EQUAL, protocol),
    ...(port === 0
      ? []
      : [load(TRANSPORT_HEADER, DESTINATION_PORT, 2), compare(EQUAL, port >> 8, port & 0xff)]),
  ];
  const isNew =
    protocol === TCP
      ? [load(TRANSPORT_HEADER, FLAGS, 1), mask(FIN_SYN_RST_ACK), compare(EQUAL, SYN)]
      : [];
  const redirect = to === undefined ? [REDIRECT] : sendTo(ipBytes(to));
  return [
    [...wanted, ...NOT_LOCAL, ...redirect],
    [...wanted, ...isNew, destination, lookup(set, true), ...redirect],
  ];
}
