import { parseDefinition, REFERENCE } from '../definitions.ts';
import { parseInclude } from '../include-checks.ts';
import { commentStart, isGlued, lexLine } from '../lexer.ts';
import { findRepetition } from '../repetition.ts';
import { isBlank } from '../words.ts';

/** `@ID` or, with `not`, `@^ID` at the start of a line. */
export interface Condition {
  readonly id: string;
  readonly not: boolean;
}

/** A part of a line that gets a line of its own. */
export interface Piece {
  /** Without indentation. */
  readonly text: string;
  /** Closing braces that it begins with. */
  readonly closes: number;
  /** Opening minus closing braces after these. */
  readonly opens: number;
}

/** One line of a file, laid out but for its indentation. */
export interface LineShape {
  readonly condition?: Condition;
  /**
   * `free`: the pieces may stand on lines of their own, an opening brace at the end of the line
   * before; `whole`: one piece; `body`: one piece, a further line of a definition; `blank`: none.
   */
  readonly kind: 'free' | 'whole' | 'body' | 'blank';
  readonly pieces: readonly Piece[];
  /** To be put behind the last piece. */
  readonly comment?: string;
  /** No blank may come before the comment: what is read would look intended. */
  readonly glued?: boolean;
}

/** Lays out the lines of one file, in order. */
export class LineShaper {
  #inDefinition = false;
  /** What references stand for; of definitions so far, because no others count. */
  #tame: boolean;

  /** @param tame - whether the values of definitions in other files leave quotes as they are */
  constructor(tame = true) {
    this.#tame = tame;
  }

  /** Whether the next line belongs to a definition. */
  get inDefinition(): boolean {
    return this.#inDefinition;
  }

  /** Whether the values of all definitions so far leave quotes as they are. */
  get tame(): boolean {
    return this.#tame;
  }

  /**
   * @param line - the next one, without its line break
   * @returns what is to be printed
   */
  shape(line: string): LineShape {
    const text = trimStart(line);
    if (this.#inDefinition) {
      const body = trimEnd(text);
      this.#noteDefinition(body.trimEnd());
      return { kind: 'body', pieces: [whole(body)] };
    }
    if (text === '') return { kind: 'blank', pieces: [] };
    const [head, id] = /^@(\^?[^ \t]*)[ \t]*/.exec(text) ?? [''];
    const shape = this.#shapeRest(text.slice(head.length), id !== undefined);
    if (id === undefined) return shape;
    const [piece = whole('')] = shape.pieces;
    const joined = piece.text === '' ? `@${id}` : `@${id} ${piece.text}`;
    const condition = { id: id.replace(/^\^/, ''), not: id.startsWith('^') };
    return { ...shape, condition, pieces: [{ ...piece, text: joined }] };
  }

  #shapeRest(text: string, conditional: boolean): LineShape {
    const definition = parseDefinition(text.slice(0, commentStart(text)));
    if (definition !== undefined) {
      this.#noteDefinition(definition.value);
      return verbatim(text);
    }
    return (conditional ? undefined : shapeFree(text)) ?? shapeWhole(text, this.#tame);
  }

  #noteDefinition(value: string): void {
    this.#inDefinition = value.endsWith('\\');
    this.#tame &&= isTame(value.replace(/\\$/, ''));
  }
}

/** A piece beginning with these would mean something else at the start of a line. */
const MEANS_MORE = /^(?:[@~$]|include|random_)/;

