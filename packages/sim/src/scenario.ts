/** The network of a run: who is on it and how they are configured. */
import { ipFromBytes, parseIp, type IpAddress, type IpFamily } from '@tandem/inet';
import { Random } from '@tandem/random';
import { milliseconds, times, ZERO, type Duration } from '@tandem/time';
import type {
  Authentication,
  SyncGroupSettings,
  VirtualAddress,
  VrrpInstanceSettings,
} from '@tandem/vrrp';
import { drawFaults, PRIORITIES, type Fault } from './faults.ts';

/** One router, before anything happens. */
export interface RouterPlan {
  readonly address: IpAddress;
  /** Of its clock: 1 is right. */
  readonly rate: number;
  /** What its clock shows at the beginning, milliseconds. */
  readonly offset: number;
  /** When it is switched on, milliseconds. */
  readonly startsAt: number;
  /** One for each virtual router, in the same order everywhere. */
  readonly instances: readonly VrrpInstanceSettings[];
  /** Of all instances, if they are to be master together. */
  readonly syncGroup: SyncGroupSettings | undefined;
}

/** All that a run depends on, but for the fate of each frame. */
export interface Scenario {
  readonly routers: readonly RouterPlan[];
  /** Neighbours that only listen. */
  readonly hosts: number;
  readonly faults: readonly Fault[];
}

/** What all routers have in common. */
interface Common {
  readonly family: IpFamily;
  readonly version: 2 | 3;
  readonly unit: Duration;
  readonly virtualRouters: number;
  readonly isGrouped: boolean;
  readonly isUnicast: boolean;
  readonly authentication: Authentication | undefined;
  readonly downTimerAdverts: number;
  readonly addresses: readonly string[];
  readonly refresh: Duration;
  readonly addressOfEach: readonly IpAddress[];
}

/** What all instances of a router have in common. */
type Own = Pick<
  VrrpInstanceSettings,
  | 'priority'
  | 'initialState'
  | 'preempt'
  | 'preemptDelay'
  | 'advertisementInterval'
  | 'trackers'
  | 'garp'
  | 'lowerPriorityNoAdvert'
  | 'higherPrioritySendAdvert'
>;

const CLOCK_ERROR_MOST = 0.002;

/**
 * @param seed - of the run
 * @returns always the same for the same seed
 */
export function drawScenario(seed: number): Scenario {
  const random = new Random(seed);
  const common = drawCommon(random);
  const routers = common.addressOfEach.map((_, i) => drawRouter(random, common, i));
  const hosts = random.integer(1, 3);
  const { unit, version } = common;
  const stations = routers.length + hosts;
  const faults = drawFaults(random, { routers: routers.length, stations, unit, version });
  return { routers, hosts, faults };
}

function drawCommon(random: Random): Common {
  const family = random.chance(0.25) ? 6 : 4;
  const version = random.pick([2, 3] as const);
  const unit = version === 2 ? random.pick([1000, 2000]) : random.pick([10, 50, 100, 500, 1000]);
  const virtualRouters = random.chance(0.6) ? 1 : 2;
  const octets = Array.from({ length: random.integer(2, 5) }, (_, i) => i * 40 + 2);
  return {
    family,
    version,
    unit: milliseconds(unit),
    virtualRouters,
    isGrouped: virtualRouters === 2 && random.chance(0.5),
    isUnicast: random.chance(0.25),
    authentication: drawAuthentication(random, family, version),
    downTimerAdverts: random.pick([3, 3, 3, 2, 5]),
    addresses: ['100', '101', '102'].slice(0, random.integer(1, 3)),
    refresh: random.chance(0.5) ? ZERO : milliseconds(unit * 6),
    addressOfEach: octets.map((octet) => routerAddress(family, octet + random.integer(0, 39))),
  };
}

/** Version 2 only, and sealed over IPv4 only. */
function drawAuthentication(
  random: Random,
  family: IpFamily,
  version: 2 | 3,
): Authentication | undefined {
  if (version === 3 || random.chance(0.5)) return undefined;
  return { type: family === 4 && random.chance(0.5) ? 'AH' : 'PASS', password: 'secret' };
}

