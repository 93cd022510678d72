/** Which instance an advert is for, and which instances are the same across a reload. */
import type { IpAddress } from '@tandem/inet';
import type { ReceivedPacket, VrrpInstanceSettings } from '@tandem/vrrp';
import type { AdvertPlace } from './advert-sockets.ts';
import type { InstanceDriver } from './instance-driver.ts';

/** What adverts come by: a group, or the own addresses. */
export type AdvertChannel = IpAddress | 'unicast';

/**
 * @param settings - of an instance
 * @returns what its adverts come by
 */
export function channelOf({ unicast, multicastGroup }: VrrpInstanceSettings): AdvertChannel {
  return unicast === undefined ? multicastGroup : 'unicast';
}

/**
 * @param settings - of an instance
 * @returns the name of the interface that its adverts come and go by
 */
export function advertInterfaceOf({
  interface: parent,
  virtualInterface,
}: VrrpInstanceSettings): string {
  return virtualInterface?.advertsBelow === false ? virtualInterface.name : parent;
}

/**
 * The name is no part of it, as an instance may be renamed while it runs; but peers tell instances
 * apart that share all the rest, and they may change.
 * @param settings - of an instance
 * @returns the same for two settings of one instance
 * @see inventory §3.1
 */
export function identityOf(settings: VrrpInstanceSettings): string {
  const { family, interface: parent, virtualRouterId, virtualInterface, name } = settings;
  const channel = channelOf(settings);
  const place = { family, interfaceName: advertInterfaceOf(settings), channel };
  const { name: own = '', hardwareAddress, ipvlan } = virtualInterface ?? {};
  const kind = hardwareAddress ?? (ipvlan === undefined ? '' : JSON.stringify(ipvlan));
  const key = `${keyOf(place, virtualRouterId)} ${parent} ${own} ${kind}`;
  return channel === 'unicast' ? `${key} ${name}` : key;
}

/** The instances by what they listen to. */
export class Audience {
  readonly #listeners = new Map<string, InstanceDriver[]>();

  /** @param drivers - of all instances */
  constructor(drivers: Iterable<InstanceDriver>) {
    for (const driver of drivers) {
      const { settings } = driver.state;
      const { family, virtualRouterId } = settings;
      const interfaceName = advertInterfaceOf(settings);
      const key = keyOf({ family, interfaceName, channel: channelOf(settings) }, virtualRouterId);
      this.#listeners.set(key, [...(this.#listeners.get(key) ?? []), driver]);
    }
  }

  /**
   * @param place - where it came in
   * @returns the instance that it is for; of several the one whose peer has sent it
   */
  of(place: AdvertPlace, { body, source }: ReceivedPacket): InstanceDriver | undefined {
    const listeners = this.#listeners.get(keyOf(place, body[1] ?? 0)) ?? [];
    if (listeners.length < 2) return listeners[0];
    return listeners.find(({ state }) =>
      state.settings.unicast?.peers.some(({ address }) => address === source),
    );
  }
}

function keyOf(
  { family, interfaceName, channel }: Pick<AdvertPlace, 'family' | 'interfaceName' | 'channel'>,
  virtualRouterId: number,
): string {
  return `${family} ${interfaceName} ${virtualRouterId} ${channel}`;
}
