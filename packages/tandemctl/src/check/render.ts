import { formatDiagnostic, type Diagnostic } from '@tandem/config';
import { sarifLog } from './sarif.ts';

/** Whom the result is for: people, programs, or programs that collect findings of many tools. */
export type CheckFormat = 'text' | 'json' | 'sarif';

/** How many diagnostics there are of each severity. */
interface Counts {
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
}

/**
 * @param format - whom it is for
 * @param diagnostics - of all files, in order
 * @param version - of this program
 * @returns what to print, with its last line break; empty in text form when there is nothing to say
 */
export function renderCheck(
  format: CheckFormat,
  diagnostics: readonly Diagnostic[],
  version: string,
): string {
  if (format === 'text') return text(diagnostics);
  const value =
    format === 'sarif'
      ? sarifLog(diagnostics, version)
      : { counts: countOf(diagnostics), diagnostics };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function text(diagnostics: readonly Diagnostic[]): string {
  if (diagnostics.length === 0) return '';
  const { errors, warnings, notes } = countOf(diagnostics);
  const summary = [
    plural(errors, 'error'),
    plural(warnings, 'warning'),
    plural(notes, 'note'),
  ].filter((each) => each !== '');
  const parts = diagnostics.map((each) => `${formatDiagnostic(each)}\n`);
  return `${[...parts, summary.join(', ')].join('\n')}\n`;
}

function plural(count: number, noun: string): string {
  if (count === 0) return '';
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function countOf(diagnostics: readonly Diagnostic[]): Counts {
  const count = (severity: Diagnostic['severity']): number =>
    diagnostics.filter((each) => each.severity === severity).length;
  return { errors: count('error'), warnings: count('warning'), notes: count('note') };
}
