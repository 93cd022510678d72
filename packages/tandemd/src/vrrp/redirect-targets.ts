/** Which services are to be redirected, and to what. */
import type { Settings } from '@tandem/config';
import { servicesAt, type VirtualServerSettings } from '@tandem/health';
import { ipFamily, type IpAddress } from '@tandem/inet';
import { allAddresses, type VrrpInstanceSettings } from '@tandem/vrrp';
import { PROTOCOLS } from '../ipvs/desired-table.ts';
import type { InterfaceTable } from './interface-table.ts';

/** A service of a virtual server with `redirect`, at an address of an instance. */
export interface RedirectTarget {
  /** The instance that has the address while it is master. */
  readonly instance: string;
  readonly address: IpAddress;
  /** IPPROTO_* */
  readonly protocol: number;
  /** 0: all. */
  readonly port: number;
  /**
   * The box's own address that packets go to instead. Absent: the first one of the interface, which of
   * IPv4 is its oldest, but of IPv6 its newest: a virtual address that is here, whose packets IPVS takes.
   */
  readonly to?: IpAddress;
  /** A master that has not said anything for that long is none any more. */
  readonly lifetimeMs: number;
}

/**
 * The last advert may be up to one interval older than the last word to the kernel, and a backup
 * waits for more than three: two are over before another one forwards anything to this box.
 */
const LIFETIME_INTERVALS = 2;

/** What is known of the box itself. */
export type OwnInterfaces = Pick<InterfaceTable, 'lasting' | 'named'>;

/** @returns all there are, each once */
export function redirectTargets(
  { vrrpInstances, virtualServers }: Pick<Settings, 'vrrpInstances' | 'virtualServers'>,
  interfaces: OwnInterfaces,
): readonly RedirectTarget[] {
  const servers = virtualServers.filter(({ redirect }) => redirect === true);
  if (servers.length === 0) return [];
  const destination = destinations(vrrpInstances, interfaces);
  const targets = vrrpInstances.flatMap((instance) => {
    const lifetimeMs = LIFETIME_INTERVALS * instance.advertisementInterval;
    const addresses = new Set(allAddresses(instance).map(({ address }) => address));
    return [...addresses].flatMap((address) =>
      servers.flatMap((each) => {
        const to = ipFamily(address) === 6 ? destination(each, instance) : undefined;
        return servicesAt(each, address).map(({ protocol, port }): [string, RedirectTarget] => {
          const numbers = { protocol: PROTOCOLS[protocol], port };
          const key = `${address} ${protocol} ${port}`;
          const place = { instance: instance.name, address, ...(to === undefined ? {} : { to }) };
          return [key, { ...place, ...numbers, lifetimeMs }];
        });
      }),
    );
  });
  return [...new Map(targets).values()];
}

/** @returns finds the real server that this box is; else an address of its own where adverts go */
function destinations(
  instances: readonly VrrpInstanceSettings[],
  interfaces: OwnInterfaces,
): (server: VirtualServerSettings, instance: VrrpInstanceSettings) => IpAddress | undefined {
  const virtual = new Set(instances.flatMap(allAddresses).map(({ address }) => address));
  const own = interfaces.lasting.filter(({ address }) => !virtual.has(address));
  return ({ realServers }, instance) => {
    const index = interfaces.named(instance.interface)?.index;
    const found =
      own.find(({ address }) => realServers.some((each) => each.address === address)) ??
      own.find(({ interfaceIndex }) => interfaceIndex === index);
    return found?.address;
  };
}
