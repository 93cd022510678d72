import type { Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { complainTwice, listEntries } from '../composer.ts';
import { NOTHING, type Form } from '../form.ts';
import { formOfArgument, listGrammar, type Keyword, type KeywordFacts } from '../grammar.ts';
import { readForm } from '../read-form.ts';
import { readScript } from '../script-argument.ts';
import type { Word } from '../words.ts';

/** Reads one line of a list block, for its complaints. */
type EntryReader = (words: readonly Word[], call: Call) => void;

/**
 * A row of a table of keywords that the daemon does not act on: what is written is judged all
 * the same. At most one of argument and form; none of them, nor a block, is a flag.
 */
export interface AcceptedRow extends Omit<KeywordFacts, 'withoutEffect'> {
  /** What therefore does not happen, where a service would suffer; a warning then, else a note. */
  readonly lost?: string;
  readonly argument?: Argument<unknown>;
  /** Of several words. */
  readonly form?: Form;
  /** A list block: what each line is. */
  readonly list?: Form;
  /** Judges a line of it. */
  readonly readEntry?: EntryReader;
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
 * @param rows - keywords that ask for what is done anyhow
 * @returns them as rows of the table of the block they stand in
 */
export function needless<D>(rows: readonly AcceptedRow[]): readonly Keyword<D>[] {
  return rows.map(judged<D>);
}

function judged<D>(row: AcceptedRow): Keyword<D> {
  return row.list === undefined ? valueRow(row) : blockRow(row);
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
  return {
    ...factsOf(row),
    kind: 'block',
    form: NOTHING,
    grammar: listGrammar(row.keyword, row.list),
    apply(_, call) {
      for (const words of listEntries(call)) row.readEntry?.(words, call);
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
