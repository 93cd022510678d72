/** The words that both dumps, text and JSON, have for the same things. */
import type { ScriptSettings, VirtualAddress, VrrpStateName } from '@tandem/vrrp';
import { ipFamily } from '@tandem/inet';

const SCOPES: Readonly<Record<number, string>> = {
  0: 'global',
  200: 'site',
  253: 'link',
  254: 'host',
  255: 'nowhere',
};

/** Numbers of the states in JSON, SNMP and DBus. */
export const STATE_NUMBERS: Readonly<Record<VrrpStateName, number>> = {
  INIT: 0,
  BACKUP: 1,
  MASTER: 2,
  FAULT: 3,
};

/** What stands in a dump for a password: dumps are read by monitoring and sent with reports. */
export const HIDDEN_PASSWORD = '********';

/**
 * @param isSet - whether the address is on its interface
 * @returns the address as keepalived dumps it: `10.0.0.1/24 dev eth0 scope global set`
 */
export function addressWords(address: VirtualAddress, isSet: boolean): string {
  const full = ipFamily(address.address) === 4 ? 32 : 128;
  const words = [
    address.prefixLength === full ? address.address : `${address.address}/${address.prefixLength}`,
    ...(address.broadcast === undefined ? [] : ['brd', address.broadcast]),
    'dev',
    address.device,
    'scope',
    SCOPES[address.scope] ?? String(address.scope),
    ...(address.label === undefined ? [] : ['label', address.label]),
    ...(isSet ? ['set'] : []),
  ];
  return words.join(' ');
}

/**
 * @returns program and arguments, each in single quotes
 */
export function scriptWords(script: ScriptSettings): string {
  return script.argv.map((word) => `'${word}'`).join(' ');
}
