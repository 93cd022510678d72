/** Which services are to be redirected, from the settings alone. */
import type { Settings } from '@tandem/config';
import { servicesAt } from '@tandem/health';
import type { IpAddress } from '@tandem/inet';
import { allAddresses } from '@tandem/vrrp';
import { PROTOCOLS } from '../ipvs/desired-table.ts';

/** A service of a virtual server with `redirect`, at an address of an instance. */
export interface RedirectTarget {
  /** The instance that has the address while it is master. */
  readonly instance: string;
  readonly address: IpAddress;
  /** IPPROTO_* */
  readonly protocol: number;
  /** 0: all. */
  readonly port: number;
  /** A master that has not said anything for that long is none any more. */
  readonly lifetimeMs: number;
}

/**
 * The last advert may be up to one interval older than the last word to the kernel, and a backup
 * waits for more than three: two are over before another one forwards anything to this box.
 */
const LIFETIME_INTERVALS = 2;

/** @returns all there are, each once */
export function redirectTargets({
  vrrpInstances,
  virtualServers,
}: Pick<Settings, 'vrrpInstances' | 'virtualServers'>): readonly RedirectTarget[] {
  const servers = virtualServers.filter(({ redirect }) => redirect === true);
  if (servers.length === 0) return [];
  const targets = vrrpInstances.flatMap((instance) => {
    const lifetimeMs = LIFETIME_INTERVALS * instance.advertisementInterval;
    const addresses = new Set(allAddresses(instance).map(({ address }) => address));
    return [...addresses].flatMap((address) =>
      servers
        .flatMap((each) => servicesAt(each, address))
        .map(({ protocol, port }): [string, RedirectTarget] => {
          const numbers = { protocol: PROTOCOLS[protocol], port };
          const key = `${address} ${protocol} ${port}`;
          return [key, { instance: instance.name, address, ...numbers, lifetimeMs }];
        }),
    );
  });
  return [...new Map(targets).values()];
}
