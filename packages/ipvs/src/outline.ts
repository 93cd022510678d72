/**
 * The kernel's table as /proc/net/ip_vs shows it: much cheaper to read than by asking for each
 * service, and less: it says nothing of thresholds, tunnels, flags of schedulers and engines.
 * Good for finding out what has changed since it was looked at closely.
 * @see ipvsadm(8), /proc/net/ip_vs
 */
import { ipBytes, ipFamily, type IpAddress } from '@tandem/inet';
import type { DesiredService, Destination, ServiceKey } from './table.ts';

/** What is seen of each service, by its name there; equal texts look equal. */
export type Outline = ReadonlyMap<string, string>;

/** Names of protocols there, by number. */
const PROTOCOLS: Readonly<Record<number, string>> = { 6: 'TCP', 17: 'UDP', 132: 'SCTP' };

/** Of the table's own, of services and of destinations. */
const HEADINGS = 3;

/**
 * @param key - of a service
 * @returns its name in an outline, which marks of both families have in common
 */
export function outlineName(key: ServiceKey): string {
  return key.kind === 'fwmark'
    ? `FWM ${hex(key.mark, 8)}`
    : `${PROTOCOLS[key.protocol] ?? key.protocol} ${endpoint(key.address, key.port)}`;
}

/**
 * @param service - as wanted
 * @returns how it looks if all is as wanted; undefined where that cannot be told, or where it may
 *   look so and be otherwise
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

/** Reads /proc/net/ip_vs piece by piece. */
export class OutlineReader {
  readonly #services = new Map<string, string>();
  #rest = '';
  #headings = 0;
  #name: string | undefined;
  #settings = '';
  #destinations: string[] = [];

  /** @param piece - what comes next, cut anywhere */
  add(piece: string): void {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const each of lines) this.#line(each);
  }

  /** @returns all that there was, at the end of the file */
  end(): Outline {
    this.#close();
    return this.#services;
  }

  #line(line: string): void {
    if (this.#headings < HEADINGS) {
      this.#headings += 1;
      return;
    }
    const destination = /^ {2}-> (\S+) +(\S+) +(-?\d+)/.exec(line);
    if (destination !== null) {
      const [, address = '', method = '', weight = ''] = destination;
      this.#destinations.push(`${address} ${method} ${weight}`);
      return;
    }
    this.#close();
    const [protocol = '', address = '', ...settings] = line.trim().split(/ +/);
    this.#name = `${protocol} ${address}`;
    this.#settings = settings.join(' ');
  }

  #close(): void {
    if (this.#name !== undefined) {
      const before = this.#services.get(this.#name) ?? '';
      this.#services.set(this.#name, before + text(this.#settings, this.#destinations));
    }
    this.#destinations = [];
  }
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
