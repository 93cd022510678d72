/** Addresses, routes and rules as lines of keepalived's dump. */
import type { Settings } from '@tandem/config';
import type { Field, Part } from './field.ts';

type Static = Settings['staticEntries'][number];
type Address = Extract<Static, { kind: 'address' }>;
type Route = Extract<Static, { kind: 'route' }>;
type Rule = Extract<Static, { kind: 'rule' }>;
type Way = NonNullable<Route['ways']>[number];

const SCOPES: Readonly<Record<number, string>> = { 0: 'global', 253: 'link', 254: 'host' };

/** IFA_F_*. @see linux/if_addr.h */
const HOME = 0x10;
const NO_DETECTION = 0x02;
/** The others in the order of the dump. */
const FLAGS = [
  ['mngtmpaddr', 0x100],
  ['noprefixroute', 0x200],
  ['autojoin', 0x400],
] as const;

/** RTN_* and FR_ACT_* in words. */
const TYPES: Readonly<Record<number, string>> = {
  2: 'local',
  3: 'broadcast',
  4: 'anycast',
  5: 'multicast',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
  9: 'throw',
  10: 'nat',
};

/** @returns a line with all that is to be said, the rest left out */
function words(...all: readonly (string | false | undefined)[]): string {
  return all.filter((each) => each !== undefined && each !== false && each !== '').join(' ');
}

/** @returns a name with its value, if there is one */
function option(name: string, value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : `${name} ${value}`;
}

/** @returns an address as the dump has it */
export function addressText(
  each: Settings['vrrpInstances'][number]['addresses'][number] & { readonly text?: string },
): string {
  const { address, prefixLength, peer, preferredSeconds, track = true } = each;
  const isSix = address.includes(':');
  const { flags = isSix ? NO_DETECTION : 0 } = each;
  const length = prefixLength === (isSix ? 128 : 32) ? '' : `/${prefixLength}`;
  return words(
    peer === undefined ? `${address}${length}` : address,
    option('brd', each.broadcast),
    `dev ${each.device}`,
    `scope ${SCOPES[each.scope] ?? each.scope}`,
    option('label', each.label),
    peer && `peer ${peer}/${prefixLength}`,
    (flags & HOME) !== 0 && 'home',
    isSix && (flags & NO_DETECTION) === 0 && '-nodad',
    ...FLAGS.map(([name, bit]) => (flags & bit) !== 0 && name),
    !track && 'no_track',
    groupIn(each.text),
    isSix && lifetime(preferredSeconds),
  );
}

function lifetime(seconds: number | undefined): string {
  if (seconds === undefined) return 'preferred_lft forever';
  return seconds === 0 ? 'deprecated' : `preferred_lft ${seconds}`;
}

/** Settings have it with the instances that it is about. */
function groupIn(text: string | undefined): string | undefined {
  return /\btrack_group \S+/.exec(text ?? '')?.[0];
}

/** @returns a route as the dump has it */
export function routeText(route: Route): string {
  const { type, destination, family, source, tos, table, ways = [] } = route;
  const isHost = destination.length === (family === 6 ? 128 : 32);
  // One that expires is not put back by us in any case.
  const isTracked = route.expiresSeconds === undefined ? route.track : !/no_track/.test(route.text);
  return words(
    // Those with a type are added, whatever stands before it.
    type === 1 ? route.place : 'add',
    TYPES[type],
    `${destination.address}${isHost ? '' : `/${destination.length}`}`,
    source && `from ${source.address}/${source.length}`,
    option('src', route.preferredSource),
    tos !== 0 && `tos ${tos}`,
    wayText(route),
    table !== 254 && `table ${table}`,
    // It is set, too, where it is not shown.
    (isTracked || route.protocol !== 18) && `proto ${route.protocol}`,
    detailText(route),
    ...ways.map((way) => `nexthop ${nextHopText(way)}`),
    // Without an interface keepalived cannot follow it.
    (!isTracked || route.device === undefined) && 'no_track',
    groupIn(route.text),
  );
}

function detailText({ expiresSeconds, preference = -1, ttlPropagate, ...route }: Route): string {
  return words(
    route.scope !== 0 && `scope ${route.scope}`,
    option('metric', route.metric),
    (route.flags & 4) !== 0 && 'onlink',
    realmsText(route.realms),
    expiresSeconds !== undefined && `expires ${expiresSeconds}sec`,
    metricsText(route.metrics),
    option('pref', PREFERENCES[preference]),
    option('fastopen_no_cookie', route.metrics?.fastopen_no_cookie),
    ttlPropagate !== undefined && `ttl-propagate ${ttlPropagate ? 'enabled' : 'disabled'}`,
  );
}

const PREFERENCES: Readonly<Record<number, string>> = { 0: 'medium', 1: 'high', 3: 'low' };

function wayText({ encapsulation, gateway, device }: Omit<Way, 'weight'>): string {
  return words(encapsulationText(encapsulation), gatewayText(gateway), option('dev', device));
}

function gatewayText(gateway: Way['gateway']): string | undefined {
  return gateway && `via inet${gateway.includes(':') ? '6' : ''} ${gateway}`;
}

function nextHopText(way: Way): string {
  const { gateway, device, weight, flags, realms } = way;
  return words(
    gatewayText(gateway),
    option('dev', device),
    weight !== 1 && `weight ${weight}`,
    (flags & 4) !== 0 && 'onlink',
    // Both are set, and the second one is shown.
    realms !== undefined && `realm ${realms & 0xffff}`,
  );
}

