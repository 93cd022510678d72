import type { DiagnosticCode } from './catalogue.ts';
import type { BlockGrammar } from './grammar.ts';
import { lexLine, type TokenSink } from './lexer.ts';
import type { DiagnosticOptions, Report } from './report.ts';
import { Line, type Place } from './source.ts';
import { bracePlace, type Block, type Comment, type Statement } from './tree.ts';
import { splitWords } from './words.ts';

/** An open block on the stack. */
interface Frame {
  readonly block: Block;
  /** Null inside a block that nobody knows; its content is kept but not judged. */
  readonly grammar: BlockGrammar | null;
  /** What opened it; absent for the root. */
  readonly opener: Statement | undefined;
  /** Blanks before the opener's line; -1 for the root. */
  readonly indent: number;
}

/** Blocks nested deeper than this are a mistake; keepalived's own nesting ends at 4. */
const DEPTH_MAX = 64;

/** What a tree is built for. */
interface TreeAim {
  /** The `surplus` that a first reading ended with; 0 for that one. */
  readonly repairs: number;
  /** Told about braces. */
  readonly report: Report;
  /** Hears of what stands in the root, in order, once nothing can be added to it any more. */
  readonly listener: (child: Statement | Comment) => void;
}

/**
 * Builds the concrete tree line by line and hands it over statement by statement, so that a long
 * text need not be in memory as a tree. Where the braces of the whole text do not pair up, a second
 * reading, told how many are missing, uses keywords and indentation to find the block that was left
 * open, or closed too early, so that one missing brace is one error and everything after it is
 * still understood.
 */
export class TreeParser implements TokenSink {
  /** Opening minus closing braces of the text so far. */
  surplus = 0;
  /** Taken to open a block although a quote that is never closed has swallowed the brace. */
  readonly swallowers: Statement[] = [];
  readonly #report: Report;
  readonly #listener: TreeAim['listener'];
  /** Its children are those that the listener has not heard of yet. */
  readonly #root: Block = { open: undefined, close: undefined, children: [], meaning: undefined };
  readonly #stack: Frame[];
  /** Braces still to be accounted for: positive when `}` are missing, negative when there are too many. */
  #repairs: number;
  #line = new Line({ file: { path: '' }, number: 0, source: '', from: 0, to: 0 });
  #pending: Statement | undefined;
  #lastClosed: { readonly frame: Frame; readonly at: Place } | undefined;

  /**
   * @param grammar - of the root
   * @param aim - what for
   */
  constructor(grammar: BlockGrammar, { repairs, report, listener }: TreeAim) {
    this.#stack = [{ block: this.#root, grammar, opener: undefined, indent: -1 }];
    this.#repairs = repairs;
    this.#report = report;
    this.#listener = listener;
  }

  /** Blocks that are open. */
  get depth(): number {
    return this.#stack.length - 1;
  }

