import { AUTH_HMAC_CODES } from './catalogue/auth-hmac.ts';
import { BALANCING_CODES } from './catalogue/balancing.ts';
import { CLUSTER_CODES } from './catalogue/cluster.ts';
import type { CatalogueEntry } from './catalogue/entry.ts';
import { FILE_CODES } from './catalogue/files.ts';
import { ROUTER_ADVERT_CODES } from './catalogue/router-advert.ts';
import { STRUCTURE_CODES } from './catalogue/structure.ts';
import { TRAP_CODES } from './catalogue/traps.ts';
import { VRRP_CODES } from './catalogue/vrrp.ts';

/** The stable name of something that a diagnostic can say; the catalogue explains each. */
export type DiagnosticCode =
  | keyof typeof FILE_CODES
  | keyof typeof STRUCTURE_CODES
  | keyof typeof VRRP_CODES
  | keyof typeof AUTH_HMAC_CODES
  | keyof typeof ROUTER_ADVERT_CODES
  | keyof typeof BALANCING_CODES
  | keyof typeof TRAP_CODES
  | keyof typeof CLUSTER_CODES;

type Section = Partial<Readonly<Record<DiagnosticCode, CatalogueEntry>>>;

/** The catalogue by the titles of its reference, in their order. */
export const CATALOGUE_SECTIONS: Readonly<Record<string, Section>> = {
  'Files and expansion': FILE_CODES,
  'Structure and words': STRUCTURE_CODES,
  VRRP: VRRP_CODES,
  'Signed adverts': AUTH_HMAC_CODES,
  'Router advertisements': ROUTER_ADVERT_CODES,
  'Virtual servers': BALANCING_CODES,
  Traps: TRAP_CODES,
  Clusters: CLUSTER_CODES,
};

/** Every code; a new one is added to the table of its area, which is all that it needs. */
export const CATALOGUE: Readonly<Record<DiagnosticCode, CatalogueEntry>> = {
  ...FILE_CODES,
  ...STRUCTURE_CODES,
  ...VRRP_CODES,
  ...AUTH_HMAC_CODES,
  ...ROUTER_ADVERT_CODES,
  ...BALANCING_CODES,
  ...TRAP_CODES,
  ...CLUSTER_CODES,
};
