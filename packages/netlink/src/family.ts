import type { IpAddress, IpFamily } from '@tandem/inet';
import { parseIp } from '@tandem/inet';
import { AF_INET, AF_INET6 } from './constants.ts';

/** AF_INET or AF_INET6. */
export function familyNumber(family: IpFamily): number {
  return family === 4 ? AF_INET : AF_INET6;
}

/** @returns undefined for anything but AF_INET and AF_INET6 */
export function familyOf(number: number | undefined): IpFamily | undefined {
  if (number === AF_INET) return 4;
  return number === AF_INET6 ? 6 : undefined;
}

/** 0.0.0.0 or ::. */
export function anyAddress(family: IpFamily): IpAddress {
  return parseIp(family === 4 ? '0.0.0.0' : '::') as IpAddress;
}
