/** What is known about a diagnostic code, for `--explain`, SARIF and docs/diagnostics.md. */
export interface CatalogueEntry {
  /** What it is where nothing else is said; a few codes vary with what is lost. */
  readonly severity: 'error' | 'warning' | 'note';
  /** One line. */
  readonly meaning: string;
  /** What to do about it. */
  readonly cure: string;
  /** Text that gives the diagnostic; `#### FILE` begins another file. */
  readonly example: string;
  /** The block that the example stands in; absent: it is whole. */
  readonly within?: 'global_defs' | 'vrrp_instance' | 'virtual_server' | 'real_server';
}
