/** The network of a run: who is on it and how they are configured. */
import { ipFromBytes, type IpAddress, type IpFamily } from '@tandem/inet';
import { Random } from '@tandem/random';
import { milliseconds, seconds, ZERO } from '@tandem/time';
import type { SyncGroupSettings, VrrpInstanceSettings } from '@tandem/vrrp';
import { drawFaults, type Fault } from './faults.ts';
import {
  drawCharacter,
  drawInstance,
  drawVirtualRouters,
  type VirtualRouter,
} from './virtual-routers.ts';

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
  /** Of the instances that are to be master together, if there are any. */
  readonly syncGroup: SyncGroupSettings | undefined;
}

/** All that a run depends on, but for the fate of each frame. */
export interface Scenario {
  readonly routers: readonly RouterPlan[];
  /** Neighbours that only listen. */
  readonly hosts: number;
  readonly faults: readonly Fault[];
}

const CLOCK_ERROR_MOST = 0.002;

/**
 * @param seed - of the run
 * @returns always the same for the same seed
 */
export function drawScenario(seed: number): Scenario {
  const random = new Random(seed);
  const family = random.chance(0.25) ? 6 : 4;
  const addresses = Array.from({ length: random.integer(2, 5) }, (_, i) =>
    routerAddress(family, i * 40 + 2 + random.integer(0, 39)),
  );
  const virtualRouters = drawVirtualRouters(random, family, addresses);
  const routers = addresses.map((address, i) =>
    drawRouter(random, virtualRouters, { address, mayOwn: i === 0 }),
  );
  const hosts = random.integer(1, 3);
  const unit = longestUnit(virtualRouters);
  const stations = routers.length + hosts;
  return {
    routers,
    hosts,
    faults: drawFaults(random, { routers: routers.length, stations, unit: milliseconds(unit) }),
  };
}

/** Instances of a large network. */
const INSTANCES = 10;

/**
 * @param seed - of the run
 * @param addresses - how many the two routers share in ten instances, at most 2500
 * @returns a network in which nothing goes wrong
 */
export function largeScenario(seed: number, addresses: number): Scenario {
  const random = new Random(seed);
  const addressOfEach = [5, 77].map((octet) => routerAddress(4, octet));
  const parts = Array.from({ length: Math.ceil(addresses / INSTANCES) }, (_, i) => `${i + 1}`);
  const virtualRouters = Array.from({ length: INSTANCES }, (_, index) => ({
    index,
    family: 4 as const,
    version: 2 as const,
    unit: seconds(1),
    isGrouped: false,
    traits: {},
    isUnicast: false,
    downTimerAdverts: 3,
    advertised: parts.slice(1),
    excluded: parts.slice(0, 1),
    refresh: ZERO,
    addressOfEach,
  }));
  const routers = addressOfEach.map((address) =>
    drawRouter(random, virtualRouters, { address, mayOwn: false }),
  );
  return { routers, hosts: 1, faults: [] };
}

/** @param mayOwn - only one router may have the addresses as its own */
function drawRouter(
  random: Random,
  virtualRouters: readonly VirtualRouter[],
  { address, mayOwn }: { readonly address: IpAddress; readonly mayOwn: boolean },
): RouterPlan {
  const unit = milliseconds(longestUnit(virtualRouters));
  const shared = drawCharacter(random, unit, mayOwn);
  const instances = virtualRouters.map((each) => {
    const isShared = each.isGrouped || each.index === 0;
    const character = isShared ? shared : drawCharacter(random, each.unit, false);
    return drawInstance(random, each, { character, address });
  });
  const members = instances.flatMap(({ name, syncGroup }) => (syncGroup === undefined ? [] : name));
  return {
    address,
    rate: 1 + random.between(-CLOCK_ERROR_MOST, CLOCK_ERROR_MOST),
    offset: random.between(0, 1e6),
    startsAt: random.between(0, 2) * unit,
    instances,
    syncGroup:
      members.length === 0 ? undefined : { name: 'G', members, notify: {}, smtpAlert: false },
  };
}

function longestUnit(virtualRouters: readonly VirtualRouter[]): number {
  return Math.max(...virtualRouters.map(({ unit }) => unit));
}

function routerAddress(family: IpFamily, octet: number): IpAddress {
  const tail =
    family === 4 ? [10, 77, 0, octet] : [0xfe, 0x80, ...Array.from({ length: 13 }, () => 0), octet];
  return ipFromBytes(Uint8Array.from(tail));
}
