/** The scenario in either family: its addresses end alike. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../lib/lan.ts';
import { repositoryRoot } from '../lib/program.ts';

/** Of the address that moves, and of those behind it. */
export type Family = 4 | 6;

const BEGINNING = { 4: '10.30.6.', 6: 'fd00:6::' } as const;
const PREFIX_LENGTH = { 4: 24, 6: 64 } as const;

/** The address that ends in the number, such as 110 for the one that moves. */
export function addressIn(family: Family, number: number): string {
  return `${BEGINNING[family]}${number}`;
}

/** The same with its prefix length, as it is on an interface. */
export function prefixIn(family: Family, number: number): string {
  return `${addressIn(family, number)}/${PREFIX_LENGTH[family]}`;
}

/** Every machine of the scenario has an address of IPv4 from the start. */
export async function giveAddress(host: Host, family: Family): Promise<void> {
  if (family === 4) return;
  const number = Number(host.address.split('.').at(-1));
  await host.exec(['ip', 'addr', 'add', prefixIn(6, number), 'nodad', 'dev', 'eth0']);
}

/** The text of one of the scenario's configurations; VRRP version 3 has no passwords. */
export function configurationIn(family: Family, folder: string, file: string): string {
  const text = readFileSync(join(repositoryRoot(), 'configs', folder, file), 'utf8');
  if (family === 4) return text;
  return text
    .replace(/ *authentication \{[^}]*\}\n/, '')
    .replaceAll(BEGINNING[4], BEGINNING[6])
    .replaceAll(`/${PREFIX_LENGTH[4]}`, `/${PREFIX_LENGTH[6]}`);
}
