import type { Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { composeBlock, listEntries, readWord } from '../composer.ts';
import {
  keywordGrammar,
  listGrammar,
  type Keyword,
  type KeywordFacts,
  type KeywordGrammar,
} from '../grammar.ts';
import { readScript } from '../script-argument.ts';
import type { Word } from '../words.ts';

/** A block of keywords that only are judged. */
export type AcceptedGrammar = KeywordGrammar<object>;

/** Reads one line of a list block, for its complaints. */
type EntryReader = (words: readonly Word[], call: Call) => void;

/**
 * A row of a table of keywords that the daemon does not act on yet: what is written is judged all
 * the same. At most one of argument, words, script, entries and block; none of them is a flag.
 */
export interface AcceptedRow extends Omit<KeywordFacts, 'withoutEffect'> {
  /** What therefore does not happen, where a service would suffer; a warning then, else a note. */
  readonly lost?: string;
  readonly argument?: Argument<unknown>;
  /** Words that are not judged: how many must follow. */
  readonly words?: number;
  readonly script?: 'command' | 'text';
  /** A list block, one entry a line. */
  readonly entries?: EntryReader;
  readonly block?: AcceptedGrammar;
  /** Keywords that must stand in the block. */
  readonly required?: readonly string[];
  /** What a name after the keyword defines, for references from elsewhere. */
  readonly defines?: string;
  /** Judges the whole statement after its parts. */
  readonly judge?: (call: Call) => void;
}

/**
 * @param rows - keywords without effect
 * @returns them as rows of the table of the block they stand in, each marked as without effect
 */
export function withoutEffect<D>(rows: readonly AcceptedRow[]): readonly Keyword<D>[] {
  return rows.map((row) => ({ ...judged<D>(row), withoutEffect: row.lost ?? true }));
}

/**
 * @param name - the keyword that opens a block without effect
 * @param rows - its keywords; not marked themselves, because the block is
 */
export function acceptedGrammar(name: string, rows: readonly AcceptedRow[]): AcceptedGrammar {
  return keywordGrammar<object>(name, rows.map(judged<object>));
}

function judged<D>(row: AcceptedRow): Keyword<D> {
  return row.block !== undefined || row.entries !== undefined ? blockRow(row) : valueRow(row);
}

function factsOf(row: AcceptedRow): KeywordFacts {
  const { keyword, aliases, deprecated, bare, since, doc } = row;
  return {
    keyword,
    doc,
    ...(aliases && { aliases }),
    ...(deprecated && { deprecated }),
    ...(bare && { bare }),
    ...(since && { since }),
  };
}

function blockRow<D>(row: AcceptedRow): Keyword<D> {
  const { keyword, entries, block } = row;
  return {
    ...factsOf(row),
    kind: 'block',
    form: row.words === 1 ? 'NAME { … }' : '{ … }',
    words: row.words === 1 && row.bare === undefined ? 1 : 0,
    grammar: block ?? listGrammar(keyword, 'entries'),
    apply(_, call) {
      if (row.words === 1 && !checkName(row, call)) return;
      if (block !== undefined) composeAccepted(block, row, call);
      if (entries !== undefined) {
        for (const words of listEntries(call, row.words)) entries(words, call);
      }
      row.judge?.(call);
    },
  };
}

function valueRow<D>(row: AcceptedRow): Keyword<D> {
  const { argument, script } = row;
  const needed =
    script !== undefined || (argument !== undefined && !('absent' in argument)) ? 1 : 0;
  return {
    ...factsOf(row),
    kind: 'custom',
    form: script === undefined ? (argument?.limit ?? '') : 'COMMAND [USER [GROUP]]',
    words: row.words ?? needed,
    ...(script && { script: true as const }),
    apply(_, call) {
      const given = call.argument(1);
      if (script === 'command') readScript(call);
      else if (argument !== undefined && given !== undefined) readWord(argument, given, { call });
      row.judge?.(call);
    },
  };
}

/** @returns whether a block that needs a name has one of its own */
function checkName({ defines }: AcceptedRow, call: Call): boolean {
  const name = call.argument(1)?.text;
  if (name === undefined || call.arguments.length > 1) {
    call.complain('MISSING_NAME', `${call.keyword} must have one name; skipping the block`, {
      hint: `write '${call.keyword} NAME {'`,
    });
    return false;
  }
  if (defines === undefined) return true;
  const known = call.session.defined.get(defines) ?? new Set();
  call.session.defined.set(defines, known);
  if (known.has(name)) {
    call.complain('DUPLICATE_NAME', `${call.keyword} ${name} already defined; skipping the block`, {
      at: call.argument(1),
    });
    return false;
  }
  known.add(name);
  return true;
}

function composeAccepted(grammar: AcceptedGrammar, row: AcceptedRow, call: Call): void {
  const { block } = call.statement;
  if (block === undefined) return;
  const name = row.words === 1 ? ` ${call.argument(1)?.text ?? ''}` : '';
  const owner = `${call.owner === '' ? '' : `${call.owner} `}${row.keyword}${name}`;
  composeBlock(grammar, {}, { block, owner, session: call.session });
  for (const keyword of row.required ?? []) {
    if (call.inside(keyword) !== undefined) continue;
    call.named(owner).complain('MISSING_KEYWORD', `it has no ${keyword}; ignoring it`, {
      hint: `add '${keyword} …'`,
    });
  }
}
