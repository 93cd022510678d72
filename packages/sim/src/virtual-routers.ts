/** The virtual routers of a run, and how each router is configured for them. */
import { macFromBytes, parseIp, type IpAddress, type IpFamily } from '@tandem/inet';
import type { Random } from '@tandem/random';
import { milliseconds, seconds, times, ZERO, type Duration } from '@tandem/time';
import type { Authentication, VirtualAddress, VrrpInstanceSettings } from '@tandem/vrrp';
import { PRIORITIES } from './faults.ts';

/** What all routers have in common for one virtual router. */
export interface VirtualRouter {
  /** From 0. */
  readonly index: number;
  readonly family: IpFamily;
  readonly version: 2 | 3;
  /** The advertisement interval of most of them. */
  readonly unit: Duration;
  /** Master together with the others that are. */
  readonly isGrouped: boolean;
  /** How adverts are sent and proven, and which interfaces there are. */
  readonly traits: Pick<
    VrrpInstanceSettings,
    'authentication' | 'hmac' | 'virtualInterface' | 'addressInterfaces'
  >;
  readonly isUnicast: boolean;
  readonly downTimerAdverts: number;
  /** Last parts of its addresses in adverts. */
  readonly advertised: readonly string[];
  /** Those of the others. */
  readonly excluded: readonly string[];
  /** Gratuitous ARPs of a master that has nothing to tell; 0: none. */
  readonly refresh: Duration;
  /** Of the routers. */
  readonly addressOfEach: readonly IpAddress[];
}

/** What instances of a group have in common. */
export type Character = Pick<
  VrrpInstanceSettings,
  'priority' | 'initialState' | 'preempt' | 'preemptDelay' | 'trackers' | 'onDrift'
>;

const PARENT = 'eth0';

/** @returns one to four, some of which may be a group */
export function drawVirtualRouters(
  random: Random,
  family: IpFamily,
  addressOfEach: readonly IpAddress[],
): VirtualRouter[] {
  const count = random.pick([1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4]);
  const grouped = count > 1 && random.chance(0.6) ? random.integer(2, count) : 0;
  const version = random.pick([2, 3] as const);
  const isMixed = count > 1 && random.chance(0.3);
  const unit = drawUnit(random, version, isMixed);
  const addresses = random.integer(1, 3);
  const common = {
    family,
    addressOfEach,
    isUnicast: random.chance(0.25),
    downTimerAdverts: random.pick([3, 3, 3, 2, 5]),
    advertised: ['100', '101'].slice(0, addresses),
    excluded: addresses === 3 ? ['102'] : [],
    isRefreshed: random.chance(0.5),
  };
  return Array.from({ length: count }, (_, index) => {
    const own = isMixed ? random.pick([2, 3] as const) : version;
    const ownUnit = isMixed ? drawUnit(random, own, true) : unit;
    const { isRefreshed, ...rest } = common;
    return {
      ...rest,
      index,
      version: own,
      unit: ownUnit,
      isGrouped: index < grouped,
      refresh: isRefreshed ? times(ownUnit, 6) : ZERO,
      traits: { ...drawProof(random, family, own), ...drawInterfaces(random, family, index) },
    };
  });
}

/** Side by side they must not differ too much, or the runs of the slow ones last too long. */
function drawUnit(random: Random, version: 2 | 3, isMixed: boolean): Duration {
  if (version === 2) return milliseconds(random.pick([1000, 2000]));
  return milliseconds(random.pick(isMixed ? [500, 1000] : [10, 50, 100, 500, 1000]));
}

/** Passwords are for version 2 alone, and seals for IPv4; signatures are for all. */
function drawProof(
  random: Random,
  family: IpFamily,
  version: 2 | 3,
): Pick<VrrpInstanceSettings, 'authentication' | 'hmac'> {
  if (random.chance(0.08)) {
    const keys = [{ id: 7, octets: '5a'.repeat(32) }];
    const antiReplay = random.pick(['time', 'monotonic'] as const);
    // Longer than any delay.
    const timeWindow = seconds(60);
    return { hmac: { keys, activeKey: 7, antiReplay, timeWindow, mode: 'enforce' } };
  }
  if (version === 3 || random.chance(0.5)) return {};
  const type: Authentication['type'] = family === 4 && random.chance(0.5) ? 'AH' : 'PASS';
  return { authentication: { type, password: 'secret' } };
}

