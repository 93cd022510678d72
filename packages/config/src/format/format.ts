import type { Diagnostic } from '../diagnostic.ts';
import { ROOT } from '../keywords/root.ts';
import { readLines } from '../line-source.ts';
import { TreeParser } from '../parser.ts';
import { Report } from '../report.ts';
import { LineShaper, type Condition } from './line-shape.ts';
import { Printer } from './printer.ts';

/** One file as it is written. */
interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
}

/** The text in its standard form, or why it has none: its braces do not pair up. */
export type Formatted =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Lays a configuration file out anew: two blanks for each level, one blank between words, a brace
 * at the end of the line that opens the block, its partner on a line of its own, one empty line
 * where there were several. Not one visible character is added, lost or moved past another; what
 * comments, quotes, scripts, includes, definitions and repetitions consist of stays as written.
 * Lines that become other lines before they are understood (with a reference, a condition or a
 * repetition) are never broken. The result is a fixed point, and means the same.
 * @param file - one file; what it includes is not looked at
 * @returns the text, ending in a line break unless it is empty; or diagnostics about its braces
 */
export function formatConfiguration(file: ConfigurationFile): Formatted {
  const shaper = new LineShaper();
  const shapes = splitLines(file.text).map((line) => shaper.shape(line));
  const ids = namedIds(shapes.map(({ condition }) => condition));
  for (const id of ids) {
    const diagnostics = structuralFaults(file, id);
    if (diagnostics.length > 0) return { ok: false, diagnostics };
  }
  const printer = new Printer(ids[0] ?? '');
  for (const shape of shapes) printer.print(shape);
  return { ok: true, text: printer.text };
}

/** The parser drops one CR before a line break; so does this. */
function splitLines(text: string): readonly string[] {
  const lines = text.split('\n').map((each) => (each.endsWith('\r') ? each.slice(0, -1) : each));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Boxes that are looked at: the first ones named, so that a list of a thousand takes no time. */
const IDS_MAX = 8;
/** No `@ID` can name it, so it stands for all boxes that are not named. */
const OTHER = ' ';

/** Each box that is named reads a file of its own; that must be sound. */
function namedIds(conditions: readonly (Condition | undefined)[]): readonly string[] {
  const ids = new Set<string>();
  let others = true;
  for (const condition of conditions) {
    if (condition === undefined || ids.size === IDS_MAX) continue;
    if (ids.size === 0) others = false;
    others ||= condition.not;
    ids.add(condition.id);
  }
  return others ? [...ids, OTHER] : [...ids];
}

/** @returns what the parser says about braces, as the box with this id reads the file */
function structuralFaults(file: ConfigurationFile, configId: string): readonly Diagnostic[] {
  const { surplus, diagnostics } = readBraces(file, configId, 0);
  return surplus === 0 ? diagnostics : readBraces(file, configId, surplus).diagnostics;
}

function readBraces(
  { path, text }: ConfigurationFile,
  configId: string,
  repairs: number,
): { readonly surplus: number; readonly diagnostics: readonly Diagnostic[] } {
  const report = new Report();
  const parser = new TreeParser(ROOT, { repairs, report, listener: () => undefined });
  const reader = {
    read: (_: string, directory?: string) => (directory === undefined ? [{ path, text }] : []),
  };
  readLines({ path: '', reader, configId, listener: parser.read.bind(parser) }, new Report());
  parser.finish();
  // Such a block has been repaired by its indentation, which a new layout changes.
  for (const opener of parser.swallowers) {
    report.add('UNTERMINATED_QUOTE', `'"' is never closed, and has swallowed the '{'`, {
      ...(opener.words.at(-1) ?? opener),
      hint: `add the closing '"'`,
    });
  }
  return { surplus: parser.surplus, diagnostics: report.sorted() };
}
