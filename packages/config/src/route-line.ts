/** Lines of virtual_routes and static_routes. */
import {
  ipFamily,
  parseIp,
  parsePrefix,
  ROUTE_CONGESTION_CONTROL,
  ROUTE_METRICS,
  type Encapsulation,
  type IpAddress,
  type IpFamily,
  type Prefix,
  type RouteMetrics,
} from '@tandem/inet';
import type { VirtualRoute, VirtualWay } from '@tandem/vrrp';
import type { Call } from './call.ts';
import { canonicalText } from './canonical-text.ts';
import { complainUnknownInterfaces } from './interface.ts';
import { readLine, ROUTE } from './keywords/route-entry.ts';
import type { Placed } from './place-words.ts';
import { OWN_PROTOCOL, PlacedWords, type Fault } from './placed-words.ts';
import type { Word } from './words.ts';

/** RTN_* by name. @see linux/rtnetlink.h */
const TYPES = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
} as const;

/** Those for which the kernel refuses the scope global. */
const SCOPES: Readonly<Record<number, number>> = { 2: 254, 3: 253, 4: 253, 10: 254 };

const PREFERENCES: Readonly<Record<string, number>> = { medium: 0, high: 1, low: 3 };
const RTNH_F_ONLINK = 4;
/** What only one family has. */
const OF_ONE_FAMILY = { realms: 4, from: 6, expires: 6, pref: 6 } as const;
/** RTAX_FEATURE_ECN */
const FEATURES: Readonly<Record<string, number>> = { ecn: 1 };

/** In units of the kernel a millisecond is so many; the least, where there is one, as in keepalived. */
const TIMES = {
  rtt: { perMs: 8, leastMs: 200 },
  rttvar: { perMs: 4, leastMs: 200 },
  rto_min: { perMs: 1, leastMs: 0 },
} as const;

/**
 * Reads a line of virtual_routes or static_routes.
 * @param words - of one line, at least one
 * @param call - the block's statement, for complaints
 * @returns undefined after a complaint
 * @see inventory §2.4
 */
export function readRoute(words: readonly Word[], call: Call): VirtualRoute | undefined {
  const placed = readLine(ROUTE, words, call);
  if (placed === undefined) return undefined;
  complainTables(placed, call);
  const line = new PlacedWords(placed, call);
  complainUnknownInterfaces([...line.wordsOf('dev'), ...line.wordsOf('vrf')], call);
  complainUntracked(line, words, call);
  const route = routeOf(line, canonicalText(ROUTE, placed));
  const [fault] = line.faults;
  if (fault !== undefined) complainFault(fault, call);
  return fault === undefined ? route : undefined;
}

/** @returns undefined with a fault */
function routeOf(line: PlacedWords, text: string): VirtualRoute | undefined {
  const family = familyOf(line);
  const destination = destinationOf(line, family);
  if (destination === undefined) return undefined;
  line.failOfOtherFamily(OF_ONE_FAMILY, family);
  const type = Object.entries(TYPES).find(([name]) => line.has(name))?.[1] ?? TYPES.unicast;
  const expiresSeconds = line.number('expires');
  const track = !line.has('no_track') && expiresSeconds === undefined;
  const ways = waysOf(line, family);
  return {
    kind: 'route',
    text,
    track,
    family,
    destination,
    type,
    table: line.named('table', 'rt_tables') ?? 254,
    // keepalived takes only its own for its own.
    protocol: (track ? undefined : line.named('protocol', 'rt_protos')) ?? OWN_PROTOCOL,
    scope: line.named('scope', 'rt_scopes') ?? SCOPES[type] ?? 0,
    tos: line.named('tos', 'rt_dsfield') ?? 0,
    place: line.has('append') ? 'append' : line.has('add') ? 'add' : 'prepend',
    ...(ways === undefined ? wayOf(line, family) : { flags: 0, ways }),
    ...line.given({
      vrf: line.text('vrf'),
      metric: line.number('metric'),
      preferredSource: addressOf(line, 'src', family),
      source: prefixOf(line, 'from', family),
      expiresSeconds,
      preference: line.oneOf('pref', PREFERENCES),
      ttlPropagate: line.boolean('ttl-propagate'),
      metrics: metricsOf(line),
    }),
  };
}