/** An interface for all that it says and has, or for its addresses alone. */
function drawInterfaces(
  random: Random,
  family: IpFamily,
  index: number,
): Pick<VrrpInstanceSettings, 'virtualInterface' | 'addressInterfaces'> {
  const kind = random.pick(['none', 'none', 'none', 'none', 'all', 'below', 'addresses'] as const);
  if (kind === 'none') return {};
  const virtualRouterId = idOf(index);
  const name = `vrrp.${virtualRouterId}`;
  const octets = [0, 0, 0x5e, 0, family === 4 ? 1 : 2, virtualRouterId];
  const hardwareAddress = macFromBytes(Uint8Array.from(octets));
  if (kind === 'addresses')
    return { addressInterfaces: [{ name, hardwareAddress, parent: PARENT, family }] };
  return { virtualInterface: { name, hardwareAddress, advertsBelow: kind === 'below' } };
}

/**
 * @param unit - the longest interval of its instances
 * @param mayOwn - whether it may have the addresses as its own
 */
export function drawCharacter(random: Random, unit: Duration, mayOwn: boolean): Character {
  const isOwner = mayOwn && random.chance(0.1);
  const weight = random.pick([0, -30, 20, -100]);
  return {
    priority: isOwner ? 255 : random.pick(PRIORITIES),
    initialState: isOwner ? 'MASTER' : 'BACKUP',
    preempt: isOwner || random.chance(0.75),
    preemptDelay: random.chance(0.15) ? times(unit, random.integer(1, 6)) : ZERO,
    trackers: random.chance(0.4) ? [{ kind: 'script', name: 'check', weight, reverse: false }] : [],
    onDrift: random.pick(['restore', 'yield']),
  };
}

/** @returns the settings of one router for it */
export function drawInstance(
  random: Random,
  virtualRouter: VirtualRouter,
  { character, address }: { readonly character: Character; readonly address: IpAddress },
): VrrpInstanceSettings {
  const { index, family, version, unit, refresh, traits, isGrouped } = virtualRouter;
  const { isUnicast, addressOfEach, downTimerAdverts } = virtualRouter;
  const device = (traits.virtualInterface ?? traits.addressInterfaces?.[0])?.name ?? PARENT;
  const addressesOf = (parts: readonly string[]): VirtualAddress[] =>
    parts.map((each) => virtualAddress(virtualRouter, each, device));
  const peers = addressOfEach
    .filter((each) => each !== address)
    .map((each) => ({ address: each, minTtl: 0, maxTtl: 255 }));
  // One fault of its own is enough for a group.
  const isFollower = isGrouped && index > 0;
  const trackers = character.trackers.filter(({ weight }) => !isFollower || weight !== 0);
  return {
    ...character,
    ...traits,
    trackers,
    name: `V${index + 1}`,
    interface: PARENT,
    accept: true,
    checksumAsVersion2: false,
    ownerIgnoresAdverts: false,
    routing: [],
    promoteSecondaries: false,
    virtualRouterId: idOf(index),
    family,
    version,
    advertisementInterval:
      version === 3 && random.chance(0.2) ? times(unit, random.integer(1, 3)) : unit,
    downTimerAdverts,
    addresses: addressesOf(virtualRouter.advertised),
    excludedAddresses: addressesOf(virtualRouter.excluded),
    garp: drawGarp(random, unit, refresh),
    skipCheckAdvertAddresses: false,
    lowerPriorityNoAdvert: random.chance(0.1),
    higherPrioritySendAdvert: random.chance(0.9),
    trackPrimary: true,
    multicastGroup: ip(family === 4 ? '224.0.0.18' : 'ff02::12'),
    notify: {},
    notifyDeleted: false,
    notifyPriorityChanges: false,
    smtpAlert: false,
    ...(isGrouped ? { syncGroup: 'G' } : {}),
    ...(isUnicast ? { unicast: { peers, ttl: 255, checkSource: true } } : {}),
  };
}

function drawGarp(
  random: Random,
  unit: Duration,
  masterRefresh: Duration,
): VrrpInstanceSettings['garp'] {
  return {
    masterDelay: times(unit, random.pick([0, 5])),
    masterRepeat: random.pick([1, 5]),
    masterRefresh,
    masterRefreshRepeat: 1,
    lowerPriorityDelay: times(unit, random.pick([0, 5])),
    lowerPriorityRepeat: random.pick([1, 5]),
    ...(random.chance(0.3) ? { extra: { period: seconds(1), all: false } } : {}),
  };
}

function idOf(index: number): number {
  return 51 + index;
}

/** The link-local one first, as version 3 wants it. */
function virtualAddress(
  { family, index }: VirtualRouter,
  last: string,
  device: string,
): VirtualAddress {
  const prefix = family === 4 ? `10.77.${index + 1}.` : `fe80::${index + 1}:`;
  return {
    address: ip(`${prefix}${last}`),
    prefixLength: family === 4 ? 24 : 64,
    device,
    scope: 0,
  };
}

function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}
