import type { IpFamily } from '@tandem/inet';
import type { Box, NameFolders } from './box.ts';
import type { DiagnosticCode } from './catalogue.ts';
import type { Definitions } from './definitions.ts';
import type { KeywordHomes } from './keyword-homes.ts';
import { commasIn, mappedIn, oddIn, unresolvedIn } from './misread.ts';
import type { NearestName } from './nearest.ts';
import type { OutlineDraft } from './outline.ts';
import type { DiagnosticOptions, Report } from './report.ts';
import type { Place } from './source.ts';
import type { Statement } from './tree.ts';
import type { Word } from './words.ts';

/** An account as it is written. */
export interface Account {
  readonly user: string;
  readonly group?: string | undefined;
}

/** A command that some keyword wants run. */
export interface ScriptUse {
  readonly program: string;
  /** What wants it run. */
  readonly call: Call;
  /** The account that its line names. */
  readonly account?: Account | undefined;
  readonly place: Place;
}

/** Reads what real servers say, unless it is known. */
export interface RealServerReader {
  /**
   * @param call - the real server
   * @param compose - reads it
   * @returns what that returned, for this real server or one that says the same
   */
  read<T extends object>(call: Call, compose: () => T): T;
}

/** What one composition shares: where complaints go, and what must be looked at across blocks. */
export interface Session {
  readonly report: Report;
  readonly box: Required<Box>;
  readonly homes: KeywordHomes;
  /** Finds what a misspelt name most likely meant. */
  readonly nearestName: NearestName;
  /** Of the text so far. */
  readonly definitions: Definitions['values'];
  readonly scripts: ScriptUse[];
  /** Names that blocks without effect define, by what they are. */
  readonly defined: Map<string, Set<string>>;
  /** Of each track_file, by its name. */
  readonly filePaths: Map<string, string>;
  /** What trackers have that name no weight of their own, by kind and name. */
  readonly weights: Map<string, { readonly weight: number; readonly reverse: boolean }>;
  /** What scripts run as by a line of their block, by its owner. */
  readonly accounts: Map<string, Account>;
  /** Present where somebody wants to look at the text once it is understood. */
  readonly outline?: OutlineDraft;
  /** The last preference given to a rule that names none, by family. */
  readonly preferences: Map<IpFamily, number>;
  /** Keywords of which the first counts, each after its owner. */
  readonly firsts: Set<string>;
  /** Where names of routing tables and the like are. */
  readonly nameFolders: NameFolders;
  /** Interfaces that are not there may come. */
  dynamicInterfaces: boolean;
  /** Present where real servers that say the same are read once. */
  readonly realServers?: RealServerReader;
  /** Keywords (and options) without effect that have been said already, by file. */
  readonly saidWithoutEffect: Map<string, Set<string>>;
}

/** Words that are longer are no slip of the pen. */
const MISREAD_LENGTH_MAX = 256;

/** Each complaint about an object repeats its name. */
const OWNER_LENGTH_MAX = 200;

/** One statement while it is being understood: its words, whose it is, where complaints go. */
export class Call {
  readonly statement: Statement;
  readonly session: Session;
  /** The object being configured, as a person would name it: `vrrp_instance ETH0`. */
  readonly owner: string;

  /**
   * @param statement - from the tree
   * @param session - of the whole composition
   * @param owner - put before each message; empty at the root
   */
  constructor(statement: Statement, session: Session, owner: string) {
    this.statement = statement;
    this.session = session;
    this.owner = owner.length > OWNER_LENGTH_MAX ? `${owner.slice(0, OWNER_LENGTH_MAX)}…` : owner;
  }

  /** The statement split the plain way, keyword first. */
  get words(): readonly Word[] {
    return this.statement.words;
  }

  /** The keyword as written. */
  get keyword(): string {
    return this.statement.keyword;
  }

  /** The words after the keyword. */
  get arguments(): readonly Word[] {
    return this.words.slice(1);
  }

  /** @returns the same statement, with complaints in another object's name */
  named(owner: string): Call {
    return new Call(this.statement, this.session, owner);
  }

  /** @returns another statement, with complaints in the same object's name */
  of(statement: Statement): Call {
    return new Call(statement, this.session, this.owner);
  }

  /**
   * @param keywords - spellings of a statement in this one's block
   * @returns the last such statement, for complaints that only the whole block allows
   */
  inside(...keywords: readonly string[]): Statement | undefined {
    const children = this.statement.block?.children ?? [];
    return children.findLast(
      (each): each is Statement => each.kind === 'statement' && keywords.includes(each.keyword),
    );
  }

  /** @returns the n-th word after the keyword (from 1), or undefined */
  argument(n: number): Word | undefined {
    return this.words[n];
  }

  /**
   * Says, once per file, that a keyword or option has no effect.
   * @param what - as a person would name it
   * @param effect - true: none yet; or what therefore does not happen
   * @param at - the word; default: the keyword
   */
  sayWithoutEffect(
    what: string,
    effect: true | string,
    at: Place | undefined = this.words[0],
  ): void {
    const { path: file } = this.statement.line.file;
    const said = this.session.saidWithoutEffect.get(file) ?? new Set();
    this.session.saidWithoutEffect.set(file, said);
    if (said.has(what)) return;
    said.add(what);
    const lost = effect === true ? ' yet' : `: ${effect}`;
    this.complain('ACCEPTED_WITHOUT_EFFECT', `${what} is accepted, without effect${lost}`, {
      at,
      severity: effect === true ? 'note' : 'warning',
    });
  }

  /**
   * An error, unless the options say otherwise, about part of this statement.
   * @param code - stable name
   * @param message - without the owner, which is put before it
   * @param options - place (default: the whole statement), severity, hint, fatality
   */
  complain(
    code: DiagnosticCode,
    message: string,
    options: DiagnosticOptions & { readonly at?: Place | undefined } = {},
  ): void {
    const { at = this.statement, ...rest } = options;
    const prefix = this.owner === '' ? '' : `${this.owner}: `;
    const hint = this.#hintAt(at, options);
    const place = { line: at.line, start: at.start, end: at.end, ...rest, hint };
    this.session.report.add(code, `${prefix}${message}`, place);
  }

  /** What explains the word comes before what the keyword says of it. A block is not its first line. */
  #hintAt(at: Place, { hint, severity }: DiagnosticOptions): string | undefined {
    if (at === this.statement && this.statement.block !== undefined) return hint;
    const text = textAt(at);
    const odd = oddIn(text);
    if (odd !== undefined) return `the word contains ${odd}`;
    const commas = severity === 'note' ? undefined : commasIn(text);
    return this.unresolvedIn(at) ?? mappedIn(text) ?? commas ?? hint;
  }

  /** @returns what is wrong with the first `$NAME` that nothing was put in for; undefined without one */
  unresolvedIn(at: Place): string | undefined {
    const { definitions, nearestName } = this.session;
    return unresolvedIn(textAt(at), definitions, nearestName);
  }
}

function textAt({ line, start, end }: Place): string {
  return line.text.slice(start, Math.min(end, start + MISREAD_LENGTH_MAX));
}
