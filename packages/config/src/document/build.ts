import { formOf, hasKeywords } from '../grammar.ts';
import type { BlockGrammar, BlockKeyword, Data, Keyword, KeywordGrammar } from '../grammar.ts';
import { ROOT } from '../keywords/root.ts';
import type { Outline } from '../outline.ts';
import type { Place } from '../source.ts';
import type { Statement } from '../tree.ts';
import type { Word } from '../words.ts';
import { dataOf, lineData, membersOf, type Members } from './form-data.ts';

/**
 * A whole configuration as plain data, after all expansion. Keywords are names under their first
 * spelling; blocks nest; what there may be several of is an array; numbers are in the unit of the
 * keyword. It travels as JSON, and its JSON Schema is `documentSchema()`.
 */
export type ConfigurationDocument = Members;

/** Where each value of a document comes from: JSON Pointer (RFC 6901) to `file:line`. */
export type Origins = Readonly<Record<string, string>>;

/** What is said somewhere: one of data, members of a block, and items of what there is several of. */
interface Node {
  readonly place: Place;
  readonly data?: Data;
  readonly members?: Map<string, Node>;
  readonly items?: Node[];
}

/** A document with its origins. */
export interface LocatedDocument {
  readonly document: ConfigurationDocument;
  readonly origins: Origins;
}

/**
 * What a configuration says after all expansion, as plain data. Values that are wrong are
 * left out, or those that are used in their place.
 * @param outline - of the configuration, as an inspector gets it
 * @returns the document, and where each value, entry and block stands
 */
export function documentOf({ statements }: Pick<Outline, 'statements'>): LocatedDocument {
  const root = new Map<string, Node>();
  for (const statement of statements) addStatement(ROOT, root, statement);
  const origins: Record<string, string> = {};
  for (const [name, node] of root) collectOrigins(node, `/${name}`, origins);
  return { document: dataOfMembers(root), origins };
}

function dataOfMembers(members: ReadonlyMap<string, Node>): Members {
  return Object.fromEntries([...members].map(([name, node]) => [name, dataOfNode(node)]));
}

function dataOfNode({ data, members, items }: Node): Data {
  if (members !== undefined) return dataOfMembers(members);
  return data ?? items?.map(dataOfNode) ?? [];
}

function collectOrigins(node: Node, pointer: string, origins: Record<string, string>): void {
  const { place, members, items } = node;
  origins[pointer] = `${place.line.file.path}:${place.line.number}`;
  for (const [name, child] of members ?? items?.entries() ?? []) {
    collectOrigins(child, `${pointer}/${name}`, origins);
  }
}

function addStatement<D>(
  grammar: KeywordGrammar<D>,
  members: Map<string, Node>,
  statement: Statement,
): void {
  const row = grammar.keywords.get(statement.keyword);
  if (row === undefined) return;
  const words = statement.words;
  const isPlain = formOf(row).line === undefined;
  // A quote that is never closed leaves the keyword without its first word.
  if (isPlain && words.length <= 2 && words.at(-1)?.unterminated) return;
  if (row.kind === 'block') addBlock(row, members, { statement, words });
  else addValue(row, members, { statement, words });
}

interface Given {
  readonly statement: Statement;
  /** Keyword first. */
  readonly words: readonly Word[];
}

function addValue<D>(
  row: Keyword<D>,
  members: Map<string, Node>,
  { statement, words }: Given,
): void {
  const before = members.get(row.keyword);
  if (before !== undefined && isKept(row, before)) return;
  const form = formOf(row);
  const [keyword, ...rest] = words;
  const data =
    form.line === undefined
      ? (dataOf(form, rest) ?? dataInstead(row, rest))
      : lineData(form.line, { ...statement, start: keyword?.end ?? statement.start });
  if (data === undefined) return;
  if (row.undoes !== undefined) members.delete(row.undoes);
  const isMore = row.adds && before?.data !== undefined;
  members.set(row.keyword, {
    place: statement,
    data: isMore ? joined(before.data, data) : data,
  });
}

/** What a value that is refused is taken for, where that is not what holds without the keyword. */
function dataInstead<D>(row: Keyword<D>, words: readonly Word[]): Data | undefined {
  if (row.kind !== 'value' || row.instead === undefined || words.length === 0) return undefined;
  return row.argument.data(row.instead);
}

/** Whether what stands there already counts, and not what follows. */
function isKept<D>({ firstCounts, default: usual }: Keyword<D>, { data }: Node): boolean {
  if (firstCounts !== 'but the default') return firstCounts === true;
  return data !== usual && (data as Members | undefined)?.['value'] !== usual;
}

/** Both lists, or all members. */
function joined(before: Data, data: Data): Data {
  if (Array.isArray(before) && Array.isArray(data))
    return [...(before as Data[]), ...(data as Data[])];
  return { ...(before as Members), ...(data as Members) };
}

function addBlock<D>(
  row: BlockKeyword<D>,
  members: Map<string, Node>,
  { statement, words }: Given,
): void {
  const { block } = statement;
  const header = membersOf(row.form, words.slice(1));
  if (block === undefined || header === undefined) return;
  const node = blockNode(row.grammar, statement, {
    header,
    before: row.several ? undefined : members.get(row.keyword),
  });
  const { keyword } = row;
  if (!row.several) {
    members.set(keyword, node);
    return;
  }
  const all = members.get(keyword) ?? { place: statement, items: [] };
  all.items?.push(node);
  members.set(keyword, all);
}

function blockNode(
  grammar: BlockGrammar,
  statement: Statement,
  { header, before }: { readonly header: Members; readonly before: Node | undefined },
): Node {
  const children = statement.block?.children.filter((each) => each.kind === 'statement') ?? [];
  const place = before?.place ?? statement;
  const members = new Map(before?.members);
  for (const [name, data] of Object.entries(header)) members.set(name, { place, data });
  if (hasKeywords(grammar)) {
    for (const child of children) addStatement(grammar, members, child);
    return { place, members };
  }
  const entries = children.flatMap((child) => entryNodes(grammar, child));
  if (members.size === 0) return { place, items: [...(before?.items ?? []), ...entries] };
  members.set(ENTRIES, { place, items: entries });
  return { place, members };
}

/** The name of the list in a block that has a name and a list. */
export const ENTRIES = 'entries';

function entryNodes({ content, entry }: BlockGrammar, child: Statement): Node[] {
  if (entry === undefined) return [];
  const words = child.words;
  const lines = content === 'words' ? words.map((each) => [each]) : [words];
  return lines.flatMap((line) => {
    const data = dataOf(entry, line);
    return data === undefined ? [] : [{ place: child, data }];
  });
}