/** With keepalived the last one counts; here the order of options means nothing. */
function complainTables(placed: readonly Placed[], call: Call): void {
  const tables = placed.filter(({ name }) => name === 'table' || name === 'vrf');
  const table = tables.findLast(({ name }) => name === 'table');
  if (table === undefined || tables.every(({ name }) => name === 'table')) return;
  const isLast = tables.at(-1) === table;
  call.complain('KEYWORD_CONFLICT', 'table does not go with vrf; the route is in that of the VRF', {
    at: table.word,
    severity: isLast ? 'warning' : 'note',
  });
}

/** What is said of it, or follows from any of its addresses. */
function familyOf(line: PlacedWords): IpFamily {
  if (line.has('inet6')) return 6;
  if (line.has('inet')) return 4;
  const texts = ['to', 'src', 'via'].map((name) => line.text(name) ?? '');
  const addresses = texts.flatMap((text) => parseIp(text.split('/', 1)[0] ?? '') ?? []);
  const [first] = addresses;
  return first === undefined ? 4 : ipFamily(first);
}

function destinationOf(line: PlacedWords, family: IpFamily): Prefix | undefined {
  const text = line.text('to');
  if (text === undefined) {
    line.fail('it has no destination');
    return undefined;
  }
  if (text !== 'default' && text !== 'any') return prefixOf(line, 'to', family);
  const address = parseIp(family === 4 ? '0.0.0.0' : '::');
  return address && { address, length: 0 };
}

function prefixOf(line: PlacedWords, name: string, family: IpFamily): Prefix | undefined {
  const text = line.text(name);
  if (text === undefined) return undefined;
  const prefix = parsePrefix(text);
  if (prefix !== undefined && ipFamily(prefix.address) === family) return prefix;
  line.fail(`${name} must be an IPv${family} network, got '${text}'`, name);
  return undefined;
}

function addressOf(line: PlacedWords, name: string, family?: IpFamily): IpAddress | undefined {
  const text = line.text(name);
  const address = text === undefined ? undefined : parseIp(text.split('/', 1)[0] ?? '');
  if (
    text === undefined ||
    (address !== undefined && ipFamily(address) === (family ?? ipFamily(address)))
  )
    return address;
  line.fail(
    `${name} must be an IP${family === undefined ? '' : `v${family}`} address, got '${text}'`,
    name,
  );
  return undefined;
}

type OneWay = Pick<VirtualRoute, 'gateway' | 'device' | 'flags' | 'realms' | 'encapsulation'>;

function wayOf(line: PlacedWords, family: IpFamily): OneWay {
  const gateway = addressOf(line, 'via', family === 6 ? 6 : undefined);
  return {
    flags: line.has('onlink') ? RTNH_F_ONLINK : 0,
    ...line.given({
      gateway,
      device: line.text('dev'),
      realms: line.realms('realms'),
      encapsulation: encapsulationOf(line),
    }),
  };
}

function waysOf(line: PlacedWords, family: IpFamily): VirtualWay[] | undefined {
  const ways = line.inner('nexthop').map((way) => {
    way.failOfOtherFamily(OF_ONE_FAMILY, family);
    return { weight: weightOf(way), ...wayOf(way, family) };
  });
  return ways.length === 0 ? undefined : ways;
}

function weightOf(way: PlacedWords): number {
  const weight = way.number('weight') ?? 1;
  if (weight >= 1 && weight <= 256) return weight;
  way.fail(`weight must be 1–256, got ${weight}`, 'weight');
  return 1;
}

