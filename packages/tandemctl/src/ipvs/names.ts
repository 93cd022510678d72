/** Names of hosts and ports, as the box's own files and its resolver have them. */
import { lookup, lookupService } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { parseIp, type IpAddress } from '@tandem/inet';

/** Turns names into numbers and back. */
export interface Names {
  /** @returns the first IPv4 address of a host, undefined without one */
  hostAddress(name: string): Promise<IpAddress | undefined>;
  /** @returns the name of an address, undefined without one */
  hostName(address: IpAddress): Promise<string | undefined>;
  /** @returns the port of a service such as `http`, undefined without one */
  servicePort(name: string, protocol: string): number | undefined;
  /** @returns the name of a port, undefined without one */
  serviceName(port: number, protocol: string): string | undefined;
}

const SERVICES = '/etc/services';
const PORT_FOR_LOOKUP = 0;

/** @returns the names that this box knows; each address is looked up once */
export function systemNames(): Names {
  const hosts = new Map<IpAddress, Promise<string | undefined>>();
  let ports: ServiceNames | undefined;
  const services = (): ServiceNames => (ports ??= readServices());
  return {
    hostAddress: (name) =>
      lookup(name, { family: 4 }).then(
        ({ address }) => parseIp(address),
        () => undefined,
      ),
    hostName: (address) => {
      const known = hosts.get(address) ?? nameOf(address);
      hosts.set(address, known);
      return known;
    },
    servicePort: (name, protocol) => services().ports.get(`${name}/${protocol}`),
    serviceName: (port, protocol) => services().names.get(`${port}/${protocol}`),
  };
}

function nameOf(address: IpAddress): Promise<string | undefined> {
  return lookupService(address, PORT_FOR_LOOKUP).then(
    ({ hostname }) => hostname,
    () => undefined,
  );
}

interface ServiceNames {
  readonly ports: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<string, string>;
}

/** services(5): the first line that says it counts. */
function readServices(): ServiceNames {
  const ports = new Map<string, number>();
  const names = new Map<string, string>();
  for (const line of servicesText().split('\n')) {
    const [name, entry = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const [port = '', protocol = ''] = entry.split('/');
    if (name === undefined || !/^\d+$/.test(port)) continue;
    const place = `${Number(port)}/${protocol}`;
    if (!names.has(place)) names.set(place, name);
    for (const each of [name, ...aliases]) {
      if (!ports.has(`${each}/${protocol}`)) ports.set(`${each}/${protocol}`, Number(port));
    }
  }
  return { ports, names };
}

function servicesText(): string {
  try {
    return readFileSync(SERVICES, 'utf8');
  } catch {
    return '';
  }
}
