/** From what health decided to what the kernel should hold. */
import {
  servingServers,
  type ForwardingMethod as ConfiguredMethod,
  type Protocol,
  type ServingServer,
  type VirtualServerKey,
  type VirtualServerState,
} from '@tandem/health';
import type { DesiredService, Destination, ForwardingMethod, ServiceKey } from '@tandem/ipvs';
import { inSeconds } from '@tandem/time';

/** IPPROTO numbers. */
const PROTOCOLS: Readonly<Record<Protocol, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

const METHODS: Readonly<Record<ConfiguredMethod, ForwardingMethod>> = {
  NAT: 'Masq',
  DR: 'Route',
  TUN: 'Tunnel',
};

/** IP_VS_SVC_F_PERSISTENT */
const PERSISTENT = 1;
/** IP_VS_SVC_F_ONEPACKET */
const ONE_PACKET = 4;

/**
 * @param key - of a configured virtual server
 * @returns the same in the kernel's numbers
 */
export function serviceKey(key: VirtualServerKey): ServiceKey {
  if (key.kind === 'fwmark') return key;
  const { kind, address, port, protocol } = key;
  return { kind, address, port, protocol: PROTOCOLS[protocol] };
}

/**
 * @param state - of a virtual server
 * @returns its service, with those real servers that take traffic or wait at weight 0
 */
export function desiredService(state: VirtualServerState): DesiredService {
  const { settings } = state;
  const { persistenceTimeout, persistenceEngine } = settings;
  const flags =
    settings.schedulerFlags |
    (persistenceTimeout === undefined ? 0 : PERSISTENT) |
    (settings.onePacket ? ONE_PACKET : 0);
  return {
    key: serviceKey(settings.key),
    scheduler: settings.scheduler,
    flags,
    timeoutSeconds: persistenceTimeout === undefined ? 0 : Math.ceil(inSeconds(persistenceTimeout)),
    netmaskBits: settings.persistenceGranularity,
    ...(persistenceEngine !== undefined && { persistenceEngine }),
    destinations: servingServers(state).map(destination),
  };
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
