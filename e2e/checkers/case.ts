// What a case is, and a file with many of them.
import { isIPv4, isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Place, Serve } from './servers.ts';

/** A real server: how it is checked, and what becomes of it. */
export interface Case {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Lines of the real_server block. */
  readonly checker: (place: Place) => string;
  readonly serve: Serve;
  /** Weight while the server is bad; undefined: it is out. */
  readonly bad: number | undefined;
  /** Weight while it is good; 10 unless given. */
  readonly good?: number;
  /** The two daemons differ here on purpose. */
  readonly differs?: true;
  /** keepalived stands still for it, so that one that checks it has nothing else to check. */
  readonly alone?: true;
}

/** A case that has no address yet. */
export type Unplaced = Omit<Case, 'address'>;

export const WEIGHT = 10;
export const OUT = undefined;
export const TIMING = 'delay_loop 1\n  warmup 0';
export const COMMON = `${TIMING}\n  retry 1\n  delay_before_retry 1\n  connect_timeout 4`;

export function check(type: string, port: number, more = ''): Pick<Case, 'port' | 'checker'> {
  return { port, checker: () => `${type} {\n  ${COMMON}\n  ${more}\n}` };
}

export function url(more = '', path = '/'): string {
  return `url {\n    path ${path}\n    ${more}\n  }`;
}

/**
 * @param more - beside its script, which does what a file says
 * @param timeout - in seconds; only a script that hangs meets it, however busy the machine is: the
 *   other bad ones would be out all the same, but that with a weight only shows it when it ends
 */
export function misc(more = '', timeout = 60): Pick<Case, 'port' | 'checker'> {
  return {
    port: 80,
    checker: ({ folder, name }) => {
      // The shell is named, because tandemd refuses scripts below /tmp, which anybody can write.
      const words = `/usr/bin/sh ${join(folder, 'script')} ${join(folder, name)}`;
      return `MISC_CHECK {\n  misc_path "${words}"\n  ${TIMING}\n  misc_timeout ${timeout}\n  ${more}\n}`;
    },
  };
}

/** @param more - beside the file */
export function follow(more = ''): Pick<Case, 'port' | 'checker'> {
  return { port: 80, checker: ({ name }) => `FILE_CHECK {\n  track_file ${name}\n  ${more}\n}` };
}

/** @returns each case with an address of its own */
export function placed(cases: readonly Unplaced[]): Case[] {
  return cases.map((each, i) => ({ ...each, address: `127.1.${i + 1}.1` }));
}

/** @returns the same over IPv6, with names that say so */
export function placedIn6(cases: readonly Unplaced[]): Case[] {
  return cases.map((each, i) => ({
    ...each,
    name: `six-${each.name}`,
    address: `fd77::${(i + 1).toString(16)}`,
  }));
}

/** @returns as it stands before a port */
export function bracketed(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}

/**
 * @param cases - one real server each
 * @param folder - for files
 * @param more - beside them, above all global_defs
 * @returns keepalived.conf
 */
export function configurationOf(cases: readonly Case[], folder: string, more: string): string {
  const service = (vip: string, isOfIt: (address: string) => boolean): string => {
    const servers = cases
      .filter(({ address }) => isOfIt(address))
      .map(({ name, address, port, checker }) => {
        const place = { address, folder, name };
        return `real_server ${address} ${port} {\nweight ${WEIGHT}\n${checker(place)}\n}`;
      });
    if (servers.length === 0) return '';
    return `virtual_server ${vip} 80 {
lvs_sched rr
lvs_method NAT
protocol TCP
${servers.join('\n')}
}
`;
  };
  const files = cases
    .filter(({ name }) => name.startsWith('file-'))
    .map(({ name }) => `track_file ${name} {\n  file ${join(folder, name)}\n}`);
  const services = [service('10.9.9.9', isIPv4), service('fd77:9::9', isIPv6)];
  return [more, ...files, ...services].join('\n');
}
