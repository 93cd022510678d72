/**
 * Remembers the virtual servers of the last reading, so that of thousands of them only those are
 * read again whose text has changed. It knows those alone that mean the same wherever they stand:
 * nothing in their text refers to definitions, conditions, groups, scripts or the box, and there is
 * nothing to be said of them.
 */
import type { VirtualServerSettings } from '@tandem/health';
import { endOfLine, isPlain, type LinePlace } from './line-source.ts';
import { Line, type Place } from './source.ts';
import type { Statement } from './tree.ts';

/** A virtual server as it was read. */
export interface RememberedServer {
  readonly settings: VirtualServerSettings;
  /** From its opening keyword to the closing brace, whole lines. A part of the file's. */
  text: string;
  /** How many lines that are. */
  readonly lines: number;
  /** How long the first of them is, and the statement in it. */
  readonly firstLine: number;
  readonly opener: number;
  /** What it inherits. */
  readonly inherited: string;
}

/** What one reading after the other knows of those before it. Belongs to one daemon. */
export class ServerMemory {
  /** In their order; most stand in the next reading as they did in the last. */
  #known: readonly RememberedServer[] = [];
  /** Of these, the one that is expected next. */
  #next = 0;
  /** Of those whose order has changed; of several that begin with the same line, the last one. */
  #places: ReadonlyMap<string, number> | undefined;
  #fresh: RememberedServer[] = [];

  /** A reading begins. */
  begin(): void {
    this.#fresh = [];
    this.#next = 0;
  }

  /** A reading has ended: what it did not find is forgotten. */
  end(): void {
    this.#known = this.#fresh;
    this.#places = undefined;
    this.#fresh = [];
  }

  /**
   * @param place - where a line begins
   * @param inherited - what a virtual server there inherits
   * @returns the virtual server whose text begins there, if it is one of the last reading
   */
  find(place: LinePlace, inherited: string): RememberedServer | undefined {
    const expected = this.#known[this.#next];
    const isExpected = expected !== undefined && standsAt(expected, place);
    const at = isExpected ? this.#next : this.#placeOf(place);
    const known = at === undefined ? undefined : this.#known[at];
    if (at === undefined || known === undefined) return undefined;
    this.#next = at + 1;
    if (known.inherited !== inherited) return undefined;
    return isExpected || standsAt(known, place) ? known : undefined;
  }

  /** @returns the place of the one that begins with the line that begins there */
  #placeOf({ source, from }: LinePlace): number | undefined {
    const line = source.slice(from, endOfLine(source, from));
    const expected = this.#known[this.#next];
    if (expected !== undefined && firstLineOf(expected) === line) return this.#next;
    this.#places ??= new Map(this.#known.map((each, place) => [firstLineOf(each), place]));
    return this.#places.get(line);
  }

  /**
   * Keeps one for the next reading.
   * @param server - that was found
   * @param place - where
   */
  keep(server: RememberedServer, { source, from }: LinePlace): void {
    // A part of this text, so that the one before it need not stay in memory.
    server.text = source.slice(from, from + server.text.length);
    this.#fresh.push(server);
  }

  /**
   * Takes note of one that was read anew, without complaint and without a question about anything
   * but its text, if it stands there by itself.
   * @param statement - that opens it
   * @param found - what came of it
   */
  note(
    statement: Statement,
    { settings, inherited }: Pick<RememberedServer, 'settings' | 'inherited'>,
  ): void {
    const { line, start, end, block } = statement;
    const close = block?.close;
    if (start !== 0 || close === undefined || close.line.source !== line.source) return;
    const { source, from } = line;
    const to = close.line.from + close.end;
    const text = source.slice(from, to);
    if (!isPlain(text)) return;
    const lines = close.line.number - line.number + 1;
    const firstLine = line.to - from;
    this.#fresh.push({ settings, inherited, text, lines, firstLine, opener: end });
  }
}

/** @returns where the statement stands that opens a virtual server */
export function openerOf({ firstLine, opener: end }: RememberedServer, place: LinePlace): Place {
  return { line: new Line({ ...place, to: place.from + firstLine }), start: 0, end };
}

function standsAt({ text }: RememberedServer, { source, from }: LinePlace): boolean {
  return source.startsWith(text, from) && isEndOfLine(source, from + text.length);
}

function firstLineOf({ text }: RememberedServer): string {
  return text.slice(0, endOfLine(text, 0));
}

function isEndOfLine(source: string, at: number): boolean {
  return at === source.length || source[at] === '\n' || source.startsWith('\r\n', at);
}
