import type { Report } from './report.ts';
import type { Line, SourceFile, SourceReader } from './source.ts';

/** What the line stage hands to the parser. */
export interface LineSource {
  readonly lines: readonly Line[];
  /** Paths that were read, in order. */
  readonly files: readonly string[];
}

/**
 * Turns files into lines. This is the stage where text becomes other text (includes, conditions,
 * definitions, repetition); nothing after it knows of files but by the lines' names.
 * @param source - main file and reader
 * @param report - told about files that cannot be used
 * @returns all lines in order
 */
export function readLines(
  source: { readonly path: string; readonly reader: SourceReader },
  report: Report,
): LineSource {
  const lines: Line[] = [];
  const files: string[] = [];
  const found = source.reader.read(source.path);
  if (found.length === 0) {
    report.addUnplaced({
      code: 'FILE_MISSING',
      severity: 'error',
      message: `Config files missing '${source.path}'.`,
      fatal: true,
    });
  }
  for (const file of found) {
    if (!isUsable(file, report)) continue;
    report.noteFile(file.path);
    files.push(file.path);
    splitLines(file, lines);
  }
  return { lines, files };
}

function isUsable(
  file: SourceFile,
  report: Report,
): file is Extract<SourceFile, { readonly text: string }> {
  if ('text' in file) return true;
  const reasons = {
    directory: 'is a directory',
    'not a regular file': 'is not a regular non-executable file',
    executable: 'is not a regular non-executable file',
    unreadable: 'cannot be read',
  };
  report.addUnplaced({
    code: 'FILE_SKIPPED',
    severity: 'warning',
    message: `Configuration file '${file.path}' ${reasons[file.problem]}; skipping it`,
    ...(file.problem === 'executable' ? { hint: `chmod a-x '${file.path}'` } : {}),
  });
  return false;
}

function splitLines(file: { readonly path: string; readonly text: string }, lines: Line[]): void {
  const { path, text } = file;
  let start = 0;
  let number = 1;
  while (start < text.length) {
    const found = text.indexOf('\n', start);
    const next = found < 0 ? text.length : found;
    const end = next > start && text.charCodeAt(next - 1) === 0x0d ? next - 1 : next;
    lines.push({ file: path, number, text: text.slice(start, end) });
    number += 1;
    start = next + 1;
  }
}
