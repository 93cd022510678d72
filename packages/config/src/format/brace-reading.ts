import { createDefinitions } from '../definitions.ts';
import { REFERENCE } from '../definitions.ts';
import { formatRelated, type Diagnostic } from '../diagnostic.ts';
import { ROOT } from '../keywords/root.ts';
import { commentStart } from '../lexer.ts';
import { readLines } from '../line-source.ts';
import { originOf } from '../origin.ts';
import { TreeParser } from '../parser.ts';
import { Report } from '../report.ts';
import type { Line, Place, SourceReader } from '../source.ts';

/** A file to be read for its braces. */
interface BracedFile {
  readonly path: string;
  readonly text: string;
  /** Where what it includes comes from; absent: includes are left out. */
  readonly reader?: SourceReader | undefined;
}

/** How one box reads a file, as far as blocks go. */
interface BraceReading {
  /** What is wrong with the braces. */
  readonly diagnostics: readonly Diagnostic[];
  /** Blocks around each line of the file, by its number. */
  readonly depths: ReadonlyMap<number, number>;
  /** The texts of other files that were read. */
  readonly included: readonly string[];
}

/**
 * Reads a file with what it includes, or without, where its braces pair up only then.
 * @param configId - of the box
 */
export function readSoundly(file: BracedFile, configId: string): BraceReading {
  const whole = read(file, configId);
  if (whole.diagnostics.length === 0 || whole.included.length === 0) return whole;
  const alone = read({ ...file, reader: undefined }, configId);
  return alone.diagnostics.length === 0 ? { ...alone, included: whole.included } : whole;
}

function read(file: BracedFile, configId: string): BraceReading {
  const first = readOnce(file, configId, 0);
  return first.surplus === 0 ? first : readOnce(file, configId, first.surplus);
}

/** @param repairs - the `surplus` that a first reading ended with */
function readOnce(
  { path, text, reader }: BracedFile,
  configId: string,
  repairs: number,
): BraceReading & { readonly surplus: number } {
  const report = new Report();
  const parser = new TreeParser(ROOT, { repairs, report, listener: () => undefined });
  const depths = new Map<number, number>();
  const included: string[] = [];
  let unknown: Place | undefined;
  const source: SourceReader = {
    read(pattern, directory) {
      if (directory === undefined) return [{ path, text }];
      const files = reader?.read(pattern, directory) ?? [];
      for (const each of files) if ('text' in each) included.push(each.text);
      return files;
    },
  };
  function listener(line: Line): void {
    const isOwn = line.file.includedBy === undefined;
    if (isOwn && !depths.has(line.number)) depths.set(line.number, parser.depth);
    unknown ??= unknownReference(line);
    parser.read(line);
  }
  readLines(
    { path: '', reader: source, configId, definitions: createDefinitions({ configId }), listener },
    new Report(),
  );
  parser.finish();
  // Such a block has been repaired by its indentation, which a new layout changes.
  for (const opener of parser.swallowers) {
    report.add('UNTERMINATED_QUOTE', `'"' is never closed, and has swallowed the '{'`, {
      ...(opener.words.at(-1) ?? opener),
      hint: `add the closing '"'`,
    });
  }
  const diagnostics = report.sorted().map((each) => withObstacle(each, unknown));
  return { surplus: parser.surplus, diagnostics, depths, included };
}

/** @returns the first reference that nothing defines; predefined names are not looked at */
function unknownReference(line: Line): Place | undefined {
  const { text } = line;
  if (!text.includes('$')) return undefined;
  for (const { 0: whole, 1: braced, 3: bare = '', index } of text
    .slice(0, commentStart(text))
    .matchAll(REFERENCE)) {
    if (!(braced ?? bare).startsWith('_')) {
      return { line, start: index, end: index + whole.length };
    }
  }
  return undefined;
}

/** A brace may be in a definition that only a file around this one has. */
function withObstacle(diagnostic: Diagnostic, unknown: Place | undefined): Diagnostic {
  if (unknown === undefined || !diagnostic.code.endsWith('_BRACE')) return diagnostic;
  const name = unknown.line.text.slice(unknown.start, unknown.end);
  const { span } = originOf(unknown);
  return {
    ...diagnostic,
    hint: formatRelated({
      message: `unless a brace is in ${name}, which no file that is read here defines, at`,
      span,
    }),
  };
}
