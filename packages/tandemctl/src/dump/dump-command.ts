import {
  documentOf,
  documentsInOrder,
  formatDiagnostic,
  formatDocument,
  type LocatedDocument,
  type Outline,
} from '@tandem/config';
import { readConfiguration } from '@tandem/config-files';
import { sourceOf } from '../configuration-input.ts';
import type { FileCommandResult } from '../file-command.ts';

/** What comes out: text as keepalived reads it, or JSON by `tandemctl schema`. */
export type DumpFormat = 'conf' | 'json';

/** What the command line asks for. */
interface DumpOptions {
  readonly format: DumpFormat;
  /** With the file and line of each value. */
  readonly origins?: boolean;
  /** What `@ID` lines compare with. */
  readonly configId?: string;
  /** What `-` stands for. */
  readonly standardInput?: Buffer;
}

/** Something is left out because it is wrong. */
const INCOMPLETE = 1;
const UNREADABLE = 2;

/**
 * Shows what a configuration says after all expansion.
 * @param file - a path, or a pattern
 */
export function dump(file: string, options: DumpOptions): FileCommandResult {
  const { format, origins = false, configId } = options;
  const outlines: Outline[] = [];
  const { path, ...source } = sourceOf(file, options.standardInput);
  const { diagnostics, files } = readConfiguration(path, {
    ...source,
    ...(configId === undefined ? {} : { configId }),
    inspect: (outline) => outlines.push(outline),
  });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const reasons = diagnostics
    .filter(({ severity, code }) => severity === 'error' || LEFT_OUT.has(code))
    .map((each) => `${formatDiagnostic(each)}\n`);
  const [outline] = outlines;
  if (files.length === 0 || outline === undefined) {
    const all = diagnostics.map((each) => `${formatDiagnostic(each)}\n`);
    return { output: '', errors: all.join(''), exitCode: UNREADABLE };
  }
  const inOrder = documentsInOrder(outline);
  if (format === 'json' && inOrder.length > 1) reasons.push(`${path}: ${OUT_OF_ORDER}\n`);
  const output =
    format === 'conf' ? confText(inOrder, origins) : jsonText(documentOf(outline), origins);
  return { output, errors: reasons.join(''), exitCode: errors.length > 0 ? INCOMPLETE : 0 };
}

/** Of files that the dump has nothing of, as the daemon has not. */
const LEFT_OUT: ReadonlySet<string> = new Set(['FILE_SKIPPED', 'INCLUDE_MISSING']);

const OUT_OF_ORDER =
  'note: here global_defs comes first, and then reaches blocks that it comes after in the file';

function confText(documents: readonly LocatedDocument[], withOrigins: boolean): string {
  return documents
    .map(({ document, origins }) => formatDocument(document, withOrigins ? origins : {}))
    .join('\n');
}

function jsonText({ document, origins }: LocatedDocument, withOrigins: boolean): string {
  return `${JSON.stringify(withOrigins ? { document, origins } : document, null, 2)}\n`;
}