function metricsOf(line: PlacedWords): RouteMetrics | undefined {
  const numbers: Record<string, number> = {};
  let lock = 0;
  for (const [name, number] of Object.entries(ROUTE_METRICS)) {
    const value = metricOf(line, name);
    if (value === undefined) continue;
    numbers[name] = value;
    if (line.isLocked(name)) lock |= 1 << number;
  }
  const congctl = line.text('congctl');
  if (line.isLocked('congctl')) lock |= 1 << ROUTE_CONGESTION_CONTROL;
  if (Object.keys(numbers).length === 0 && congctl === undefined) return undefined;
  return { ...numbers, ...(lock !== 0 && { lock }), ...(congctl !== undefined && { congctl }) };
}

function metricOf(line: PlacedWords, name: string): number | undefined {
  if (name === 'features') return line.oneOf(name, FEATURES);
  if (name === 'rtt' || name === 'rttvar' || name === 'rto_min') return timeOf(line, name);
  return line.number(name);
}

/** `300ms`, `1.5s`, or a number in the unit of the kernel. */
function timeOf(line: PlacedWords, name: keyof typeof TIMES): number | undefined {
  const text = line.text(name);
  if (text === undefined) return undefined;
  const [, digits = '', unit] = /^([0-9]+(?:\.[0-9]+)?)(ms|s)?$/.exec(text) ?? [];
  const { perMs, leastMs } = TIMES[name];
  const value = Number(digits) * (unit === undefined ? 1 : unit === 's' ? 1000 * perMs : perMs);
  if (digits !== '') return Math.round(Math.max(value, leastMs * perMs));
  line.fail(`${name} must be a time such as 300ms or 1.5s, got '${text}'`, name);
  return undefined;
}

function encapsulationOf(line: PlacedWords): Encapsulation | undefined {
  const [inner] = line.inner('encap');
  if (inner === undefined) return undefined;
  const type = inner.text('type');
  if (type === 'mpls') {
    const labels = (inner.text('labels') ?? '').split('/').map(Number);
    if (!labels.every((each) => Number.isInteger(each) && each >= 0 && each < 1 << 20))
      inner.fail('encap mpls must have labels such as 100/200');
    return { type, labels, ...inner.given({ ttl: inner.number('ttl') }) };
  }
  if (type !== 'ip' && type !== 'ip6') {
    inner.fail(`encap ${type ?? ''} is not supported`);
    return undefined;
  }
  const family = type === 'ip' ? 4 : 6;
  return {
    type,
    ...inner.given({
      id: inner.number('id'),
      destination: addressOf(inner, 'dst', family),
      source: addressOf(inner, 'src', family),
      ttl: inner.number('ttl') ?? inner.number('hoplimit'),
      tos: inner.number('tos') ?? inner.number('tc'),
      flags: inner.number('flags'),
    }),
  };
}

/** keepalived notices the removal of its own routes only by the interface. */
function complainUntracked(line: PlacedWords, words: readonly Word[], call: Call): void {
  if (line.has('no_track')) return;
  const protocol = line.wordsOf('protocol')[0];
  if (protocol !== undefined && line.named('protocol', 'rt_protos') !== OWN_PROTOCOL) {
    call.complain(
      'UNTRACKED_ROUTE',
      `a route of protocol ${protocol.text} cannot be tracked; it gets keepalived's`,
      {
        at: protocol,
        severity: 'warning',
        hint: "remove it, or add 'no_track'",
      },
    );
  }
  if (line.has('dev') || line.has('nexthop')) return;
  call.complain('UNTRACKED_ROUTE', 'keepalived does not track a route without an interface', {
    at: words[0],
    severity: 'warning',
    hint: "add 'dev INTERFACE' or 'no_track'",
  });
}

/** Says why a line is left out. */
export function complainFault({ message, at, hint }: Fault, call: Call): void {
  call.complain('INVALID_ROUTE', `${message}; ignoring the line`, { at, hint });
}
