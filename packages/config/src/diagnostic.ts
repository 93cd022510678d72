import type { DiagnosticCode } from './catalogue.ts';
import { visible } from './visible.ts';

/** A place in a file: 1-based line and column; `length` in characters. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** A place that helps to understand a diagnostic; the place completes the message. */
export interface RelatedPlace {
  /** Such as `included from`. */
  readonly message: string;
  readonly span: Span;
}

/** One thing that is wrong with, or worth saying about, a configuration. */
export interface Diagnostic {
  /** Stable name, such as `NUMBER_OUT_OF_RANGE`. */
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning' | 'note';
  /** What is wrong, naming the object and the limit. */
  readonly message: string;
  /** Absent only where no text is at fault. */
  readonly span?: Span;
  /** What would be right. */
  readonly hint?: string;
  /** The line at fault, as it stands in the file; for the excerpt under the message. */
  readonly excerpt?: string;
  /** What that line reads once definitions and repetitions are put in; present where it differs. */
  readonly expansion?: string;
  /** How the line came to be, from the nearest include, definition or repetition to the first. */
  readonly related?: readonly RelatedPlace[];
  /** How many more copies of a repeated line, of which this is the first, have the same. */
  readonly copies?: number;
  /** True where keepalived gives up at start: the settings must not be run. */
  readonly fatal?: true;
}

/**
 * @param diagnostic - any
 * @returns whether a daemon must refuse to start (exit 2) or to reload with these settings
 */
export function isFatal(diagnostic: Diagnostic): boolean {
  return diagnostic.fatal === true;
}

/**
 * Renders one diagnostic for people: place, code and message, then the line with a caret below
 * what is at fault, what the line expands to, how it came to be, and the hint. Control characters of
 * the file are shown as `\x1b`: it may be no configuration at all.
 * @param diagnostic - any
 * @param sourceText - the text of the file, for a diagnostic without an excerpt of its own
 * @returns lines without a final line break
 */
export function formatDiagnostic(diagnostic: Diagnostic, sourceText?: string): string {
  const { span } = diagnostic;
  const place = span === undefined ? '' : `${formatPlace(span)}: `;
  const lines = [`${place}${diagnostic.severity}[${diagnostic.code}]: ${diagnostic.message}`];
  const source =
    diagnostic.excerpt ??
    (span === undefined ? undefined : sourceText?.split('\n', span.line)[span.line - 1]);
  if (span !== undefined && source !== undefined) {
    lines.push(...excerptLines(source, span));
  }
  if (diagnostic.expansion !== undefined) {
    lines.push(`  expands to: ${diagnostic.expansion.slice(0, EXCERPT_LENGTH_MAX)}`);
  }
  if (isFatal(diagnostic)) lines.push('  with this the daemon does not start');
  for (const each of diagnostic.related ?? []) lines.push(`  ${formatRelated(each)}`);
  const { copies = 0 } = diagnostic;
  if (copies > 0)
    lines.push(`  and in ${copies} more ${copies === 1 ? 'copy' : 'copies'} of this line`);
  if (diagnostic.hint !== undefined) lines.push(`help: ${diagnostic.hint}`);
  return lines.map(visible).join('\n');
}

/**
 * @param related - any
 * @returns its message, completed by its place
 */
export function formatRelated({ message, span }: RelatedPlace): string {
  return `${message} ${formatPlace(span)}`;
}

function formatPlace({ file, line, column }: Span): string {
  return `${file}:${line}:${column}`;
}

/** A longer line is shown in part only, so that a file of one line stays readable. */
const EXCERPT_LENGTH_MAX = 200;
const EXCERPT_BEFORE = 80;

/** The line and its carets; tabs are kept before these, so that they stand below what they point at. */
function excerptLines(source: string, span: Span): readonly string[] {
  const at = span.column - 1;
  const from = source.length > EXCERPT_LENGTH_MAX ? Math.max(0, at - EXCERPT_BEFORE) : 0;
  const shown = source.slice(from, from + EXCERPT_LENGTH_MAX);
  const [start, end] = [at - from, at - from + span.length];
  const before = visible(shown.slice(0, start)).replaceAll(/[^\t]/g, ' ');
  const carets = '^'.repeat(Math.max(1, visible(shown.slice(start, end)).length));
  return [`    ${shown}`, `    ${before}${carets}`];
}
