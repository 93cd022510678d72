import { BALANCING_CODES } from './catalogue/balancing.ts';
import { CLUSTER_CODES } from './catalogue/cluster.ts';
import type { CatalogueEntry } from './catalogue/entry.ts';
import { FILE_CODES } from './catalogue/files.ts';
import { STRUCTURE_CODES } from './catalogue/structure.ts';
import { TRAP_CODES } from './catalogue/traps.ts';
import { VRRP_CODES } from './catalogue/vrrp.ts';

/** The stable name of something that a diagnostic can say; the catalogue explains each. */
export type DiagnosticCode =
  | keyof typeof FILE_CODES
  | keyof typeof STRUCTURE_CODES
  | keyof typeof VRRP_CODES
  | keyof typeof BALANCING_CODES
  | keyof typeof TRAP_CODES
  | keyof typeof CLUSTER_CODES;

/** One part of the catalogue, for the reference. */
interface CatalogueSection {
  readonly title: string;
  readonly codes: Partial<Readonly<Record<DiagnosticCode, CatalogueEntry>>>;
}

/** The catalogue in the order of its reference. */
export const CATALOGUE_SECTIONS: readonly CatalogueSection[] = [
  { title: 'Files and expansion', codes: FILE_CODES },
  { title: 'Structure and words', codes: STRUCTURE_CODES },
  { title: 'VRRP', codes: VRRP_CODES },
  { title: 'Virtual servers', codes: BALANCING_CODES },
  { title: 'Traps', codes: TRAP_CODES },
  { title: 'Clusters', codes: CLUSTER_CODES },
];

/** Every code; a new one is added to the table of its area, which is all that it needs. */
export const CATALOGUE: Readonly<Record<DiagnosticCode, CatalogueEntry>> = {
  ...FILE_CODES,
  ...STRUCTURE_CODES,
  ...VRRP_CODES,
  ...BALANCING_CODES,
  ...TRAP_CODES,
  ...CLUSTER_CODES,
};