function drawRouter(random: Random, common: Common, index: number): RouterPlan {
  const { unit, virtualRouters, isGrouped } = common;
  const address = common.addressOfEach[index] as IpAddress;
  const shared = drawOwn(random, common, index);
  const instances = Array.from({ length: virtualRouters }, (_, i) => {
    const own = isGrouped || i === 0 ? shared : drawOwn(random, common, -1);
    const trackers =
      isGrouped && i > 0 ? own.trackers.filter(({ weight }) => weight !== 0) : own.trackers;
    return instanceSettings(common, { ...own, trackers }, { index: i, address });
  });
  return {
    address,
    rate: 1 + random.between(-CLOCK_ERROR_MOST, CLOCK_ERROR_MOST),
    offset: random.between(0, 1e6),
    startsAt: random.between(0, 2) * unit,
    instances,
    syncGroup: isGrouped
      ? { name: 'G', members: instances.map(({ name }) => name), notify: {}, smtpAlert: false }
      : undefined,
  };
}

/** @param index - of the router: only the first may own its addresses, as one may at most */
function drawOwn(random: Random, { unit, version, refresh }: Common, index: number): Own {
  const isOwner = index === 0 && random.chance(0.1);
  const lowerPriorityRepeat = random.pick([1, 5]);
  const weight = random.pick([0, -30, 20, -100]);
  return {
    priority: isOwner ? 255 : random.pick(PRIORITIES),
    initialState: isOwner ? 'MASTER' : 'BACKUP',
    preempt: isOwner || random.chance(0.75),
    preemptDelay: random.chance(0.15) ? times(unit, random.integer(1, 6)) : ZERO,
    advertisementInterval:
      version === 3 && random.chance(0.2) ? times(unit, random.integer(1, 3)) : unit,
    trackers: random.chance(0.4) ? [{ kind: 'script', name: 'check', weight, reverse: false }] : [],
    garp: {
      masterDelay: times(unit, random.pick([0, 5])),
      masterRepeat: random.pick([1, 5]),
      masterRefresh: refresh,
      masterRefreshRepeat: 1,
      lowerPriorityDelay: times(unit, random.pick([0, 5])),
      lowerPriorityRepeat,
    },
    lowerPriorityNoAdvert: random.chance(0.1),
    higherPrioritySendAdvert: random.chance(0.9),
  };
}

function instanceSettings(
  common: Common,
  own: Own,
  { index, address }: { readonly index: number; readonly address: IpAddress },
): VrrpInstanceSettings {
  const { family, version, authentication, isGrouped, isUnicast, addressOfEach } = common;
  const peers = addressOfEach
    .filter((each) => each !== address)
    .map((each) => ({ address: each, minTtl: 0, maxTtl: 255 }));
  const virtual = common.addresses.map((each) => virtualAddress(family, index, each));
  const excluded = virtual.length > 2 ? virtual.slice(2) : [];
  return {
    ...own,
    name: `V${index + 1}`,
    interface: 'eth0',
    accept: true,
    checksumAsVersion2: false,
    ownerIgnoresAdverts: false,
    routing: [],
    promoteSecondaries: false,
    virtualRouterId: 51 + index,
    family,
    version,
    downTimerAdverts: common.downTimerAdverts,
    addresses: virtual.slice(0, 2),
    excludedAddresses: excluded,
    skipCheckAdvertAddresses: false,
    trackPrimary: true,
    multicastGroup: ip(family === 4 ? '224.0.0.18' : 'ff02::12'),
    notify: {},
    notifyDeleted: false,
    notifyPriorityChanges: false,
    smtpAlert: false,
    ...(authentication === undefined ? {} : { authentication }),
    ...(isGrouped ? { syncGroup: 'G' } : {}),
    ...(isUnicast ? { unicast: { peers, ttl: 255, checkSource: true } } : {}),
  };
}

function routerAddress(family: IpFamily, octet: number): IpAddress {
  const tail =
    family === 4 ? [10, 77, 0, octet] : [0xfe, 0x80, ...Array.from({ length: 13 }, () => 0), octet];
  return ipFromBytes(Uint8Array.from(tail));
}

/** The link-local one first, as version 3 wants it. */
function virtualAddress(family: IpFamily, index: number, last: string): VirtualAddress {
  const prefix = family === 4 ? `10.77.${index + 1}.` : `fe80::${index + 1}:`;
  return {
    address: ip(`${prefix}${last}`),
    prefixLength: family === 4 ? 24 : 64,
    device: 'eth0',
    scope: 0,
  };
}

function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}
