import { readFileSync } from 'node:fs';

/** The first is that of the network namespace in which we are, also after it has been entered. */
const PLACES: readonly ((name: string) => string)[] = [
  (name) => `/proc/sys/net/ipv6/conf/${name}/mtu`,
  (name) => `/sys/class/net/${name}/mtu`,
];

/**
 * @param name - of a network interface
 * @returns how many octets a packet may have on it; undefined when that is not known
 */
export function linkMtu(name: string): number | undefined {
  for (const place of PLACES) {
    try {
      return Number(readFileSync(place(name), 'latin1'));
    } catch {
      // Without IPv6, or with less than IPv6 takes, the first is not there.
    }
  }
  return undefined;
}
