/** Reads the record of what is in the kernel: whatever its file holds, what comes out is sound. */
import { parseIp, parseMac } from '@tandem/inet';
import type { ServiceKey } from '@tandem/ipvs';
import type { StaticEntry, VirtualAddress } from '@tandem/vrrp';
import type { TimeoutsChange } from '../ipvs/timeouts.ts';
import type { IpvsRecord, KernelRecord, VrrpRecord } from '../kernel-record.ts';
import type { KernelChange } from '../vrrp/kernel-changes.ts';
import type { VirtualLink } from '../vrrp/virtual-link.ts';

/** Which kernel a record is about; `version` is that of its form. */
export type KernelIdentity = Readonly<Record<'boot' | 'namespace', string>> & {
  readonly version: number;
};

type Fields = Readonly<Record<string, unknown>>;

const INTERFACE_NAME = /^(?!\.{1,2}$)[^\s/]{1,15}$/;
/** Of a table of nftables. */
const TABLE_NAME = /^[A-Za-z0-9_./\\-]{1,255}$/;
/** Nothing else is ever written by what is read here. */
const CHANGED_PATH = /^ipv[46]\/(?:conf\/(?!\.{1,2}\/)[^/]+\/)?[a-z0-9_]+$/;
const TIMEOUTS = ['tcpSeconds', 'tcpFinSeconds', 'udpSeconds'] as const;
const SIGNED_MAX = 0x7fff_ffff;
const ROUTING_NUMBERS = {
  route: ['family', 'table', 'protocol', 'scope', 'type', 'tos', 'flags'],
  rule: ['family', 'priority', 'action', 'table', 'flags', 'protocol', 'tos'],
} as const;

/**
 * @param text - of the file
 * @param kernel - this one
 * @returns what is sound of it, with nothing for another kernel; undefined: no record of this form
 */
export function decodeRecord(text: string, kernel: KernelIdentity): KernelRecord | undefined {
  const { version, boot, namespace, vrrp, ipvs } = fieldsIn(text);
  if (version !== kernel.version || !isFields(vrrp) || !isFields(ipvs)) return undefined;
  const isThis = boot === kernel.boot && namespace === kernel.namespace;
  return { vrrp: vrrpRecord(isThis ? vrrp : {}), ipvs: ipvsRecord(isThis ? ipvs : {}) };
}

function fieldsIn(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

function vrrpRecord(fields: Fields): VrrpRecord {
  return {
    addresses: soundOnes(fields['addresses'], isAddress),
    entries: soundOnes(fields['entries'], isEntry),
    links: soundOnes(fields['links'], isLink),
    kernelChanges: soundOnes(fields['kernelChanges'], isChange),
    tables: soundOnes(fields['tables'], isTable),
  };
}

function ipvsRecord({ services, daemons, timeouts, namespace }: Fields): IpvsRecord {
  return {
    services: soundOnes(services, isService),
    daemons: daemons === true,
    ...(isNamespace(namespace) && { namespace }),
    ...(isTimeoutsChange(timeouts) && { timeouts }),
  };
}

function soundOnes<T>(value: unknown, isSound: (each: unknown) => each is T): T[] {
  return Array.isArray(value) ? value.filter(isSound) : [];
}

function isAddress(value: unknown): value is VirtualAddress {
  if (!isFields(value)) return false;
  const { address, prefixLength, device, scope, peer, broadcast, label } = value;
  return (
    isIp(address) &&
    isWithin(prefixLength, 0, address.includes(':') ? 128 : 32) &&
    isInterface(device) &&
    isWithin(scope, 0, 255) &&
    [peer, broadcast].every((each) => each === undefined || isIp(each)) &&
    [label].every((each) => each === undefined || typeof each === 'string')
  );
}

/** The rest of a route or rule is judged by the kernel. */
function isEntry(value: unknown): value is StaticEntry {
  if (!isFields(value) || typeof value['text'] !== 'string') return false;
  const { kind } = value;
  if (kind === 'address') return isAddress(value);
  if (kind !== 'route' && kind !== 'rule') return false;
  const isNumbered = ROUTING_NUMBERS[kind].every((name) => isWithin(value[name], 0, 0xffff_ffff));
  const prefixes = kind === 'route' ? [value['destination']] : [value['from'], value['to']];
  const isOptional = kind === 'rule';
  return (
    isNumbered && prefixes.every((each) => (isOptional && each === undefined) || isPrefix(each))
  );
}

function isPrefix(value: unknown): boolean {
  return isFields(value) && isIp(value['address']) && isWithin(value['length'], 0, 128);
}

function isLink(value: unknown): value is VirtualLink {
  if (!isFields(value)) return false;
  const { name, hardwareAddress } = value;
  // That of an ipvlan is not its own.
  if (hardwareAddress === undefined) return isInterface(name);
  return isInterface(name) && typeof hardwareAddress === 'string' && isMac(hardwareAddress);
}

function isChange(value: unknown): value is KernelChange {
  if (!isFields(value)) return false;
  const { path, before, ours } = value;
  return typeof path === 'string' && CHANGED_PATH.test(path) && isSigned(before) && isSigned(ours);
}

function isTable(value: unknown): value is string {
  return typeof value === 'string' && TABLE_NAME.test(value);
}

function isService(value: unknown): value is ServiceKey {
  if (!isFields(value)) return false;
  const { kind, protocol, address, port, mark, family } = value;
  if (kind === 'fwmark') return isWithin(mark, 1, 0xffff_ffff) && (family === 4 || family === 6);
  return (
    kind === 'address' && isWithin(protocol, 0, 255) && isIp(address) && isWithin(port, 0, 0xffff)
  );
}

function isTimeoutsChange(value: unknown): value is TimeoutsChange {
  if (!isFields(value)) return false;
  return [value['before'], value['ours']].every(
    (each) => isFields(each) && TIMEOUTS.every((name) => isWithin(each[name], 0, SIGNED_MAX)),
  );
}

function isNamespace(value: unknown): value is string {
  return typeof value === 'string' && /^[^./][^/]{0,254}$/.test(value);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIp(value: unknown): value is string {
  return typeof value === 'string' && parseIp(value) === value;
}

function isMac(text: string): boolean {
  return parseMac(text) !== undefined;
}

function isInterface(value: unknown): boolean {
  return typeof value === 'string' && INTERFACE_NAME.test(value);
}

function isSigned(value: unknown): boolean {
  return isWithin(value, -SIGNED_MAX - 1, SIGNED_MAX);
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