function encapsulationText(encapsulation: Way['encapsulation']): string | undefined {
  if (encapsulation === undefined || encapsulation.type === 'mpls') return encapsulation?.type;
  const { type, id, destination, source, tos, ttl } = encapsulation;
  const six = type === 'ip6';
  return words(
    `encap ${type}`,
    option('id', id),
    option('dst', destination),
    option('src', source),
    option(six ? 'tc' : 'tos', tos),
    option(six ? 'hoplimit' : 'ttl', ttl),
  );
}

function realmsText(realms: number | undefined): string | undefined {
  if (realms === undefined) return undefined;
  const [from, to] = [realms >>> 16, realms & 0xffff];
  return from === 0 ? `realm ${to}` : `realms ${from}/${to}`;
}

/** Metrics in the order of the dump, with their number for the lock and the parts of a millisecond. */
const METRICS = [
  ['rtt', 4, 8],
  ['rttvar', 5, 4],
  ['rto_min', 13, 1],
  ['features', 12],
  ['mtu', 2],
  ['window', 3],
  ['ssthresh', 6],
  ['cwnd', 7],
  ['advmss', 8],
  ['reordering', 9],
  ['hoplimit', 10],
  ['initcwnd', 11],
  ['initrwnd', 14],
  ['quickack', 15],
] as const;

function metricsText(metrics: Route['metrics']): string | undefined {
  if (metrics === undefined) return undefined;
  const { lock = 0, congctl } = metrics;
  const isLocked = (number: number): boolean => (lock & (1 << number)) !== 0;
  const numbers = METRICS.map(([name, number, parts]) => {
    const value = metrics[name];
    if (value === undefined) return undefined;
    const text = parts === undefined ? String(value) : timeText(value / parts);
    return words(name, isLocked(number) && 'lock', name === 'features' ? 'ecn' : text);
  });
  return words(congctl && words('congctl', isLocked(16) && 'lock', congctl), ...numbers);
}

function timeText(ms: number): string {
  return ms >= 1000 ? `${ms / 1000}s` : `${ms}ms`;
}

/** @returns a rule as the dump has it */
export function ruleText(rule: Rule): string {
  const { mark, markMask, users, sourcePorts, destinationPorts, realms } = rule;
  const range = (name: string, numbers: Rule['users']): string | undefined =>
    numbers && `${name} ${numbers.first}-${numbers.last}`;
  return words(
    (rule.flags & 2) !== 0 && 'not',
    `from ${rule.from ? prefixText(rule.from) : 'all'}`,
    rule.to && `to ${prefixText(rule.to)}`,
    `priority ${rule.priority}`,
    `tos 0x${rule.tos.toString(16)}`,
    mark !== undefined && `fwmark 0x${mark.toString(16)}${maskText(markMask)}`,
    option('iif', rule.inputInterface),
    option('oif', rule.outputInterface),
    option('suppress_prefixlen', rule.suppressPrefixLength),
    option('suppress_ifgroup', rule.suppressInterfaceGroup),
    option('tunnel-id', rule.tunnelId),
    range('uidrange', users),
    rule.l3mdev === true && 'l3mdev',
    rule.protocol !== 0 && `protocol ${rule.protocol}`,
    option('ipproto', rule.ipProtocol),
    range('sport', sourcePorts),
    range('dport', destinationPorts),
    realms !== undefined && `realms ${realms >>> 16}/${realms & 0xffff}`,
    actionText(rule),
    !rule.track && 'no_track',
    groupIn(rule.text),
  );
}

function prefixText({ address, length }: NonNullable<Rule['from']>): string {
  const isHost = length === (address.includes(':') ? 128 : 32);
  return isHost ? address : `${address}/${length}`;
}

function maskText(mask: number | undefined): string {
  return mask === undefined || mask === 0xffff_ffff ? '' : `/0x${mask.toString(16)}`;
}

function actionText({ action, table, goto }: Rule): string {
  if (action === 1) return `lookup ${table}`;
  if (action === 2) return `goto ${goto}`;
  return action === 3 ? 'nop' : `type ${TYPES[action]}`;
}

/** @returns a line of the dump without what it knows from the kernel */
export function withoutState(line: string): string {
  return line
    .trim()
    .replace(/(?: set)?(?: \[.*\])?$/, '')
    .replace(/ dev (\S+)@\S+/, ' dev $1')
    .replace(/congctl (reno|cubic)lock\b ?/, 'congctl lock $1 ')
    .replaceAll(/ +/g, ' ')
    .trim();
}

/** @returns the part of the dump with all entries of a kind */
function lines<T>(name: string, text: (entry: T) => string): Part<readonly T[]> {
  const field: Field<readonly T[]> = {
    name,
    theirs: (all) =>
      all
        .all(/^ {5}(.*)/)
        .map(withoutState)
        .join('\n'),
    ours: (entries) => entries.map(text).join('\n'),
  };
  return { fields: [field], leftOut: [] };
}

export const STATIC_ADDRESS_PART: Part<readonly Address[]> = lines('addresses', addressText);
export const STATIC_ROUTE_PART: Part<readonly Route[]> = lines('routes', routeText);
export const STATIC_RULE_PART: Part<readonly Rule[]> = lines('rules', ruleText);
