/** A place in a file: 1-based line and column; `length` in characters. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** One thing that is wrong with, or worth saying about, a configuration. */
export interface Diagnostic {
  /** Stable name, such as `VRID_OUT_OF_RANGE`. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'note';
  /** What is wrong, naming the object and the limit. */
  readonly message: string;
  /** Absent only where no text is at fault. */
  readonly span?: Span;
  /** What would be right. */
  readonly hint?: string;
}
