import type { VirtualServerSettings } from '@tandem/health';
import { Call, type RealServerReader, type Session } from './call.ts';
import { composeStatement } from './composer.ts';
import { REAL_SERVER } from './keywords/real-server.ts';
import { retakeServer, ROOT, type RootDraft } from './keywords/root.ts';
import { inheritedByServers } from './keywords/virtual-server.ts';
import type { LinePlace } from './line-source.ts';
import type { TreeParser } from './parser.ts';
import { RealServerMemory, type KnownBlock } from './real-server-memory.ts';
import { openerOf, type RememberedServer, type ServerMemory } from './server-memory.ts';
import type { Statement } from './tree.ts';

const VIRTUAL_SERVER = 'virtual_server';

/** The reading that remembers. */
interface Reading {
  readonly parser: TreeParser;
  readonly draft: RootDraft;
  readonly session: Session;
  /** Those that the draft has taken. */
  readonly virtualServers: readonly VirtualServerSettings[];
}

/** One reading, with what is remembered of the one before it, and to be of this one. */
export class Recollection implements RealServerReader {
  readonly #memory: ServerMemory;
  readonly #realServers = new RealServerMemory();
  readonly #reading: Reading;
  /** That of the reading, for virtual servers. */
  readonly #watched: Session;
  /** Whether anything of it was used. */
  #wasAsked = false;
  /** How much was found wrong before the statement that is read now. */
  #found = 0;
  #inherited: { readonly globals: RootDraft['globals']; readonly text: string } | undefined;

  constructor(memory: ServerMemory, reading: Reading) {
    this.#memory = memory;
    this.#reading = reading;
    memory.begin();
    this.#watched = new Proxy(reading.session, {
      get: (session, name, receiver) => {
        if (name === 'realServers') return this;
        if (name !== 'outline') this.#wasAsked = true;
        return Reflect.get(session, name, receiver) as unknown;
      },
    });
  }

  /** @returns whether a virtual server, or the block of a real server, may begin there */
  mayBegin(source: string, from: number): boolean {
    const { parser } = this.#reading;
    if (parser.depth > 0) return parser.emptyBlock?.grammar === REAL_SERVER;
    return source.startsWith(VIRTUAL_SERVER, from);
  }

  /**
   * Takes the virtual server whose text begins there, or the block of a real server, if it is remembered.
   * @returns what need not be read any more
   */
  at(place: LinePlace): Pick<RememberedServer, 'text' | 'lines'> | undefined {
    const { parser, draft } = this.#reading;
    if (parser.depth > 0) return this.#blockAt(place);
    if (!parser.beginsStatement()) return undefined;
    const known = this.#memory.find(place, this.#inheritedNow());
    if (known === undefined) return undefined;
    if (!retakeServer(draft, known.settings, () => openerOf(known, place))) return undefined;
    this.#memory.keep(known, place);
    return known;
  }

  #blockAt(place: LinePlace): KnownBlock | undefined {
    const { parser } = this.#reading;
    const opener = parser.emptyBlock?.opener;
    const known = opener && this.#realServers.find(opener, place);
    if (known !== undefined) parser.closeKnown(known.meaning);
    return known;
  }

  read<T extends object>({ statement }: Call, compose: () => T): T {
    const known = statement.block?.meaning;
    // The same grammar made it of the same text.
    if (known !== undefined) return known as T;
    const wasAsked = this.#wasAsked;
    this.#wasAsked = false;
    const meaning = compose();
    // What the parser has found in it was found before.
    const isFlawless = this.#reading.session.report.size === this.#found;
    if (isFlawless && !this.#wasAsked) this.#realServers.note(statement, meaning);
    this.#wasAsked ||= wasAsked;
    return meaning;
  }

  /** Composes a statement of the root, and takes note of a virtual server. */
  compose(statement: Statement): void {
    const { draft, session, virtualServers } = this.#reading;
    const isServer = statement.keyword === VIRTUAL_SERVER;
    const before = virtualServers.length;
    this.#wasAsked = session.report.size > this.#found;
    const call = new Call(statement, isServer ? this.#watched : session, '');
    composeStatement(ROOT, draft, call);
    const settings = virtualServers[before];
    if (isServer && settings !== undefined && !this.#wasAsked)
      this.#memory.note(statement, { settings, inherited: this.#inheritedNow() });
    this.#found = session.report.size;
  }

  /** The reading has come to its end. */
  end(): void {
    this.#memory.end();
  }

  #inheritedNow(): string {
    const { globals } = this.#reading.draft;
    if (this.#inherited?.globals !== globals)
      this.#inherited = { globals, text: inheritedByServers(globals) };
    return this.#inherited.text;
  }
}
