/**
 * The kernel's table as /proc/net/ip_vs shows it: much cheaper to read than by asking for each
 * service, and less: it says nothing of thresholds, tunnels, flags of schedulers and engines.
 * Good for finding out what has changed since it was looked at closely.
 * @see ipvsadm(8), /proc/net/ip_vs
 */
import { ipBytes, ipFamily, type IpAddress } from '@tandem/inet';
import type { DesiredService, Destination, ServiceKey } from './table.ts';

/**
 * Told of each service by its name there, and how it looks; counters are no part of that. Marks of
 * both families have a name in common, and are told of one after the other.
 */
export type SeeService = (name: string, look: string) => void;

/** Names of protocols there, by number. */
const PROTOCOLS: Readonly<Record<number, string>> = { 6: 'TCP', 17: 'UDP', 132: 'SCTP' };

/** Begin as a service does: what the table is, and what its columns are. */
const HEADINGS = 2;

/** A service's line and those of its destinations. */
const BETWEEN_SERVICES = /\n(?=\S)/;
/** Of a destination; what follows are counters. */
const DESTINATION = /^( {2}-> \S+ +\S+ +-?\d+).*/gm;

/** The names in a large table are asked for at each look. */
const NAMES = new WeakMap<ServiceKey, string>();

/**
 * @param key - of a service
 * @returns its name in an outline, which marks of both families have in common
 */
export function outlineName(key: ServiceKey): string {
  const known = NAMES.get(key);
  if (known !== undefined) return known;
  const name =
    key.kind === 'fwmark'
      ? `FWM ${hex(key.mark, 8)}`
      : `${PROTOCOLS[key.protocol] ?? key.protocol} ${endpoint(key.address, key.port)}`;
  NAMES.set(key, name);
  return name;
}

/**
 * @param service - as wanted
 * @returns how it looks if all is as wanted, in the words of `wordsOf`; undefined where that cannot
 *   be told, or where it may look so and be otherwise
 */
export function outlineOf(service: DesiredService): string | undefined {
  const { key, flags, destinations } = service;
  if (key.kind === 'fwmark' || flags !== 0 || !destinations.every(isPlain)) return undefined;
  return text(
    service.scheduler,
    destinations.map(
      (each) => `${endpoint(each.address, each.port)} ${each.forwarding} ${each.weight}`,
    ),
  );
}

/**
 * @param look - of one service, or several
 * @returns the same for looks that differ in the order of destinations or in blanks alone
 */
export function wordsOf(look: string): string {
  return look
    .split(BETWEEN_SERVICES)
    .map((each) => {
      const [settings = '', ...destinations] = each.replace(/ +/g, ' ').split(/ ?\n -> /);
      return text(settings.trimEnd(), destinations);
    })
    .join('');
}

/** @returns how many services a look is of: two where both families have a mark */
export function servicesIn(look: string): number {
  return look.split(BETWEEN_SERVICES).length;
}

/** Reads /proc/net/ip_vs piece by piece. Keeps nothing: there may be many thousands of services. */
export class OutlineReader {
  readonly #see: SeeService;
  #rest = '';
  #headings = 0;

  constructor(see: SeeService) {
    this.#see = see;
  }

  /** @param piece - what comes next, cut anywhere */
  add(piece: string): void {
    const read = this.#rest + piece;
    // The last one may go on.
    const end = lastService(read);
    this.#rest = read.slice(end);
    this.#services(read.slice(0, end));
  }

  /** The file is at its end. */
  end(): void {
    this.#services(this.#rest);
    this.#rest = '';
  }

  #services(lines: string): void {
    if (lines === '') return;
    for (const each of lines.replace(DESTINATION, '$1').trimEnd().split(BETWEEN_SERVICES)) {
      this.#headings += 1;
      if (this.#headings <= HEADINGS) continue;
      const [name = '', protocol = '', address = ''] = /^(\S+) +(\S+) */.exec(each) ?? [];
      if (name !== '') this.#see(`${protocol} ${address}`, each.slice(name.length));
    }
  }
}

/** @returns where the last service begins */
function lastService(read: string): number {
  for (let at = read.lastIndexOf('\n'); at > 0; at = read.lastIndexOf('\n', at - 1)) {
    const next = read[at + 1];
    if (next !== undefined && next !== ' ' && next !== '\n') return at + 1;
  }
  return 0;
}

/** The kernel's order of destinations is that in which they came. */
function text(settings: string, destinations: readonly string[]): string {
  return `${settings}\n${destinations.toSorted().join('\n')}\n`;
}

/** Nothing is set that an outline does not show. */
function isPlain({ tunnel, upperThreshold, lowerThreshold }: Destination): boolean {
  return tunnel === undefined && upperThreshold === 0 && lowerThreshold === 0;
}

function endpoint(address: IpAddress, port: number): string {
  const bytes = Array.from(ipBytes(address), (each) => hex(each, 2)).join('');
  const host =
    ipFamily(address) === 4 ? bytes : `[${(bytes.toLowerCase().match(/.{4}/g) ?? []).join(':')}]`;
  return `${host}:${hex(port, 4)}`;
}

function hex(number: number, digits: number): string {
  return number.toString(16).toUpperCase().padStart(digits, '0');
}
