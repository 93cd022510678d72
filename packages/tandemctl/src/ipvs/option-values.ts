/** What the values of ipvsadm's options may be. */
import { isMulticast, parseIp, type IpAddress } from '@tandem/inet';
import type { Draft } from './draft.ts';
import { readEndpoint } from './endpoint.ts';
import type { Names } from './names.ts';
import { IpvsUsageError } from './usage-error.ts';

/** 31 days. */
const TIMEOUT_SECONDS_MAX = 2_678_400;

/** IPPROTO numbers. */
const PROTOCOLS = { tcp: 6, udp: 17, sctp: 132 } as const;

/**
 * Takes the address of a service.
 * @throws IpvsUsageError
 */
export async function readService(
  draft: Draft,
  value: string,
  context: { readonly names: Names; readonly protocol: keyof typeof PROTOCOLS },
): Promise<void> {
  const endpoint = await readEndpoint(value, context);
  if (endpoint === undefined) {
    throw new IpvsUsageError('illegal virtual server address[:port] specified');
  }
  const { address, port = 0 } = endpoint;
  draft.key = { kind: 'address', protocol: PROTOCOLS[context.protocol], address, port };
}

/** @returns as services(5) names the protocol of the service */
export function protocolName({ key }: Draft): string {
  const number = key?.kind === 'address' ? key.protocol : PROTOCOLS.tcp;
  return Object.entries(PROTOCOLS).find(([, each]) => each === number)?.[0] ?? 'tcp';
}

/** @throws IpvsUsageError when the value is no multicast address */
export function readGroup(value: string): IpAddress {
  const group = parseIp(value);
  if (group !== undefined && isMulticast(group)) return group;
  const family = value.includes(':') ? 'IPv6' : 'IPv4';
  throw new IpvsUsageError(`invalid ${family} mcast-group \`${value}'`);
}

/**
 * @param least - seconds
 * @throws IpvsUsageError
 */
export function timeoutSeconds(value: string, least: number): number {
  const wrong = `invalid timeout value \`${value}' specified`;
  return numberWithin(value, [least, TIMEOUT_SECONDS_MAX], wrong);
}

/**
 * @param limits - both included
 * @param wrong - message of the error
 * @throws IpvsUsageError
 */
export function numberWithin(
  value: string,
  limits: readonly [number, number],
  wrong: string,
): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= limits[0] && number <= limits[1]) return number;
  throw new IpvsUsageError(wrong);
}
