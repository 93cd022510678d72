import type { Condition, LineShape, Piece } from './line-shape.ts';

const INDENT = '  ';
/** Blocks nested deeper are refused where the parser sees them; elsewhere lines stay short. */
const DEPTH_MAX = 64;

/** Puts laid out lines below each other: indentation, empty lines, and braces that move up. */
export class Printer {
  readonly #lines: string[] = [];
  readonly #depths: Depths;
  /** Depth within the definition that is being printed. */
  #bodyDepth = 0;
  #gap = false;
  /** What the last line was: a brace may move up to a `keyword`, no gap follows an `opening` one. */
  #last: 'keyword' | 'opening' | 'other' = 'opening';

  /** @param configId - the box whose depth counts for lines that all boxes read */
  constructor(configId: string) {
    this.#depths = new Depths(configId);
  }

  /** All lines so far, each with its line break; a CR that is text needs another one before that. */
  get text(): string {
    return this.#lines.map((each) => `${each}${each.endsWith('\r') ? '\r' : ''}\n`).join('');
  }

  /**
   * @param shape - of the next line
   * @param depth - of blocks around it, where the parser has seen it; what references, repetitions
   *   and includes open and close does not show in the lines
   */
  print(shape: LineShape, depth: number | undefined): void {
    if (depth !== undefined) this.#depths.set(depth);
    if (shape.kind === 'body') {
      this.#printBody(shape.pieces);
      return;
    }
    this.#bodyDepth = 0;
    if (shape.kind === 'blank') {
      this.#gap = true;
      return;
    }
    for (const piece of shape.pieces) this.#printPiece(piece, shape);
    if (shape.comment !== undefined) this.#printComment(shape);
  }

  #printPiece(piece: Piece, { kind, condition }: LineShape): void {
    if (kind === 'free' && piece.text === '{' && this.#last === 'keyword') {
      this.#lines.push(`${this.#lines.pop()} {`);
      this.#gap = false;
    } else {
      this.#depths.move(-piece.closes, condition);
      this.#add(piece.text, { closing: piece.closes > 0, condition });
    }
    this.#depths.move(piece.opens, condition);
    const bare = kind === 'free' && piece.opens === 0 && piece.closes === 0;
    this.#last = piece.opens > 0 ? 'opening' : bare ? 'keyword' : 'other';
  }

  #printComment({ comment = '', glued = false, pieces, condition }: LineShape): void {
    if (pieces.length === 0) this.#add(comment, { closing: false, condition });
    else this.#lines.push(`${this.#lines.pop()}${glued ? '' : ' '}${comment}`);
    if (this.#last === 'keyword' || pieces.length === 0) this.#last = 'other';
  }

  #add(text: string, line: { closing: boolean; condition: Condition | undefined }): void {
    if (this.#gap && this.#last !== 'opening' && !line.closing) this.#lines.push('');
    this.#gap = false;
    this.#lines.push(indented(text, this.#depths.at(line.condition)));
  }

  /** Even an empty line is part of the definition, so none is left out. */
  #printBody(pieces: readonly Piece[]): void {
    for (const { text, closes, opens } of pieces) {
      this.#bodyDepth -= closes;
      const depth = this.#depths.at(undefined) + 1 + Math.max(0, this.#bodyDepth);
      this.#lines.push(text === '' ? '' : indented(text, depth));
      this.#bodyDepth += opens;
    }
    this.#gap = false;
    this.#last = 'other';
  }
}

/** How deep each box is in blocks: boxes read different lines. */
class Depths {
  readonly #view: string;
  /** Depth of boxes that no condition names. */
  #common = 0;
  /** What boxes have beyond that. */
  readonly #own = new Map<string, number>();

  constructor(view: string) {
    this.#view = view;
  }

  at(condition: Condition | undefined): number {
    if (condition?.not) return this.#common;
    return this.#common + (this.#own.get(condition?.id ?? this.#view) ?? 0);
  }

  /** @param depth - for lines that all boxes read */
  set(depth: number): void {
    this.#common += depth - this.at(undefined);
  }

  move(by: number, condition: Condition | undefined): void {
    if (condition === undefined || condition.not) this.#common += by;
    if (condition === undefined) return;
    const own = this.#own.get(condition.id) ?? 0;
    this.#own.set(condition.id, condition.not ? own - by : own + by);
  }
}

function indented(text: string, depth: number): string {
  return INDENT.repeat(Math.min(Math.max(depth, 0), DEPTH_MAX)) + text;
}