  /**
   * Another statement of the root begins, if this is where one can.
   * @returns whether it is, and all before it has been handed over
   */
  beginsStatement(): boolean {
    if (this.depth > 0 || this.#repairs !== 0) return false;
    this.#handOver();
    this.#pending = undefined;
    this.#lastClosed = undefined;
    return true;
  }

  /** The block that has just been opened, and has nothing in it yet; undefined elsewhere. */
  get emptyBlock(): Pick<Frame, 'grammar' | 'opener'> | undefined {
    const top = this.#top;
    const isEmpty = top.block.children.length === 0 && this.#pending === undefined;
    return isEmpty && this.#repairs === 0 ? top : undefined;
  }

  /**
   * That block is known, and need not be read.
   * @param meaning - what the same text was understood as
   */
  closeKnown(meaning: object): void {
    this.surplus -= 1;
    const frame = this.#stack.pop();
    if (frame !== undefined) frame.block.meaning = meaning;
  }

  /** Takes the next line of the text after expansion. */
  read(line: Line): void {
    this.#line = line;
    lexLine(line.source, this, { from: line.from + line.indent, to: line.to });
  }

  /** Ends the text. */
  finish(): void {
    this.#leaveOpen(this.#stack.splice(1).reverse());
    this.#handOver();
  }

  statement(from: number, to: number): void {
    const line = this.#line;
    const start = from - line.from;
    const end = to - line.from;
    const words = splitWords({ line, start, end });
    const keyword = words[0]?.text ?? '';
    if (this.#repairs > 0) this.#closeForgotten(keyword);
    else if (this.#repairs < 0 && !this.#openForgotten(keyword)) this.#reopen(keyword);
    const statement: Statement = {
      kind: 'statement',
      line,
      start,
      end,
      words,
      keyword,
      block: undefined,
    };
    if (this.#stack.length === 1) this.#handOver();
    this.#top.block.children.push(statement);
    this.#pending = statement;
    this.#lastClosed = undefined;
  }

  comment(from: number): void {
    const line = this.#line;
    const start = from - line.from;
    const trailing = line.indent < start;
    this.#top.block.children.push({
      kind: 'comment',
      line,
      start,
      end: line.to - line.from,
      trailing,
    });
  }

  open(from: number): void {
    this.surplus += 1;
    const open = bracePlace(this.#line, from - this.#line.from);
    const opener = this.#pending;
    this.#pending = undefined;
    const block: Block = { open, close: undefined, children: [], meaning: undefined };
    if (opener === undefined || this.#stack.length > DEPTH_MAX) {
      const message =
        opener === undefined
          ? "'{' stands after no keyword"
          : `blocks are nested more than ${DEPTH_MAX} deep`;
      this.#error('UNEXPECTED_BRACE', message, { place: open, hint: "remove the '{'" });
      if (this.#repairs > 0) {
        this.#repairs -= 1;
        return;
      }
      this.#stack.push({ block, grammar: null, opener: undefined, indent: this.#line.indent });
      return;
    }
    opener.block = block;
    const grammar = this.#top.grammar?.blockOf(opener.keyword) ?? null;
    this.#stack.push({ block, grammar, opener, indent: opener.line.indent });
  }

  close(from: number): void {
    this.surplus -= 1;
    const opener = this.#pending;
    this.#pending = undefined;
    const place = bracePlace(this.#line, from - this.#line.from);
    if (this.#repairs > 0) this.#closeIndented(place.start);
    if (this.#closesUnopened(opener, place)) return;
    if (this.#stack.length === 1 || this.#closesAgain(place.start)) {
      const culprit = this.#repairs < 0 ? this.#lastClosed : undefined;
      if (this.#repairs < 0) this.#repairs += 1;
      this.#error('EXTRA_CLOSE_BRACE', "'}' closes nothing", {
        place,
        hint:
          culprit === undefined
            ? "remove it, or add the '{' that it belongs to"
            : `${nameOf(culprit.frame)} was closed on line ${culprit.at.line.number} already`,
      });
      return;
    }
    const frame = this.#stack.pop();
    if (frame === undefined) return;
    frame.block.close = place;
    this.#lastClosed = { frame, at: place };
  }

  /** There is a `}` too many, and this one is indented like the empty block announced before it. */
  #closesUnopened(opener: Statement | undefined, place: Place): boolean {
    if (this.#repairs >= 0 || opener === undefined || opener.line === this.#line) return false;
    const isIndented = this.#line.indent === place.start && opener.line.indent === place.start;
    const grammar = this.#top.grammar?.blockOf(opener.keyword);
    if (!isIndented || grammar === undefined || grammar === null) return false;
    this.#complainUnopened(opener);
    opener.block = { open: undefined, close: place, children: [], meaning: undefined };
    return true;
  }

  /** There is a `}` too many, and this one is indented like the block that the last one closed. */
  #closesAgain(at: number): boolean {
    const last = this.#lastClosed;
    if (this.#repairs >= 0 || last === undefined || this.#line.indent !== at) return false;
    return last.frame.indent === at && this.#top.indent !== at;
  }

  /** A statement of the root can be reopened until the next one begins. */
  #handOver(): void {
    for (const child of this.#root.children) this.#listener(child);
    this.#root.children.length = 0;
  }

  get #top(): Frame {
    return this.#stack.at(-1) as Frame;
  }

  #error(
    code: DiagnosticCode,
    message: string,
    at: { readonly place: Place } & Pick<DiagnosticOptions, 'hint' | 'related'>,
  ): void {
    const { place, ...rest } = at;
    this.#report.add(code, message, {
      line: place.line,
      start: place.start,
      end: place.end,
      ...rest,
    });
  }

  /** A `}` is missing somewhere, and this keyword belongs to a block further out: it was there. */
  #closeForgotten(keyword: string): void {
    if (this.#stack.length === 1) return;
    const known = this.#top.grammar?.blockOf(keyword);
    if (known !== undefined && !this.#isBackOut()) return;
    const from = this.#top.grammar === null ? 0 : this.#stack.length - 2;
    for (let depth = from; depth >= 0; depth -= 1) {
      const found = this.#stack[depth]?.grammar?.blockOf(keyword);
      if (found === undefined) continue;
      this.#closeDownTo(depth);
      return;
    }
  }

  /** The block's first line is indented, and this one stands no deeper than what opened it. */
  #isBackOut(): boolean {
    const { block, indent } = this.#top;
    const [first] = block.children;
    return first !== undefined && first.line.indent > indent && this.#line.indent <= indent;
  }

  /** A `}` is missing somewhere, and this one is indented like a block further out: it closes that. */
  #closeIndented(at: number): void {
    if (this.#line.indent !== at || this.#top.indent === at) return;
    const lowest = Math.max(1, this.#stack.length - DEPTH_MAX);
    for (let depth = this.#stack.length - 2; depth >= lowest; depth -= 1) {
      if (this.#stack[depth]?.indent !== at) continue;
      this.#closeDownTo(depth);
      return;
    }
  }

  /** Leaves open what is deeper than `depth`, as far as braces are missing. */
  #closeDownTo(depth: number): void {
    if (this.#stack.length - 1 - depth > this.#repairs) return;
    const open = this.#stack.splice(depth + 1).reverse();
    this.#repairs -= open.length;
    this.#leaveOpen(open);
  }

  /** There is a `}` too many, and this keyword belongs to the block announced before: its `{` is missing. */
  #openForgotten(keyword: string): boolean {
    const opener = this.#pending;
    const grammar = opener && this.#top.grammar?.blockOf(opener.keyword);
    if (opener === undefined || grammar === undefined || grammar === null) return false;
    if (grammar.content === 'keywords' && grammar.blockOf(keyword) === undefined) return false;
    const fitsHere = this.#top.grammar?.blockOf(keyword) !== undefined;
    if (fitsHere && this.#line.indent <= opener.line.indent) return false;
    this.#complainUnopened(opener);
    opener.block = { open: undefined, close: undefined, children: [], meaning: undefined };
    this.#stack.push({
      block: opener.block,
      grammar,
      opener,
      indent: opener.line.indent,
    });
    return true;
  }

  /** A quote that is never closed and has swallowed the brace is complained about by itself. */
  #complainUnopened(opener: Statement): void {
    this.#repairs += 1;
    if (opener.words.at(-1)?.unterminated === true) {
      this.swallowers.push(opener);
      return;
    }
    this.#error('MISSING_OPEN_BRACE', `'{' is missing after ${opener.keyword}`, {
      place: opener,
      hint: `write '${textOf(opener)} {'`,
    });
  }

  /** There is a `}` too many, and this keyword belongs to the block just closed: it was that one. */
  #reopen(keyword: string): void {
    const last = this.#lastClosed;
    if (last === undefined || this.#top.grammar?.blockOf(keyword) !== undefined) return;
    const known = last.frame.grammar?.blockOf(keyword);
    if (known === undefined) return;
    this.#repairs += 1;
    this.#error('EXTRA_CLOSE_BRACE', "'}' closes the block too early", {
      place: last.at,
      hint: `'${keyword}' on line ${this.#line.number} still belongs to ${last.frame.opener?.keyword ?? 'it'}`,
    });
    last.frame.block.close = undefined;
    this.#stack.push(last.frame);
  }

  /**
   * One complaint for blocks that end at one point.
   * @param frames - innermost first
   */
  #leaveOpen(frames: readonly Frame[]): void {
    const open = frames.flatMap((frame) => {
      const place = frame.block.open;
      return place === undefined ? [] : [{ place, name: nameOf(frame) }];
    });
    const [inner, ...outer] = open;
    if (inner === undefined) return;
    this.#error('MISSING_CLOSE_BRACE', `'{' of ${inner.name} is never closed`, {
      place: inner.place,
      hint: outer.length === 0 ? "add the missing '}'" : `add ${open.length} '}'`,
      related: outer.slice(0, OPEN_SHOWN_MAX).map(({ name, place }) => ({
        message: `neither is that of ${name} at`,
        place,
      })),
    });
  }
}

/** Of blocks that are left open at the end, this many are named beside the innermost. */
const OPEN_SHOWN_MAX = 8;

function nameOf({ opener }: Frame): string {
  return opener === undefined ? 'block' : textOf(opener);
}

function textOf({ line, start, end }: Place): string {
  return line.text.slice(start, end);
}
