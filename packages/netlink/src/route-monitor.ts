import type { RoutingRule } from '@tandem/inet';
import type { SocketError } from '@tandem/raw-socket';
import { decodeAddress, type Address } from './address.ts';
import { NETLINK_ROUTE } from './constants.ts';
import type { Decoded } from './decoded.ts';
import { decodeLink, type Link } from './link.ts';
import type { NetlinkMessage } from './message.ts';
import { NetlinkSocket, type ReceiveBuffer } from './netlink-socket.ts';
import { decodeRoute, type Route } from './route.ts';
import { RTM, RTNLGRP } from './route-message.ts';
import { decodeRule } from './rule.ts';

/** What a monitor can listen to. */
export type RouteGroup = 'links' | 'addresses' | 'routes' | 'rules';

/** What a monitor tells. */
export interface RouteMonitorHandler {
  /** A link is new or has changed, or is gone. */
  link(link: Link, removed: boolean): void;
  /** An address is new or has changed, or is gone. */
  address(address: Address, removed: boolean): void;
  /** A route is new or has changed, or is gone. */
  route(route: Route, removed: boolean): void;
  /** A routing rule is new, or is gone. */
  rule(rule: RoutingRule, removed: boolean): void;
  /** Notifications were lost: all has to be read again. */
  overrun(): void;
  /** The socket is of no more use; without this the error is thrown. */
  failed?(error: SocketError): void;
}

const USUAL_BUFFER: ReceiveBuffer = { bytes: 4_194_304, force: true };

/** Limits of a monitor; the default fits a daemon. */
export interface RouteMonitorOptions {
  /** Receive buffer to ask for, in bytes; 4 MiB, about 3,000 notifications. */
  readonly receiveBufferBytes?: number;
}

/**
 * Tells of changes to links, addresses, routes and rules of both families, whoever makes them. Open it
 * before reading the tables, so that nothing is missed in between.
 */
export class RouteMonitor {
  readonly #socket: NetlinkSocket;

  private constructor(socket: NetlinkSocket) {
    this.#socket = socket;
  }

  /**
   * @param groups - what to listen to
   * @param handler - called from the event loop, in the kernel's order
   * @param options - limits
   * @throws SocketError when no socket can be had
   */
  static open(
    groups: readonly RouteGroup[],
    handler: RouteMonitorHandler,
    options: RouteMonitorOptions = {},
  ): RouteMonitor {
    const socket = new NetlinkSocket(
      NETLINK_ROUTE,
      options.receiveBufferBytes ?? USUAL_BUFFER.bytes,
    );
    try {
      for (const group of groups.flatMap((name) => RTNLGRP[name])) socket.joinGroup(group);
    } catch (error) {
      socket.close();
      throw error;
    }
    socket.listen({
      messages: (messages) => {
        for (const message of messages) notify(message, handler);
      },
      lost: () => handler.overrun(),
      failed: (error) => {
        socket.close();
        if (handler.failed === undefined) throw error;
        handler.failed(error);
      },
    });
    return new RouteMonitor(socket);
  }

  /** @param buffer - of the socket; undefined: as it is opened */
  resize(buffer: ReceiveBuffer = USUAL_BUFFER): void {
    this.#socket.resize(buffer);
  }

  /** Nothing is told from now on; may be called twice. */
  close(): void {
    this.#socket.close();
  }
}

type Notify = (payload: Uint8Array, handler: RouteMonitorHandler) => boolean;

const NOTIFIERS: ReadonlyMap<number, Notify> = new Map([
  [RTM.NEWLINK, notifier(decodeLink, (handler, link) => handler.link(link, false))],
  [RTM.DELLINK, notifier(decodeLink, (handler, link) => handler.link(link, true))],
  [RTM.NEWADDR, notifier(decodeAddress, (handler, address) => handler.address(address, false))],
  [RTM.DELADDR, notifier(decodeAddress, (handler, address) => handler.address(address, true))],
  [RTM.NEWROUTE, notifier(decodeRoute, (handler, route) => handler.route(route, false))],
  [RTM.DELROUTE, notifier(decodeRoute, (handler, route) => handler.route(route, true))],
  [RTM.NEWRULE, notifier(decodeRule, (handler, rule) => handler.rule(rule, false))],
  [RTM.DELRULE, notifier(decodeRule, (handler, rule) => handler.rule(rule, true))],
]);

function notifier<T>(
  decode: (payload: Uint8Array) => Decoded<T>,
  tell: (handler: RouteMonitorHandler, value: T) => void,
): Notify {
  return (payload, handler) => {
    const decoded = decode(payload);
    if (decoded.ok) tell(handler, decoded.value);
    return decoded.ok || decoded.reason === 'other-family';
  };
}

/** A notification that cannot be read is as good as lost. */
function notify(message: NetlinkMessage, handler: RouteMonitorHandler): void {
  const understood = NOTIFIERS.get(message.type)?.(message.payload, handler) ?? true;
  if (!understood) handler.overrun();
}
