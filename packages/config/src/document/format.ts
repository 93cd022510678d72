import type { Datum } from '../argument.ts';
import type { Form, Option } from '../form.ts';
import { formOf, hasKeywords } from '../grammar.ts';
import type { BlockGrammar, BlockKeyword, Data, Keyword, KeywordGrammar } from '../grammar.ts';
import { ROOT } from '../keywords/root.ts';
import { ENTRIES, type ConfigurationDocument, type Origins } from './build.ts';
import { hasOptionalParts, isSingle, type Members } from './form-data.ts';
import { commandText, entryText, quotedText, wordText } from './text.ts';

/**
 * Writes a document as keepalived.conf: what comes of reading it is the document again.
 * @param document - valid by `documentSchema()`
 * @param origins - said behind each line, as a comment
 * @returns the text, with a line break at its end unless it is empty
 * @throws RangeError for a keyword that there is not
 */
export function formatDocument(document: ConfigurationDocument, origins: Origins = {}): string {
  const writer = new Writer(origins);
  writer.members(ROOT, document, { depth: 0, pointer: '' });
  return writer.lines.map((each) => `${each}\n`).join('');
}

/** Where in the text and in the document something is. */
interface Position {
  readonly depth: number;
  readonly pointer: string;
}

class Writer {
  readonly lines: string[] = [];
  readonly #origins: Origins;

  constructor(origins: Origins) {
    this.#origins = origins;
  }

  members<D>(grammar: KeywordGrammar<D>, members: Members, { depth, pointer }: Position): void {
    for (const [keyword, row] of inOrder(grammar, Object.keys(members))) {
      this.#statement(row, members[keyword] as Data, { depth, pointer: `${pointer}/${keyword}` });
    }
  }

  #statement<D>(row: Keyword<D>, data: Data, position: Position): void {
    const { depth, pointer } = position;
    if (row.kind !== 'block') {
      this.#line([row.keyword, ...formText(formOf(row), data)], position);
      return;
    }
    const blocks = row.several ? (data as readonly Data[]) : [data];
    for (const [i, block] of blocks.entries()) {
      const at = row.several ? `${pointer}/${i}` : pointer;
      if (depth === 0 && this.lines.length > 0) this.lines.push('');
      this.#block(row, block, { depth, pointer: at });
    }
  }

  #block<D>({ keyword, form, grammar }: BlockKeyword<D>, data: Data, position: Position): void {
    const inside = { depth: position.depth + 1, pointer: position.pointer };
    const header = Array.isArray(data) ? [] : membersText(form, data as Members);
    this.#line([keyword, ...header, '{'], position);
    if (hasKeywords(grammar)) this.members(grammar, withoutHeader(form, data as Members), inside);
    else if (Array.isArray(data)) this.#entries(grammar, data as Data[], inside);
    else {
      const entries = (data as Members)[ENTRIES] as readonly Data[];
      this.#entries(grammar, entries, { ...inside, pointer: `${inside.pointer}/${ENTRIES}` });
    }
    this.lines.push(`${INDENT.repeat(position.depth)}}`);
  }

  #entries({ entry }: BlockGrammar, entries: readonly Data[], { depth, pointer }: Position): void {
    if (entry === undefined) return;
    for (const [i, data] of entries.entries()) {
      const [first = '', ...words] = formText(entry, data);
      this.#line([entryText(first), ...words], { depth, pointer: `${pointer}/${i}` });
    }
  }

  #line(words: readonly string[], { depth, pointer }: Position): void {
    const origin = this.#origins[pointer];
    const text = `${INDENT.repeat(depth)}${words.join(' ')}`;
    this.lines.push(origin === undefined ? text : `${text.padEnd(ORIGIN_COLUMN)} # ${origin}`);
  }
}

const INDENT = '  ';
const ORIGIN_COLUMN = 39;

/** What others refer to comes first, in the order of the table. */
function inOrder<D>(
  grammar: KeywordGrammar<D>,
  keywords: readonly string[],
): readonly (readonly [string, Keyword<D>])[] {
  const given = new Map(keywords.map((each) => [each, rowOf(grammar, each)]));
  const early = grammar.rows.filter(({ early, keyword }) => early && given.has(keyword));
  for (const { keyword } of early) given.delete(keyword);
  return [...early.map((row) => [row.keyword, row] as const), ...given];
}

function rowOf<D>(grammar: KeywordGrammar<D>, keyword: string): Keyword<D> {
  const row = grammar.keywords.get(keyword);
  if (row?.keyword !== keyword) throw new RangeError(`${grammar.name} has no keyword ${keyword}`);
  return row;
}

function withoutHeader(form: Form, data: Members): Members {
  const header = new Set([...Object.keys(form.words), ...Object.keys(form.options)]);
  return Object.fromEntries(Object.entries(data).filter(([name]) => !header.has(name)));
}

/** @returns the words of a form, quoted where they need it */
function formText(form: Form, data: Data): readonly string[] {
  if (form.line === 'text') return [quotedText(data as string)];
  if (form.line === 'command') return commandText(data as Members);
  if (!isSingle(form)) {
    const isAlone = hasOptionalParts(form) && typeof data !== 'object';
    const members = isAlone ? { value: data } : (data as Members);
    return data === true ? [] : membersText(form, members);
  }
  const isBare = data === true && form.words['value']?.schema['type'] !== 'boolean';
  return isBare ? [] : dataText(data);
}

function membersText(form: Form, data: Members): readonly string[] {
  const words = Object.keys(form.words).flatMap((name) => {
    const member = data[name];
    return member === undefined ? [] : dataText(member);
  });
  const options = Object.entries(form.options).filter(
    ([name]) => name in data && !(name in form.words),
  );
  const text = (leads: boolean): readonly string[] =>
    options.flatMap(([name, option]) =>
      (option.leads ?? false) === leads ? optionText(name, option, data[name] as Data) : [],
    );
  return [...text(true), ...words, ...text(false)];
}

function optionText(name: string, option: Option, data: Data): readonly string[] {
  const { inner, qualifiers = [], several } = option;
  const given = several ? (data as readonly Data[]) : [data];
  return given.flatMap((each) => {
    if (inner !== undefined) return [name, ...membersText(inner, each as Members)];
    if (option.argument === undefined) return [name];
    const [, qualifier = '', value = ''] = /^(\S+) (.+)$/.exec(each as string) ?? [];
    const isQualified = qualifiers.includes(qualifier);
    return isQualified ? [name, qualifier, wordText(value)] : [name, ...dataText(each)];
  });
}

function dataText(data: Data): readonly string[] {
  return Array.isArray(data) ? (data as Datum[]).map(wordText) : [wordText(data as Datum)];
}
