import { constants } from 'node:os';
import { formatPrefix, type RoutingRule } from '@tandem/inet';
import {
  decodeAddress,
  encodeAddress,
  encodeAddressKey,
  encodeAddressQuery,
  type Address,
} from './address.ts';
import { decodeAnswer } from './answer.ts';
import {
  NETLINK_ROUTE,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
} from './constants.ts';
import type { Decoded } from './decoded.ts';
import {
  decodeLink,
  encodeLinkChange,
  encodeLinkKey,
  encodeLinkQuery,
  encodeNewLink,
  type Link,
  type LinkChange,
  type NewLink,
} from './link.ts';
import type { MessageWriter } from './message-writer.ts';
import {
  decodeNeighbour,
  encodeNeighbour,
  encodeNeighbourQuery,
  type Neighbour,
} from './neighbour.ts';
import { NetlinkClient, type NetlinkClientOptions } from './netlink-client.ts';
import type { ReceiveBuffer } from './netlink-socket.ts';
import type { NetlinkRequest } from './netlink-request.ts';
import { decodeRoute, encodeRoute, encodeRouteQuery, type Route } from './route.ts';
import { RTM } from './route-message.ts';
import { decodeRule, encodeRule, encodeRuleQuery } from './rule.ts';

/** How an object comes in: as a new one only, or also in the place of the one that is there. */
const CREATE = NLM_F_CREATE | NLM_F_EXCL;
const REPLACE = NLM_F_CREATE | NLM_F_REPLACE;

/**
 * The kernel's links, addresses, routes, rules and neighbours. Changes made in one go leave in one send;
 * each promise settles by itself, with a NetlinkError when the kernel refuses. Of objects that were
 * just read, all fields may be written back.
 * @see linux/rtnetlink.h
 */
export class Rtnetlink {
  readonly #client: NetlinkClient;

  private constructor(client: NetlinkClient) {
    this.#client = client;
  }

  /**
   * @param options - limits, for tests
   * @throws SocketError when no socket can be had
   */
  static open(options: NetlinkClientOptions = {}): Rtnetlink {
    return new Rtnetlink(NetlinkClient.open(NETLINK_ROUTE, options));
  }

  /** @param buffer - of the socket; undefined: as it is opened */
  resize(buffer: ReceiveBuffer | undefined): void {
    this.#client.resize(buffer);
  }

  /** All interfaces, by index. */
  links(): Promise<Link[]> {
    return this.#table('links', { type: RTM.GETLINK, query: encodeLinkQuery, decode: decodeLink });
  }

  /** All addresses of both families. */
  addresses(): Promise<Address[]> {
    const decode = decodeAddress;
    return this.#table('addresses', { type: RTM.GETADDR, query: encodeAddressQuery, decode });
  }

  /** All routes of all tables and both families. */
  routes(): Promise<Route[]> {
    const decode = decodeRoute;
    return this.#table('routes', { type: RTM.GETROUTE, query: encodeRouteQuery, decode });
  }

  /** All routing rules of both families. */
  rules(): Promise<RoutingRule[]> {
    const decode = decodeRule;
    return this.#table('rules', { type: RTM.GETRULE, query: encodeRuleQuery, decode });
  }

  /** All neighbours of both families; proxies are not among them. */
  neighbours(): Promise<Neighbour[]> {
    const decode = decodeNeighbour;
    return this.#table('neighbours', { type: RTM.GETNEIGH, query: encodeNeighbourQuery, decode });
  }

