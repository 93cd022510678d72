import type { Argument, Reading } from './argument.ts';
import { Call, type Session } from './call.ts';
import type { DiagnosticCode } from './catalogue.ts';
import {
  neededAfter,
  type BlockGrammar,
  type Keyword,
  type KeywordGrammar,
  type ValueKeyword,
} from './grammar.ts';
import { keywordHint } from './keyword-homes.ts';
import type { Block } from './tree.ts';
import type { Word } from './words.ts';

/**
 * Fills a draft from a block of keywords, in the order of the text.
 * @param grammar - the block's keyword table
 * @param draft - changed by each keyword
 * @param context - the block, its owner as a person would name it, and the session
 */
export function composeBlock<D>(
  grammar: KeywordGrammar<D>,
  draft: D,
  context: { readonly block: Block; readonly owner: string; readonly session: Session },
): void {
  for (const statement of context.block.children) {
    if (statement.kind === 'comment') continue;
    composeStatement(grammar, draft, new Call(statement, context.session, context.owner));
  }
}

/**
 * Fills a draft from one statement of a block.
 * @param grammar - the block's keyword table
 * @param draft - changed by the keyword
 * @param call - the statement
 */
export function composeStatement<D>(grammar: KeywordGrammar<D>, draft: D, call: Call): void {
  const keyword = grammar.keywords.get(call.keyword);
  if (keyword === undefined) complainUnknown(call, grammar);
  else composeKeyword(keyword, draft, call);
}

/**
 * The entries of a list block, each with the words of its line.
 * @param call - the statement that opens the block
 * @param names - how many words may stand before the brace
 * @returns one element per entry
 */
export function listEntries(call: Call, names: number = 0): (readonly Word[])[] {
  complainExtraWords(call, 1 + names, 'EXTRA_PARAMETERS');
  const entries: (readonly Word[])[] = [];
  for (const child of call.statement.block?.children ?? []) {
    if (child.kind === 'comment') continue;
    const entry = new Call(child, call.session, call.owner);
    checkQuotes(entry, 'error');
    entries.push(entry.words);
    if (child.block !== undefined) complainBrace(entry);
  }
  return entries;
}

/**
 * What the lines of a list block say.
 * @param call - the statement that opens the block
 * @param read - complains about a line that says nothing, and returns undefined
 */
export function linesOf<T>(
  call: Call,
  read: (words: readonly Word[], call: Call) => T | undefined,
): T[] {
  return listEntries(call).flatMap((words) => read(words, call) ?? []);
}

/** What a word is read for. */
interface ReadingContext {
  readonly call: Call;
  readonly name?: string;
  readonly fallback?: string | undefined;
  readonly fatal?: true | undefined;
}

/**
 * Reads one word, complaining when it is not what it must be.
 * @param argument - the form wanted
 * @param word - the word after the keyword
 * @param context - the statement, what is being read (default: the keyword) and what happens instead
 * @returns the value, or undefined
 */
export function readWord<T>(
  argument: Argument<T>,
  word: Word,
  context: ReadingContext,
): T | undefined {
  const reading = argument.read(word.text);
  if (reading.ok) return reading.value;
  complainReading(reading, word, context);
  return undefined;
}

function complainReading(
  reading: Extract<Reading<unknown>, { readonly ok: false }>,
  word: Word,
  context: ReadingContext,
): void {
  const { call, name = call.keyword, fallback } = context;
  const consequence = fallback === undefined ? '' : `; ${fallback}`;
  const isEmptyWord = word.text === '' && reading.code === 'INVALID_LENGTH';
  call.complain(
    reading.code,
    `${name} must be ${reading.limit}, got '${word.text}'${consequence}`,
    {
      at: word,
      hint: reading.hint,
      fatal: context.fatal,
      // Templates write them for what is not set, and keepalived says nothing.
      ...(isEmptyWord && context.fatal === undefined && { severity: 'note' as const }),
    },
  );
}

/**
 * Complains about a keyword that lacks its parameter; keepalived stops at once there.
 * @param call - the statement
 * @param bare - the keyword's own way, where keepalived goes on
 */
export function complainMissing(call: Call, bare?: 'error' | 'note', wanted?: string): void {
  if (bare === undefined) {
    const position = call.words.length + 1;
    const message = `${call.keyword} is missing a parameter (word ${position})`;
    const hint = wanted === undefined ? undefined : `it takes ${wanted}`;
    call.complain('MISSING_PARAMETER', message, { fatal: true, hint });
  } else {
    call.complain('MISSING_VALUE', `${call.keyword} has no value; ignoring it`, { severity: bare });
  }
}

/** Complains about a keyword that stands there already, where the first one counts. */
export function complainTwice(call: Call): void {
  call.complain('DUPLICATE_KEYWORD', `${call.keyword} is given twice; the first one is kept`);
}

