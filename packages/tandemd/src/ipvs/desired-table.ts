/** From what health decided to what the kernel should hold. */
import {
  servingServers,
  type ForwardingMethod as ConfiguredMethod,
  type Protocol,
  type RealServerSettings,
  type RealServerState,
  type ServingServer,
  type VirtualServerSettings,
  type VirtualServerState,
} from '@tandem/health';
import { addressesOf, ipFamily } from '@tandem/inet';
import type { DesiredService, Destination, ForwardingMethod, ServiceKey } from '@tandem/ipvs';
import { inSeconds } from '@tandem/time';

/** IPPROTO numbers. */
export const PROTOCOLS: Readonly<Record<Protocol, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

const METHODS: Readonly<Record<ConfiguredMethod, ForwardingMethod>> = {
  NAT: 'Masq',
  DR: 'Route',
  TUN: 'Tunnel',
};

/** IP_VS_SVC_F_PERSISTENT */
const PERSISTENT = 1;
/** IP_VS_SVC_F_ONEPACKET */
const ONE_PACKET = 4;

/** What listens. */
type Listener = Pick<VirtualServerSettings, 'key' | 'members'>;

/** Whoever compares many keys sees by their identity that most are the same. */
const KEYS = new WeakMap<Listener, readonly ServiceKey[]>();

/**
 * @param server - a configured virtual server; an object always has the same keys
 * @returns what it listens on, in the kernel's numbers: several for a group
 */
export function serviceKeys(server: Listener): readonly ServiceKey[] {
  const known = KEYS.get(server);
  if (known !== undefined) return known;
  const keys = keysOf(server);
  KEYS.set(server, keys);
  return keys;
}

function keysOf({ key, members = [] }: Listener): readonly ServiceKey[] {
  if (key.kind === 'fwmark') return [key];
  if (key.kind === 'address') {
    const { kind, address, port, protocol } = key;
    return [{ kind, address, port, protocol: PROTOCOLS[protocol] }];
  }
  const protocol = PROTOCOLS[key.protocol ?? 'UDP'];
  return members.flatMap((each): readonly ServiceKey[] =>
    each.kind === 'fwmark'
      ? [each]
      : addressesOf(each).map((address) => ({
          kind: 'address',
          address,
          port: each.port,
          protocol,
        })),
  );
}

/** What a virtual server is to the kernel's table. */
export interface WantedPart {
  readonly services: readonly DesiredService[];
  readonly isOfGroup: boolean;
  /** Whether it has servers that go when the kernel has no connections to them any more. */
  readonly isLeaving: boolean;
}

/** @param state - of a virtual server */
export function wantedPart(state: VirtualServerState): WantedPart {
  return {
    services: desiredServices(state),
    isOfGroup: state.settings.key.kind === 'group',
    isLeaving: state.realServers.some(isLeaving),
  };
}

/** @returns whether it goes when the kernel has no connections to it any more */
export function isLeaving({ drain }: RealServerState): boolean {
  return drain?.isDone === false;
}

/**
 * @param state - of a virtual server
 * @returns its services, each with those servers that take traffic or wait at weight 0
 */
export function desiredServices(state: VirtualServerState): readonly DesiredService[] {
  const { settings } = state;
  const { persistenceTimeout, persistenceEngine, persistenceGranularity } = settings;
  const flags =
    settings.schedulerFlags |
    (persistenceTimeout === undefined ? 0 : PERSISTENT) |
    (settings.onePacket ? ONE_PACKET : 0);
  const timeoutSeconds =
    persistenceTimeout === undefined ? 0 : Math.ceil(inSeconds(persistenceTimeout));
  const destinations = servingServers(state).map(destination);
  return serviceKeys(settings).map((key) => ({
    key,
    scheduler: settings.scheduler,
    flags,
    timeoutSeconds,
    netmaskBits: Math.min(persistenceGranularity, isIpv4(key) ? 32 : 128),
    ...(persistenceEngine !== undefined && { persistenceEngine }),
    destinations: settings.key.kind === 'group' ? atPort(destinations, key) : destinations,
  }));
}

function atPort(destinations: readonly Destination[], key: ServiceKey): readonly Destination[] {
  const port = portOfGroup(key);
  return destinations.map((each) => (each.forwarding === 'Masq' ? each : { ...each, port }));
}

/**
 * @param settings - of a virtual server
 * @param key - of one of its services
 * @param server - one of its real servers
 * @returns the port that the real server has in the service
 */
export function portInTable(
  settings: Pick<VirtualServerSettings, 'key'>,
  key: ServiceKey,
  { port, forwarding }: Pick<RealServerSettings, 'port' | 'forwarding'>,
): number {
  return settings.key.kind === 'group' && forwarding !== 'NAT' ? portOfGroup(key) : port;
}

/** A forwarded packet keeps its port, whichever of a group's it came to. */
function portOfGroup(key: ServiceKey): number {
  return key.kind === 'address' ? key.port : 0;
}

function isIpv4(key: ServiceKey): boolean {
  return (key.kind === 'fwmark' ? key.family : ipFamily(key.address)) === 4;
}

function destination({ settings, weight }: ServingServer): Destination {
  const { address, port, forwarding, tunnel } = settings;
  const isReal = 'upperThreshold' in settings;
  return {
    address,
    port,
    forwarding: METHODS[forwarding],
    ...(tunnel !== undefined && { tunnel }),
    weight,
    upperThreshold: isReal ? settings.upperThreshold : 0,
    lowerThreshold: isReal ? settings.lowerThreshold : 0,
  };
}
