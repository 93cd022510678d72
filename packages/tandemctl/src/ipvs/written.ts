/** How services and servers are written. */
import { ipFamily, type IpAddress } from '@tandem/inet';
import type { ServiceKey } from '@tandem/ipvs';
import type { Names } from './names.ts';

/** Writes `host:port`, in numbers or in names. */
export type WriteEndpoint = (address: IpAddress, port: number, protocol: string) => Promise<string>;

/** @returns what writes numbers */
export function numericWriter(): WriteEndpoint {
  return (address, port) => Promise.resolve(join(address, address, String(port)));
}

/** @returns what writes names where there are any */
export function namingWriter(names: Names): WriteEndpoint {
  return async (address, port, protocol) => {
    const host = (await names.hostName(address)) ?? address;
    return join(address, host, names.serviceName(port, protocol) ?? String(port));
  };
}

function join(address: IpAddress, host: string, port: string): string {
  return ipFamily(address) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

const PROTOCOL_WORDS: ReadonlyMap<number, string> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
  [132, 'sctp'],
]);

/** @returns `tcp`, `udp` or `sctp`; empty for a mark, whose ports have no names */
export function protocolWord(key: ServiceKey): string {
  return key.kind === 'fwmark' ? '' : (PROTOCOL_WORDS.get(key.protocol) ?? '');
}

/** @returns the mask as -M takes it, undefined where a client is one address */
export function formatNetmask(bits: number, family: 4 | 6): string | undefined {
  if (bits === (family === 4 ? 32 : 128)) return undefined;
  if (family === 6) return String(bits);
  return [0, 8, 16, 24].map((at) => 256 - 2 ** (8 - Math.min(8, Math.max(0, bits - at)))).join('.');
}