/** Complains about words that nobody reads. */
function complainExtraWords(call: Call, known: number, code: DiagnosticCode = 'EXTRA_WORDS'): void {
  const { words } = call;
  const extra = words[known];
  const last = words[words.length - 1];
  if (extra === undefined || last === undefined) return;
  call.complain(code, `${call.keyword} ignores '${extra.text}' and what follows it`, {
    at: { line: extra.line, start: extra.start, end: last.end },
    severity: code === 'EXTRA_WORDS' ? 'note' : 'error',
  });
}

function composeKeyword<D>(keyword: Keyword<D>, draft: D, call: Call): void {
  remarkOn(keyword, call);
  const { block } = call.statement;
  const needed = neededAfter(keyword);
  const isPlain = keyword.kind !== 'custom' || keyword.form.line === undefined;
  if (isPlain && !checkQuotes(call, needed > 0 ? keyword.bare : 'error')) return;
  switch (keyword.kind) {
    case 'value':
      composeValue(keyword, draft, call);
      break;
    case 'flag':
      draft[keyword.set] = keyword.to;
      complainExtraWords(call, 1);
      break;
    case 'custom':
      if (call.words.length <= needed) complainMissing(call, keyword.bare);
      else keyword.apply(draft, call);
      break;
    default:
      if (call.words.length <= needed) complainMissing(call, keyword.bare);
      else if (block === undefined) complainNoBlock(call, keyword.grammar, needed);
      else keyword.apply(draft, call);
      return;
  }
  if (block !== undefined) complainBrace(call);
}

/** Says what is to be said of the keyword itself, whatever follows it. */
function remarkOn<D>(keyword: Keyword<D>, call: Call): void {
  if (keyword.deprecated?.includes(call.keyword)) {
    call.complain('DEPRECATED_KEYWORD', `${call.keyword} is deprecated`, {
      at: call.words[0] ?? call.statement,
      severity: 'warning',
      hint: `write '${keyword.keyword}'`,
    });
  }
  if (keyword.withoutEffect !== undefined) {
    call.sayWithoutEffect(keyword.keyword, keyword.withoutEffect);
  }
}

/**
 * A word whose quote is never closed counts as missing, as in keepalived.
 * @returns whether the statement can be used
 */
function checkQuotes(call: Call, bare?: 'error' | 'note'): boolean {
  const { words } = call;
  const last = words[words.length - 1];
  if (last?.unterminated !== true) return true;
  const isFirst = words.length <= 2;
  call.complain('UNTERMINATED_QUOTE', `'"' is never closed on this line`, {
    at: last,
    hint: `add the closing '"'`,
    fatal: isFirst && bare === undefined ? true : undefined,
  });
  return !isFirst;
}

function composeValue<D>(keyword: ValueKeyword<D>, draft: D, call: Call): void {
  const { argument } = keyword;
  const word = call.argument(1);
  if (word === undefined) {
    if (argument.absent === undefined) complainMissing(call, keyword.bare, argument.limit);
    else draft[keyword.set] = argument.absent;
    return;
  }
  if (keyword.firstCounts && draft[keyword.set] !== undefined) {
    complainTwice(call);
    return;
  }
  const reading = argument.read(word.text);
  if (reading.ok) {
    draft[keyword.set] = reading.value;
  } else {
    complainReading(reading, word, { call, fallback: keyword.fallback, fatal: keyword.fatal });
    if (keyword.instead !== undefined) draft[keyword.set] = keyword.instead;
  }
  complainExtraWords(call, 2);
}

function complainUnknown<D>(call: Call, grammar: KeywordGrammar<D>): void {
  const { keyword, session } = call;
  call.complain('UNKNOWN_KEYWORD', `Unknown keyword '${keyword}'`, {
    at: call.words[0] ?? call.statement,
    hint: keywordHint(keyword, grammar.keywords, session.homes),
  });
}

/** A `{` after a keyword without a block: its content is left alone. */
function complainBrace(call: Call): void {
  const at = call.statement.block?.open ?? call.statement;
  const unresolved = call.unresolvedIn({ ...at, start: at.start - 1, end: at.line.text.length });
  call.complain('UNEXPECTED_BRACE', `${call.keyword} has no block; ignoring it`, {
    at,
    hint: unresolved ?? "remove the '{' and its '}'",
  });
}

function complainNoBlock(call: Call, grammar: BlockGrammar, known: number): void {
  call.complain('MISSING_OPEN_BRACE', `'{' is missing after ${grammar.name}`, {
    hint: `write '${[grammar.name, ...call.words.slice(1, known + 1).map((each) => each.text)].join(' ')} {'`,
  });
}

/** Complains about a list without entries. @param call - the list */
export function complainNoEntries(call: Call): void {
  if (call.statement.block?.children.some((each) => each.kind === 'statement')) return;
  call.complain('EMPTY_BLOCK', `${call.keyword} has no entries; ignoring it`);
}
