import type { Diagnostic } from '../diagnostic.ts';
import type { SourceReader } from '../source.ts';
import { readSoundly } from './brace-reading.ts';
import { LineShaper, type Condition, type LineShape } from './line-shape.ts';
import { Printer } from './printer.ts';

/** One file as it is written. */
interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
  /** What it includes, for what that defines, opens and closes; absent: nothing. */
  readonly reader?: SourceReader;
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
 * @param file - one file; its braces pair up by themselves, or with those of what it includes
 * @returns the text, ending in a line break unless it is empty, as it is where an included file ends
 *   in the middle of a definition; or diagnostics about its braces
 */
export function formatConfiguration(file: ConfigurationFile): Formatted {
  const { shapes, tame } = shapesOf(file.text, true);
  const ids = namedIds(shapes.map(({ condition }) => condition));
  const readings = ids.map((id) => readSoundly(file, id));
  const refused = readings.find(({ diagnostics }) => diagnostics.length > 0);
  if (refused !== undefined) return { ok: false, diagnostics: refused.diagnostics };
  const included = new Set(readings.flatMap((each) => each.included));
  const others = [...included].map((text) => shapesOf(text, true));
  // Lines of this file then belong to a definition, and which ones cannot be seen.
  if (others.some((each) => each.inDefinition)) return { ok: true, text: file.text };
  const isTame = tame && others.every((each) => each.tame);
  const printer = new Printer(ids[0] ?? '');
  for (const [i, shape] of (isTame ? shapes : shapesOf(file.text, false).shapes).entries()) {
    printer.print(shape, readings[0]?.depths.get(i + 1));
  }
  return { ok: true, text: printer.text };
}

/** The lines of a file, and what they leave to those after them. */
interface Shapes extends Pick<LineShaper, 'tame' | 'inDefinition'> {
  readonly shapes: readonly LineShape[];
}

/** @param tame - whether the values of definitions in other files leave quotes as they are */
function shapesOf(text: string, tame: boolean): Shapes {
  const shaper = new LineShaper(tame);
  const shapes = splitLines(text).map((line) => shaper.shape(line));
  return { shapes, tame: shaper.tame, inDefinition: shaper.inDefinition };
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
