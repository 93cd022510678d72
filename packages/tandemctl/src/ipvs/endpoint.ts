import { ipFamily, parseIp, type IpAddress } from '@tandem/inet';
import type { Names } from './names.ts';

/** An address, and a port where one is written. */
export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number | undefined;
}

/** How names are resolved. */
export interface EndpointContext {
  readonly names: Names;
  /** As services(5) has it. */
  readonly protocol: string;
}

/**
 * Reads `host[:port]` or `[IPv6]:port`; an IPv6 address without brackets has no port.
 * @param text - host and port may be names
 * @returns undefined when it is none
 */
export async function readEndpoint(
  text: string,
  { names, protocol }: EndpointContext,
): Promise<Endpoint | undefined> {
  const bare = parseIp(text);
  if (bare !== undefined && ipFamily(bare) === 6) return { address: bare, port: undefined };
  const match = /^(?:\[([^\]]*)\]|([^[\]:]+))(?::([^:]*))?$/.exec(text);
  if (match === null) return undefined;
  const [, bracketed, host = '', written] = match;
  const port = written === undefined ? undefined : portOf(written, { names, protocol });
  if (bracketed === undefined) {
    if (written !== undefined && port === undefined) return undefined;
    const address = parseIp(host) ?? (await names.hostAddress(host));
    return address === undefined ? undefined : { address, port };
  }
  const address = parseIp(bracketed);
  if (address === undefined || ipFamily(address) === 4 || port === undefined) return undefined;
  return { address, port };
}

function portOf(text: string, { names, protocol }: EndpointContext): number | undefined {
  if (!/^\s*\d+$/.test(text)) return names.servicePort(text, protocol);
  const port = Number(text);
  return port <= 0xffff ? port : undefined;
}
