/**
 * Remembers, during one reading, what real servers say of themselves. Most of the thousands of a large
 * file say the same, line by line, so that it need not be read, nor understood, more than once. It knows
 * only what means the same wherever it stands: nothing in it refers to definitions, conditions, scripts
 * or the box, and there is nothing to be said of it.
 */
import { isPlain, type LinePlace } from './line-source.ts';
import type { Place } from './source.ts';
import type { Statement } from './tree.ts';

/** What stands between the braces of a real server. */
export interface KnownBlock {
  /** From the line after the opening brace to the closing one, whole lines. */
  readonly text: string;
  /** How many lines that are. */
  readonly lines: number;
  /** The draft that came of it. */
  readonly meaning: object;
}

/** A longer one is looked for in vain, and where blocks differ there is no end to them. */
const CHARACTERS_MAX = 2048;
const BLOCKS_MAX = 256;

/** Whatever is known of one reading. */
export class RealServerMemory {
  /** By text; what one says may be right for one family and wrong for the other. */
  readonly #known = { 4: new Map<string, KnownBlock>(), 6: new Map<string, KnownBlock>() };

  /**
   * @param opener - of a real server, whose last word is followed by the brace and the end of the line
   * @param place - where the next line begins
   * @returns the block whose text begins there, if it is known
   */
  find(opener: Statement, place: LinePlace): KnownBlock | undefined {
    const known = this.#known[familyOf(opener)];
    if (known.size === 0) return undefined;
    const text = textFrom(place, indentOf(opener));
    return text === undefined ? undefined : known.get(text);
  }

  /**
   * Takes note of one that was read without complaint and without a question about anything but its text.
   * @param statement - the real server
   * @param meaning - all that its block has made of it
   */
  note(statement: Statement, meaning: object): void {
    const known = this.#known[familyOf(statement)];
    if (known.size === BLOCKS_MAX) return;
    const { line, block } = statement;
    const { open, close } = block ?? {};
    if (open?.line !== line || close === undefined || close.line.source !== line.source) return;
    if (open.end !== line.to - line.from) return;
    const text = textFrom({ source: line.source, from: line.to + 1 }, indentOf(statement));
    if (text === undefined || line.to + 1 + text.length !== close.line.from + close.end) return;
    if (isPlain(text)) known.set(text, { text, lines: close.line.number - line.number, meaning });
  }
}

/** @returns the lines to the brace that stands below its keyword; undefined where there is none soon */
function textFrom({ source, from }: Pick<LinePlace, 'source' | 'from'>, indent: string) {
  const soon = source.slice(from - 1, from + CHARACTERS_MAX);
  const at = soon.indexOf(`\n${indent}}\n`);
  return at < 0 ? undefined : soon.slice(1, at + indent.length + 2);
}

function indentOf({ line: { source, from, indent } }: Place): string {
  return source.slice(from, from + indent);
}

function familyOf({ words }: Statement): 4 | 6 {
  return words[1]?.text.includes(':') === true ? 6 : 4;
}
