/** Routes and rules in memory, as a kernel has them. */
import { formatPrefix, type IpAddress, type RoutingRule } from '@tandem/inet';
import { NetlinkError, type Route } from '@tandem/netlink';
import { virtualRoute } from '../../../vrrp/test/routing-entries.ts';
import type { RoutingRequests } from '../../src/vrrp/kernel-entries.ts';
import type { RoutingEvents } from '../../src/vrrp/routing-keeper.ts';

const ENOENT = 2;
const ESRCH = 3;
const EEXIST = 17;

/** A route by eth0 as the kernel has it. */
export function kernelRoute(network: string): Route {
  const {
    kind: _,
    text: __,
    track: ___,
    place: ____,
    device: _____,
    ...route
  } = virtualRoute(network);
  return { ...route, interfaceIndex: 2 };
}

/** Says what happens to it. */
export class FakeRouting implements RoutingRequests {
  routesThere: Route[] = [];
  rulesThere: RoutingRule[] = [];
  /** Errors of the requests to come, by network or preference. */
  readonly refuse = new Map<string, number>();
  readonly #happened: (text: string) => void;
  #events: RoutingEvents | undefined;

  constructor(happened: (text: string) => void) {
    this.#happened = happened;
  }

  monitor(events: RoutingEvents): void {
    this.#events = events;
  }

  async routes(): Promise<readonly Route[]> {
    return this.routesThere;
  }

  async addRoute(route: Route): Promise<void> {
    const isTaken = this.routesThere.some((each) => nameOf(each) === nameOf(route));
    if (isTaken) throw new NetlinkError('add route', EEXIST);
    await this.insertRoute(route);
  }

  async insertRoute(route: Route): Promise<void> {
    this.#refuseIfTold(nameOf(route));
    if (this.routesThere.some((each) => isSame(each, route)))
      throw new NetlinkError('add route', EEXIST);
    this.routesThere.push(route);
    this.#happened(`set route ${nameOf(route)}`);
    this.#events?.route(route, false);
  }

  async deleteRoute(route: Route): Promise<void> {
    if (!this.routesThere.some((each) => isSame(each, route)))
      throw new NetlinkError('delete route', ESRCH);
    this.removeRoute(nameOf(route));
    this.#happened(`remove route ${nameOf(route)}`);
  }

  async addRule(rule: RoutingRule): Promise<void> {
    this.#refuseIfTold(String(rule.priority));
    if (this.rulesThere.some((each) => isSame(each, rule)))
      throw new NetlinkError('add rule', EEXIST);
    this.rulesThere.push(rule);
    this.#happened(`set rule ${rule.priority}`);
    this.#events?.rule(rule, false);
  }

  async deleteRule(rule: RoutingRule): Promise<void> {
    if (!this.rulesThere.some((each) => isSame(each, rule)))
      throw new NetlinkError('delete rule', ENOENT);
    this.removeRule(rule.priority);
    this.#happened(`remove rule ${rule.priority}`);
  }

  /** Somebody removes it. */
  removeRoute(name: string): void {
    this.#remove((each) => nameOf(each) === name);
  }

  /** The address that they have as their source has gone. */
  removeRoutesFrom(address: IpAddress): void {
    this.#remove(({ preferredSource }) => preferredSource === address);
  }

  /** The last IPv4 address of an interface has gone, and they with it, without a word. */
  flushRoutesBy(interfaceIndex: number): void {
    this.routesThere = this.routesThere.filter(
      (each) => each.family === 6 || each.interfaceIndex !== interfaceIndex,
    );
  }

  #remove(isGone: (route: Route) => boolean): void {
    const gone = this.routesThere.filter(isGone);
    this.routesThere = this.routesThere.filter((each) => !gone.includes(each));
    for (const each of gone) this.#events?.route(each, true);
  }

  /** Somebody removes it. */
  removeRule(priority: number): void {
    const gone = this.rulesThere.filter((each) => each.priority === priority);
    this.rulesThere = this.rulesThere.filter((each) => !gone.includes(each));
    for (const each of gone) this.#events?.rule(each, true);
  }

  #refuseIfTold(name: string): void {
    const errno = this.refuse.get(name);
    if (errno !== undefined) throw new NetlinkError(`add ${name}`, errno);
  }
}

function nameOf({ destination }: Route): string {
  return formatPrefix(destination);
}

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
