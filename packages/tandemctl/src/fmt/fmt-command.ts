import { isUtf8 } from 'node:buffer';
import { formatConfiguration, formatDiagnostic } from '@tandem/config';
import type { FileCommandResult } from '../file-command.ts';
import { STANDARD_INPUT, STANDARD_INPUT_NAME } from '../standard-input.ts';
import { fileReader, inWords } from '@tandem/config-files';
import { readBytes } from './read-bytes.ts';
import { replaceFile } from './replace-file.ts';
import { unifiedDiff } from './unified-diff.ts';

/** What becomes of the formatted text. */
export type FmtMode = 'print' | 'write' | 'check' | 'diff';

/** A file would change (`check` and `diff`). */
const DIFFERENT = 1;
const FAILED = 2;

/**
 * Formats files. One that cannot be read, whose braces do not pair up or that cannot be replaced
 * is reported and left as it is; the others are done all the same.
 * @param files - paths; `-` is the standard input, which cannot be replaced
 * @param standardInput - what that holds
 */
export function fmt(
  files: readonly string[],
  mode: FmtMode,
  standardInput?: Buffer,
): FileCommandResult<Buffer> {
  const outputs: Buffer[] = [];
  let errors = '';
  let exitCode: 0 | 1 | 2 = 0;
  for (const file of files) {
    try {
      const { output, different } = fmtOne(inputOf(file, standardInput), mode);
      outputs.push(output);
      if (different && exitCode !== FAILED) exitCode = DIFFERENT;
    } catch (error) {
      errors += `${error instanceof Error ? error.message : String(error)}\n`;
      exitCode = FAILED;
    }
  }
  return { output: Buffer.concat(outputs), errors, exitCode };
}

/** A file, or the standard input, with its content. */
interface Input {
  readonly path: string;
  readonly bytes: Buffer;
}

function inputOf(file: string, standardInput: Buffer | undefined): Input {
  const isGiven = file === STANDARD_INPUT && standardInput !== undefined;
  if (isGiven) return { path: STANDARD_INPUT_NAME, bytes: standardInput };
  return { path: file, bytes: readBytes(file) };
}

function fmtOne(
  { path, bytes }: Input,
  mode: FmtMode,
): { readonly output: Buffer; readonly different: boolean } {
  // What is no UTF-8 must come out as it went in, and only ASCII means anything to the formatter.
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  const text = bytes.toString(encoding);
  const formatted = formatConfiguration({ path, text, reader: fileReader });
  if (!formatted.ok) {
    throw new Error(formatted.diagnostics.map((each) => formatDiagnostic(each)).join('\n'));
  }
  const different = formatted.text !== text;
  const result = Buffer.from(formatted.text, encoding);
  if (mode === 'print') return { output: result, different: false };
  if (mode === 'write') {
    if (different) replace(path, result);
    return { output: Buffer.alloc(0), different: false };
  }
  const shown = mode === 'check' ? `${path}\n` : unifiedDiff(path, text, formatted.text);
  return { output: Buffer.from(different ? shown : '', encoding), different };
}

/** @throws Error in words, with the path */
function replace(path: string, content: Buffer): void {
  try {
    replaceFile(path, content);
  } catch (error) {
    throw new Error(`${path}: cannot be replaced: ${inWords(error)}`, { cause: error });
  }
}
