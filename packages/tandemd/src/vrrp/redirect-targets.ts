/** Which services are to be redirected, and to what. */
import type { Settings } from '@tandem/config';
import { servicesAt } from '@tandem/health';
import { ipFamily, type IpAddress } from '@tandem/inet';
import { allAddresses, type VrrpInstanceSettings } from '@tandem/vrrp';
import { PROTOCOLS } from '../ipvs/desired-table.ts';
import type { OwnAddress } from './interface-table.ts';

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

/** @returns the addresses that move */
export function virtualAddresses(
  instances: readonly VrrpInstanceSettings[],
): ReadonlySet<IpAddress> {
  return new Set(instances.flatMap(allAddresses).map(({ address }) => address));
}

/**
 * @param own - addresses of IPv6 that this box has for itself
 * @returns all there are, each once
 */
export function redirectTargets(
  { vrrpInstances, virtualServers }: Pick<Settings, 'vrrpInstances' | 'virtualServers'>,
  own: readonly OwnAddress[],
): readonly RedirectTarget[] {
  const servers = virtualServers.filter(({ redirect }) => redirect === true);
  if (servers.length === 0) return [];
  const present = new Set(own.map(({ address }) => address));
  const targets = vrrpInstances.flatMap((instance) => {
    const { name, advertisementInterval, interface: device } = instance;
    const lifetimeMs = LIFETIME_INTERVALS * advertisementInterval;
    // In the order of preference.
    const fallback = own.find((each) => each.interface === device) ?? own[0];
    return [...virtualAddresses([instance])].flatMap((address) =>
      servers.flatMap((server) => {
        const services = servicesAt(server, address);
        if (services.length === 0) return [];
        const isHere = server.realServers.find((each) => present.has(each.address));
        const to = ipFamily(address) === 6 ? (isHere ?? fallback)?.address : undefined;
        const place = { instance: name, address, ...(to === undefined ? {} : { to }) };
        return services.map(({ protocol, port }): [string, RedirectTarget] => [
          `${address} ${protocol} ${port}`,
          { ...place, protocol: PROTOCOLS[protocol], port, lifetimeMs },
        ]);
      }),
    );
  });
  return [...new Map(targets).values()];
}