  /**
   * Changes an interface.
   * @throws NetlinkError `ENODEV` without such an interface
   */
  setLink(change: LinkChange): Promise<void> {
    return this.#client.change({
      type: RTM.NEWLINK,
      encode: (writer) => encodeLinkChange(writer, change),
      describe: () => `change link ${change.index}`,
    });
  }

  /**
   * Makes an interface, which is down at first.
   * @throws NetlinkError `EEXIST` when the name is taken, `EOPNOTSUPP` without that kind
   */
  addLink(link: NewLink): Promise<void> {
    return this.#client.change({
      type: RTM.NEWLINK,
      flags: CREATE,
      meaning,
      encode: (writer) => encodeNewLink(writer, link),
      describe: () => `add ${link.kind} ${link.name} on interface ${link.parentIndex}`,
    });
  }

  /**
   * Removes an interface.
   * @throws NetlinkError `ENODEV` without such an interface
   */
  deleteLink(index: number): Promise<void> {
    return this.#client.change({
      type: RTM.DELLINK,
      encode: (writer) => encodeLinkKey(writer, index),
      describe: () => `delete link ${index}`,
    });
  }

  /**
   * Adds an address that is not there yet.
   * @throws NetlinkError `EEXIST` when it is, `ENODEV` without such an interface
   */
  addAddress(address: Address): Promise<void> {
    return this.#client.change(addressRequest('add', address));
  }

  /** Adds an address, or changes flags and lifetimes of the one that is there. */
  replaceAddress(address: Address): Promise<void> {
    return this.#client.change(addressRequest('replace', address));
  }

  /**
   * Deletes an address; interface, address, prefix length and peer say which.
   * @throws NetlinkError `EADDRNOTAVAIL` when it is not there
   */
  deleteAddress(address: Address): Promise<void> {
    return this.#client.change(addressRequest('delete', address));
  }

  /**
   * Adds a route that is not there yet.
   * @throws NetlinkError `EEXIST` when it is, `ENETUNREACH` when its gateway cannot be reached
   */
  addRoute(route: Route): Promise<void> {
    return this.#client.change(routeRequest('add', route));
  }

  /**
   * Adds a route beside others to the same destination.
   * @param place - before those that are as good, or after them
   * @throws NetlinkError `EEXIST` when the very same is there
   */
  insertRoute(route: Route, place: 'prepend' | 'append'): Promise<void> {
    return this.#client.change(routeRequest(place, route));
  }

  /** Adds a route, in the place of one with the same destination, tos and metric. */
  replaceRoute(route: Route): Promise<void> {
    return this.#client.change(routeRequest('replace', route));
  }

  /**
   * Deletes a route.
   * @throws NetlinkError `ESRCH` when it is not there
   */
  deleteRoute(route: Route): Promise<void> {
    return this.#client.change(routeRequest('delete', route));
  }

  /**
   * Adds a routing rule that is not there yet.
   * @throws NetlinkError `EEXIST` when it is
   */
  addRule(rule: RoutingRule): Promise<void> {
    return this.#client.change(ruleRequest('add', rule));
  }

  /**
   * Deletes a routing rule.
   * @throws NetlinkError `ENOENT` when it is not there
   */
  deleteRule(rule: RoutingRule): Promise<void> {
    return this.#client.change(ruleRequest('delete', rule));
  }

  /**
   * Adds a neighbour that is not there yet.
   * @throws NetlinkError `EEXIST` when it is
   */
  addNeighbour(neighbour: Neighbour): Promise<void> {
    return this.#client.change(neighbourRequest('add', neighbour));
  }

  /** Adds a neighbour or changes the one that is there. */
  replaceNeighbour(neighbour: Neighbour): Promise<void> {
    return this.#client.change(neighbourRequest('replace', neighbour));
  }

  /**
   * Deletes a neighbour.
   * @throws NetlinkError `ENOENT` when it is not there
   */
  deleteNeighbour(neighbour: Neighbour): Promise<void> {
    return this.#client.change(neighbourRequest('delete', neighbour));
  }

  /** Closes the socket; what is outstanding fails with ECANCELED. */
  close(): void {
    this.#client.close();
  }

  async #table<T>(
    name: string,
    source: {
      type: number;
      query: (writer: MessageWriter) => void;
      decode: (payload: Uint8Array) => Decoded<T>;
    },
  ): Promise<T[]> {
    const what = `read ${name}`;
    const messages = await this.#client.dump({
      type: source.type,
      encode: source.query,
      describe: () => what,
    });
    return decodeAnswer(messages, source.decode, what);
  }
}

type Verb = 'add' | 'replace' | 'delete' | 'prepend' | 'append';

/** The general texts speak of files and processes. */
const MEANINGS: ReadonlyMap<number, string> = new Map([
  [constants.errno.EEXIST, 'it is there already'],
  [constants.errno.ENOENT, 'it is not there'],
  [constants.errno.ESRCH, 'it is not there'],
]);

const meaning = (errno: number): string | undefined => MEANINGS.get(errno);

const FLAGS: Readonly<Record<Verb, number>> = {
  add: CREATE,
  replace: REPLACE,
  prepend: NLM_F_CREATE,
  append: NLM_F_CREATE | NLM_F_APPEND,
  delete: 0,
};

/** How an object is added and deleted, and what it is called. */
interface Kind {
  readonly types: readonly [add: number, remove: number];
  readonly encode: NetlinkRequest['encode'];
  readonly title: () => string;
}

function requestOf(verb: Verb, { types: [add, remove], encode, title }: Kind): NetlinkRequest {
  return {
    type: verb === 'delete' ? remove : add,
    flags: FLAGS[verb],
    meaning,
    encode,
    describe: () => `${verb} ${title()}`,
  };
}

function addressRequest(verb: Verb, address: Address): NetlinkRequest {
  const encode = verb === 'delete' ? encodeAddressKey : encodeAddress;
  const { address: ip, prefixLength, interfaceIndex } = address;
  return requestOf(verb, {
    types: [RTM.NEWADDR, RTM.DELADDR],
    encode: (writer) => encode(writer, address),
    title: () => `address ${ip}/${prefixLength} on interface ${interfaceIndex}`,
  });
}

function routeRequest(verb: Verb, route: Route): NetlinkRequest {
  const by = route.gateway === undefined ? '' : ` via ${route.gateway}`;
  return requestOf(verb, {
    types: [RTM.NEWROUTE, RTM.DELROUTE],
    encode: (writer) => encodeRoute(writer, route),
    title: () => `route ${formatPrefix(route.destination)}${by} in table ${route.table}`,
  });
}

function ruleRequest(verb: Verb, rule: RoutingRule): NetlinkRequest {
  return requestOf(verb, {
    types: [RTM.NEWRULE, RTM.DELRULE],
    encode: (writer) => encodeRule(writer, rule),
    title: () => `IPv${rule.family} rule of priority ${rule.priority}`,
  });
}

function neighbourRequest(verb: Verb, neighbour: Neighbour): NetlinkRequest {
  return requestOf(verb, {
    types: [RTM.NEWNEIGH, RTM.DELNEIGH],
    encode: (writer) => encodeNeighbour(writer, neighbour),
    title: () => `neighbour ${neighbour.address} on interface ${neighbour.interfaceIndex}`,
  });
}
