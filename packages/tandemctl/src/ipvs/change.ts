/** From what a command line says to what the kernel is asked for. */
import { ipBytes, ipFamily, parseIp, type IpFamily } from '@tandem/inet';
import type { Destination, Service, ServiceKey, Tunnel } from '@tandem/ipvs';
import type { Draft } from './draft.ts';
import type { OptionName } from './option-table.ts';
import { flagBits } from './scheduler-flags.ts';
import { IpvsUsageError } from './usage-error.ts';

const UDP = 17;
/** IP_VS_SVC_F_PERSISTENT, IP_VS_SVC_F_ONEPACKET */
const PERSISTENT = 1;
const ONE_PACKET = 4;

/** @returns the service that a command with a service address is about */
export function keyOf({ key }: Draft): ServiceKey {
  if (key === undefined) throw new RangeError('the command has no service');
  return key;
}

/** @throws IpvsUsageError when its parts do not fit together */
export function serviceOf(draft: Draft): Service {
  const key = keyOf(draft);
  const isPersistent = draft.persistenceSeconds !== undefined;
  if (key.kind === 'address' && key.port === 0 && !isPersistent) {
    throw new IpvsUsageError('Zero port specified for non-persistent service');
  }
  if (draft.onePacket && key.kind === 'address' && key.protocol !== UDP) {
    throw new IpvsUsageError('One-Packet Scheduling is only for UDP virtual services');
  }
  return {
    key,
    scheduler: draft.scheduler,
    flags:
      flagBits(draft.schedulerFlags, draft.scheduler) |
      (isPersistent ? PERSISTENT : 0) |
      (draft.onePacket ? ONE_PACKET : 0),
    timeoutSeconds: draft.persistenceSeconds ?? 0,
    netmaskBits: netmaskBits(draft.netmask, familyOf(key)),
    ...(draft.persistenceEngine !== undefined && { persistenceEngine: draft.persistenceEngine }),
  };
}

/**
 * @param given - options of the command line
 * @throws IpvsUsageError when its parts do not fit together
 */
export function destinationOf(draft: Draft, given: ReadonlySet<OptionName>): Destination {
  const key = keyOf(draft);
  const { address, port } = serverOf(draft);
  if (ipFamily(address) !== familyOf(key) && draft.forwarding !== 'Tunnel') {
    throw new IpvsUsageError('Different address family is allowed only for tunneling servers');
  }
  const tunnel = tunnelOf(draft, given);
  // A packet that is only passed on keeps its port.
  const keepsPort = key.kind === 'address' && draft.forwarding !== 'Masq';
  return {
    address,
    port: keepsPort ? key.port : port,
    forwarding: draft.forwarding,
    ...(tunnel !== undefined && { tunnel }),
    weight: draft.weight,
    upperThreshold: draft.upperThreshold,
    lowerThreshold: draft.lowerThreshold,
  };
}

/** @returns the real server that is named; without a port it has the service's */
export function serverOf(draft: Draft): Pick<Destination, 'address' | 'port'> {
  const key = keyOf(draft);
  if (draft.server === undefined) throw new RangeError('the command has no real server');
  const { address, port } = draft.server;
  return { address, port: port ?? (key.kind === 'address' ? key.port : 0) };
}

/** @returns family of the traffic that a service takes */
export function familyOf(key: ServiceKey): IpFamily {
  return key.kind === 'fwmark' ? key.family : ipFamily(key.address);
}

function netmaskBits(netmask: string | undefined, family: IpFamily): number {
  if (family === 6) {
    const bits = netmask === undefined ? 128 : Number(/^\d{1,3}$/.exec(netmask)?.[0]);
    if (bits >= 1 && bits <= 128) return bits;
    throw new IpvsUsageError('illegal ipv6 netmask specified');
  }
  if (netmask === undefined) return 32;
  const mask = parseIp(netmask);
  const digits = mask === undefined || ipFamily(mask) === 6 ? '' : binary(ipBytes(mask));
  const match = /^(1*)0*$/.exec(digits);
  if (match !== null && digits !== '') return match[1]?.length ?? 0;
  throw new IpvsUsageError('illegal virtual server persistent mask specified');
}

function binary(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
}

const CHECKSUMS = [
  { option: 'tun-nocsum', checksum: 'none' },
  { option: 'tun-csum', checksum: 'full' },
  { option: 'tun-remcsum', checksum: 'remote' },
] as const;

/** What may stand with a type of tunnel; gue cannot be without a port. */
const TUNNEL_OPTIONS: Readonly<Record<Draft['tunnelType'], readonly OptionName[]>> = {
  ipip: [],
  gue: ['tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum'],
  gre: ['tun-nocsum', 'tun-csum'],
};

const ALL_TUNNEL_OPTIONS: readonly OptionName[] = [
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
];

function tunnelOf(draft: Draft, given: ReadonlySet<OptionName>): Tunnel | undefined {
  const { tunnelType: type, tunnelPort: port } = draft;
  const options = ALL_TUNNEL_OPTIONS.filter((name) => given.has(name));
  if (draft.forwarding !== 'Tunnel') {
    if (options.length === 0) return undefined;
    throw new IpvsUsageError('Tunnel options conflict with forward method');
  }
  const where = `the '${type}' tunnel type`;
  if (type === 'gue' && !given.has('tun-port')) {
    throw new IpvsUsageError(`You need to supply the 'tun-port' option for ${where}`);
  }
  const [chosen, second] = CHECKSUMS.filter(({ option }) => given.has(option));
  if (type !== 'ipip' && chosen !== undefined && second !== undefined) {
    throw new IpvsUsageError(
      `The option '${second.option}' conflicts with the '${chosen.option}' option in ${where}`,
    );
  }
  const illegal = options.find(
    (name) => name !== 'tun-type' && !TUNNEL_OPTIONS[type].includes(name),
  );
  if (illegal !== undefined) {
    throw new IpvsUsageError(`Illegal '${illegal}' option with ${where}`);
  }
  return type === 'ipip' ? undefined : { type, port, checksum: chosen?.checksum ?? 'none' };
}
