import { ipFamily, type IpAddress } from '@tandem/inet';
import type { VirtualServerKey } from './settings.ts';

/**
 * @param key - what a virtual server listens on
 * @returns its name in logs and mails: `[10.77.0.200]:tcp:80`, `FWM 5`, `[web]:0`
 */
export function formatVirtualServer(key: VirtualServerKey): string {
  if (key.kind === 'fwmark') return `FWM ${key.mark}`;
  if (key.kind === 'group') return `[${key.name}]:${key.index}`;
  return `[${key.address}]:${protocolWord(key)}:${key.port}`;
}

/**
 * @param key - of the virtual server that it belongs to, whose protocol it shares
 * @param server - address and port of the real server
 * @returns its name in logs and mails: `[10.77.0.2]:tcp:80`
 */
export function formatRealServer(
  key: VirtualServerKey,
  server: { readonly address: IpAddress; readonly port: number },
): string {
  return `[${server.address}]:${protocolWord(key)}:${server.port}`;
}

/**
 * @param target - where an HTTP request goes
 * @returns what the Host header says when no virtualhost is configured
 */
export function formatHost(target: { readonly address: IpAddress; readonly port: number }): string {
  const { address, port } = target;
  return ipFamily(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

function protocolWord(key: VirtualServerKey): string {
  return key.kind === 'fwmark' ? 'none' : (key.protocol?.toLowerCase() ?? 'none');
}
