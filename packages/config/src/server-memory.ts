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
  /** From its opening keyword to the closing brace, whole lines. */
  readonly text: string;
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
  /** By the first line; of several that begin with the same, the last one. */
  #known: ReadonlyMap<string, RememberedServer> = new Map();
  #fresh = new Map<string, RememberedServer>();

  /** A reading begins. */
  begin(): void {
    this.#fresh = new Map();
  }

  /** A reading has ended: what it did not find is forgotten. */
  end(): void {
    this.#known = this.#fresh;
    this.#fresh = new Map();
  }

  /**
   * @param place - where a line begins
   * @param inherited - what a virtual server there inherits
   * @returns the virtual server whose text begins there, if it is one of the last reading
   */
  find({ source, from }: LinePlace, inherited: string): RememberedServer | undefined {
    const known = this.#known.get(source.slice(from, endOfLine(source, from)));
    if (known === undefined || known.inherited !== inherited) return undefined;
    const to = from + known.text.length;
    return source.startsWith(known.text, from) && isEndOfLine(source, to) ? known : undefined;
  }

  /**
   * Keeps one for the next reading.
   * @param server - that was found
   * @param place - where
   */
  keep(server: RememberedServer, { source, from }: LinePlace): void {
    // Parts of this text, so that the one before it need not stay in memory.
    const text = source.slice(from, from + server.text.length);
    const { settings, inherited, lines, firstLine, opener } = server;
    // Written out: a copy of all fields takes longer than all the rest.
    const kept = { settings, inherited, text, lines, firstLine, opener };
    this.#fresh.set(source.slice(from, endOfLine(source, from)), kept);
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
    const read = { settings, inherited, text, lines, firstLine, opener: end };
    this.#fresh.set(source.slice(from, endOfLine(source, from)), read);
  }
}

/** @returns where the statement stands that opens a virtual server */
export function openerOf({ firstLine, opener: end }: RememberedServer, place: LinePlace): Place {
  return { line: new Line({ ...place, to: place.from + firstLine }), start: 0, end };
}

function isEndOfLine(source: string, at: number): boolean {
  return at === source.length || source[at] === '\n' || source.startsWith('\r\n', at);
}
