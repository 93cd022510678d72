import { centiseconds, inCentiseconds } from '@tandem/time';
import type { Advertisement } from './advertisement.ts';
import { authenticationData, authenticationType } from './authentication.ts';
import type { VrrpInstanceSettings } from './settings.ts';

/**
 * @param settings - of the instance
 * @param priority - effective, 1–255; or 0 to leave
 * @returns what the instance says as master
 */
export function ownAdvertisement(settings: VrrpInstanceSettings, priority: number): Advertisement {
  const { virtualRouterId, family, advertisementInterval } = settings;
  const addresses = settings.addresses.map(({ address }) => address);
  const fields = { virtualRouterId, priority, family, addresses };
  if (settings.version === 3) {
    const interval = centiseconds(Math.round(inCentiseconds(advertisementInterval)));
    return { ...fields, version: 3, advertisementInterval: interval };
  }
  return {
    ...fields,
    version: 2,
    advertisementInterval,
    authenticationType: authenticationType(settings.authentication),
    authenticationData:
      family === 4 ? authenticationData(settings.authentication) : new Uint8Array(0),
  };
}
