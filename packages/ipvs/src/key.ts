import { ipFamily } from '@tandem/inet';
import type { ServiceKey } from './table.ts';

/** IPPROTO numbers of the protocols that IPVS balances. */
const PROTOCOL_NAMES = new Map([
  [6, 'TCP'],
  [17, 'UDP'],
  [132, 'SCTP'],
]);

/** The keys of a large table are asked for whenever something in it changes. */
const TEXTS = new WeakMap<ServiceKey, string>();

/**
 * @param key - identity of a service; an object keeps its text
 * @returns text such as `TCP 10.0.0.1:80`, `UDP [fd00::1]:53` or `FWM 5 IPv6`; equal keys give equal text
 */
export function formatServiceKey(key: ServiceKey): string {
  const known = TEXTS.get(key);
  if (known !== undefined) return known;
  const text = format(key);
  TEXTS.set(key, text);
  return text;
}

function format(key: ServiceKey): string {
  if (key.kind === 'fwmark') return `FWM ${key.mark}${key.family === 6 ? ' IPv6' : ''}`;
  const protocol = PROTOCOL_NAMES.get(key.protocol) ?? String(key.protocol);
  const address = ipFamily(key.address) === 6 ? `[${key.address}]` : key.address;
  return `${protocol} ${address}:${key.port}`;
}
