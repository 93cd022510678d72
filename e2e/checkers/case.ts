// What a case is, and a file with many of them.
import { join } from 'node:path';
import type { Place, Serve } from './servers.ts';

/** A real server: how it is checked, and what becomes of it. */
export interface Case {
  readonly name: string;
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
}

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

/** @returns the address of a case */
export function addressOf(index: number): string {
  return `127.1.${index + 1}.1`;
}

/**
 * @param cases - one real server each
 * @param folder - for files
 * @param more - beside them, above all global_defs
 * @returns keepalived.conf
 */
export function configurationOf(cases: readonly Case[], folder: string, more: string): string {
  const servers = cases.map(({ name, port, checker }, i) => {
    const place = { address: addressOf(i), folder, name };
    return `real_server ${place.address} ${port} {\nweight ${WEIGHT}\n${checker(place)}\n}`;
  });
  const files = cases
    .filter(({ name }) => name.startsWith('file-'))
    .map(({ name }) => `track_file ${name} {\n  file ${join(folder, name)}\n}`);
  return `${more}
${files.join('\n')}
virtual_server 10.9.9.9 80 {
lvs_sched rr
lvs_method NAT
protocol TCP
${servers.join('\n')}
}
`;
}