/** @returns the line cut at its braces, or undefined where it must stay in one */
function shapeFree(text: string): LineShape | undefined {
  const end = commentStart(text);
  if (!isTame(text.slice(0, end)) || text.slice(0, end).includes('$')) return undefined;
  const pieces: Piece[] = [];
  let free = true;
  lexLine(text.slice(0, end), {
    statement(start, stop) {
      const statement = spaced(text.slice(start, stop));
      if (MEANS_MORE.test(statement)) free = false;
      pieces.push({ text: statement, closes: 0, opens: 0 });
    },
    open() {
      const before = pieces.at(-1);
      const own = before === undefined || before.opens !== 0 || before.closes !== 0;
      const opener = own ? '' : `${pieces.pop()?.text} `;
      pieces.push({ text: `${opener}{`, closes: 0, opens: 1 });
    },
    close: () => pieces.push({ text: '}', closes: 1, opens: 0 }),
    comment: () => undefined,
  });
  return free ? { kind: 'free', pieces, ...commentAt(text, end) } : undefined;
}

/**
 * A line that stays in one: only runs of blanks outside quotes shrink, where quotes are simple.
 * @param tame - whether values of definitions leave quotes as they are
 */
function shapeWhole(text: string, tame: boolean): LineShape {
  const head = repetitionsOf(text);
  const rest = trimStart(text.slice(head.length));
  const prefix = head === '' || rest === '' ? head : `${head} `;
  if (parseInclude(rest, (each) => each) !== undefined) {
    const [keyword = ''] = rest.split(/[ \t]/, 1);
    return verbatim(`${prefix}${keyword} ${trimStart(rest.slice(keyword.length))}`);
  }
  if (parseDefinition(rest) !== undefined) return verbatim(prefix + rest);
  const end = commentStart(rest);
  const code = rest.slice(0, end);
  // References can open a quote, or leave an include at the start.
  const fixed = !rest.includes('$') || (tame && !rest.includes('include'));
  if (fixed && isTame(head + code)) {
    const piece = whole(spaced(trimEnd(code)), prefix);
    return { kind: 'whole', pieces: [piece], ...commentAt(rest, end) };
  }
  // A quote that is never closed takes the blanks after it.
  const closed = fixed && (end < rest.length || !code.includes('"'));
  return { kind: 'whole', pieces: [whole(closed ? trimEnd(rest) : rest, prefix)] };
}

function verbatim(text: string): LineShape {
  return { kind: 'whole', pieces: [{ text: trimEnd(text), closes: 0, opens: 0 }] };
}

/** @returns the `~SEQ(…)` and `~LST(…)` that a line begins with, as written */
function repetitionsOf(text: string): string {
  let end = 0;
  for (;;) {
    const found = findRepetition(text.slice(end));
    if (found === undefined || found.close < 0) return text.slice(0, end);
    end += found.close + 1;
  }
}

/** Braces of references, and of the repetitions in the prefix, are none. */
function whole(text: string, prefix = ''): Piece {
  const masked = text.replaceAll(REFERENCE, (reference) => '$'.repeat(reference.length));
  let closes = 0;
  let opens = 0;
  let leading = true;
  lexLine(masked, {
    statement: () => (leading = false),
    open() {
      leading = false;
      opens += 1;
    },
    close() {
      if (leading) closes += 1;
      else opens -= 1;
    },
    comment: () => undefined,
  });
  return { text: prefix + text, closes, opens };
}

function commentAt(text: string, at: number): Pick<LineShape, 'comment' | 'glued'> {
  return at < text.length ? { comment: trimEnd(text.slice(at)), glued: isGlued(text, at) } : {};
}

/** @returns whether both ways to split a line agree on what its quotes are */
function isTame(text: string): boolean {
  return !/[\\']/.test(text) && text.split('"').length % 2 === 1;
}

/** @returns the text with one blank for each run of them outside double quotes */
function spaced(text: string): string {
  const parts = text.split('"');
  return parts.map((part, i) => (i % 2 === 0 ? part.replaceAll(/[ \t]+/g, ' ') : part)).join('"');
}

/** Other white space, which String.trim() also takes, is part of words. */
function trimStart(text: string): string {
  let start = 0;
  while (isBlank(text.charCodeAt(start))) start += 1;
  return text.slice(start);
}

function trimEnd(text: string): string {
  let end = text.length;
  while (isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
