import type { Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { complainTwice, composeBlock, listEntries } from '../composer.ts';
import { NAME, NOTHING, type Form } from '../form.ts';
import {
  formOfArgument,
  keywordGrammar,
  listGrammar,
  type Keyword,
  type KeywordFacts,
  type KeywordGrammar,
} from '../grammar.ts';
import { readForm } from '../read-form.ts';
import { readScript } from '../script-argument.ts';
import type { Word } from '../words.ts';
import { claimName, complainRequired } from './named-block.ts';

/** A block of keywords that only are judged. */
export type AcceptedGrammar = KeywordGrammar<object>;

/** Reads one line of a list block, for its complaints. */
type EntryReader = (words: readonly Word[], call: Call) => void;

/**
 * A row of a table of keywords that the daemon does not act on yet: what is written is judged all
 * the same. At most one of argument and form; none of them, nor a block, is a flag.
 */
export interface AcceptedRow extends Omit<KeywordFacts, 'withoutEffect'> {
  /** What therefore does not happen, where a service would suffer; a warning then, else a note. */
  readonly lost?: string;
  readonly argument?: Argument<unknown>;
  /** Of several words; before the brace, of a block. */
  readonly form?: Form;
  /** A list block: what each line is, or that it holds words with no regard to lines. */
  readonly list?: Form | 'words';
  /** Judges a line, where its form does not say all. */
  readonly readEntry?: EntryReader;
  readonly block?: AcceptedGrammar;
  /** There may be several of the block. */
  readonly several?: true;
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
  return row.block !== undefined || row.list !== undefined ? blockRow(row) : valueRow(row);
}

/** What the rows say that the tables take over as it is. */
const FACTS = [
  'aliases',
  'deprecated',
  'bare',
  'since',
  'default',
  'otherwise',
  'firstCounts',
  'adds',
  'undoes',
  'required',
  'early',
] as const;

function factsOf(row: KeywordFacts): KeywordFacts {
  const given = FACTS.filter((each) => row[each] !== undefined);
  const { keyword, doc } = row;
  return { keyword, doc, ...Object.fromEntries(given.map((each) => [each, row[each]])) };
}

function blockRow<D>(row: AcceptedRow): Keyword<D> {
  const { keyword, list, block, form = NOTHING } = row;
  const entry = list === 'words' ? undefined : list;
  const {
    readEntry = entry && ((words: readonly Word[], call: Call) => readForm(entry, words, call)),
  } = row;
  return {
    ...factsOf(row),
    kind: 'block',
    form,
    grammar: block ?? listGrammar(keyword, entry),
    ...(row.several && { several: row.several }),
    apply(_, call) {
      if (form === NAME && claimName(call, row.defines) === undefined) return;
      if (block !== undefined) composeAccepted(block, row, call);
      if (list !== undefined) {
        for (const words of listEntries(call, Object.keys(form.words).length)) {
          readEntry?.(words, call);
        }
      }
      row.judge?.(call);
    },
  };
}

function valueRow<D>(row: AcceptedRow): Keyword<D> {
  const { argument, form = argument === undefined ? NOTHING : formOfArgument(argument) } = row;
  return {
    ...factsOf(row),
    kind: 'custom',
    form,
    apply(_, call) {
      if (row.firstCounts && !isFirst(row.keyword, call)) return;
      if (form.line === 'command') readScript(call);
      else if (form.line === undefined && call.arguments.length > 0)
        readForm(form, call.arguments, call);
      row.judge?.(call);
    },
  };
}

/** @returns false after a complaint about a keyword that stands there already */
export function isFirst(keyword: string, call: Call): boolean {
  const { firsts } = call.session;
  const name = `${call.owner} ${keyword}`;
  if (!firsts.has(name)) {
    firsts.add(name);
    return true;
  }
  complainTwice(call);
  return false;
}

function composeAccepted(grammar: AcceptedGrammar, row: AcceptedRow, call: Call): void {
  const { block } = call.statement;
  if (block === undefined) return;
  const name = row.form === NAME ? ` ${call.argument(1)?.text ?? ''}` : '';
  const owner = `${call.owner === '' ? '' : `${call.owner} `}${row.keyword}${name}`;
  composeBlock(grammar, {}, { block, owner, session: call.session });
  complainRequired(grammar, call.named(owner));
}
