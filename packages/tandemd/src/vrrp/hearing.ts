import { SocketError } from '@tandem/raw-socket';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import type { AdvertNetwork, NetworkHandler } from './advert-network.ts';
import type { Audience } from './audience.ts';
import type { InstanceDriver } from './instance-driver.ts';
import type { Reporter } from './reporter.ts';
import type { VirtualLinks } from './virtual-links.ts';

/** By what adverts are heard. */
export interface HearingPorts {
  readonly network: Pick<AdvertNetwork, 'listen'>;
  readonly links: Pick<VirtualLinks, 'failureOf'>;
  readonly warn: (text: string) => void;
}

/**
 * Lets an instance hear, or tells it why it cannot. An interface may be gone before we hear of it,
 * or without IPv6: its instance alone has to wait.
 * @param driver - of the instance
 * @param settings - those that it is about to get, if not its own
 */
export function hear(
  driver: InstanceDriver,
  settings: VrrpInstanceSettings | undefined,
  ports: HearingPorts,
): void {
  const wanted = settings ?? driver.state.settings;
  const failure = whyDeaf(wanted, ports);
  if (failure === driver.state.hearingFailure) return;
  const { name, interface: device } = wanted;
  if (failure !== undefined) ports.warn(`(${name}) cannot listen on ${device}: ${failure}`);
  driver.step({ type: 'hearing', failure });
}

/**
 * @param audience - the instances as they are at the moment
 * @param reporter - for what is no advert
 * @returns what to do with all that comes in
 */
export function handlerOf(audience: () => Audience, reporter: Reporter): NetworkHandler {
  return {
    packet: (place, packet, arrivedAt) => {
      const driver = audience().of(place, packet);
      if (driver === undefined) reporter.logUnknown(place, packet);
      else driver.hear(packet, arrivedAt);
    },
    garbage: ({ family }, { length }) =>
      reporter.log('warning', `IPv${family} VRRP packet too short - ${length} bytes`),
    detail: (text) => reporter.log('info', text, true),
    warn: (text) => reporter.log('warning', text),
    pace: (...which) => reporter.announcementPace(...which),
  };
}

/** @returns whether an instance may hear once its interface has changed */
export function isDeaf({ state }: InstanceDriver): boolean {
  return state.hearingFailure !== undefined;
}

/** @returns whether an instance may hear, or not any more, once an address of its interface has changed */
export function mayBeDeaf(driver: InstanceDriver): boolean {
  return isDeaf(driver) || driver.state.settings.family === 6;
}

function whyDeaf(
  settings: VrrpInstanceSettings,
  { network, links }: HearingPorts,
): string | undefined {
  const missing = links.failureOf(settings);
  if (missing !== undefined) return missing;
  try {
    network.listen(settings);
    return undefined;
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    return error.message;
  }
}
