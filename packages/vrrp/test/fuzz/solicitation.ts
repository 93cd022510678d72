/** Router solicitations as a raw socket delivers them. The first byte of the input is their hop limit. */
import { isRouterSolicitation } from '../../src/router-advert.ts';
import { ip } from '../instance-settings.ts';

const SOURCES = [ip('fe80::9'), ip('::')];

/** @returns from whom it would be heard */
export function read(input: Uint8Array): readonly string[] {
  const [hopLimit = 0] = input;
  const body = input.slice(1);
  const heard = SOURCES.filter((source) => isRouterSolicitation({ source, hopLimit, body }));
  if (heard.length > 0 && body.length % 8 !== 0) throw new Error('half an option is heard');
  return heard;
}
