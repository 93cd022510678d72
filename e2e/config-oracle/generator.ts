/** Makes configuration files from the keyword tables: one keyword under test in each. */
import { ROOT, type Keyword } from '@tandem/config';
import { line, render, type Entry } from './entry.ts';
import { breakOften, breakText } from './faults.ts';
import { ENTRIES } from './list-entries.ts';
import { Random } from './random.ts';
import { sampleOf } from './samples.ts';
import { SKELETONS } from './skeleton.ts';

/** A file for both programs to judge. */
export interface Case {
  readonly text: string;
  /** Keywords that stand in it on purpose, each after its blocks: `vrrp_instance state`. */
  readonly keywords: readonly string[];
  /** How it was made; only for people who read about a difference. */
  readonly how: string;
}

/** A keyword with the blocks that it stands in. */
interface Target {
  /** Outermost first, without the keyword itself. */
  readonly blocks: readonly string[];
  readonly keyword: string;
  readonly form: string;
  readonly isBlock: boolean;
  readonly since: string | undefined;
  /** Whether our daemon acts on it. */
  readonly hasEffect: boolean;
}

/** Every spelling of every keyword in every block, from the tables of the parser. */
export const TARGETS: readonly Target[] = targetsIn(ROOT.rows, {
  blocks: [],
  since: undefined,
  hasEffect: true,
});

function targetsIn<D>(
  rows: readonly Keyword<D>[],
  outer: Pick<Target, 'blocks' | 'since' | 'hasEffect'>,
): Target[] {
  const { blocks } = outer;
  return rows.flatMap((row) => {
    const { aliases = [], deprecated = [] } = row;
    const since = row.since ?? outer.since;
    const hasEffect = outer.hasEffect && row.withoutEffect === undefined;
    const own = [row.keyword, ...aliases, ...deprecated].map((keyword) => ({
      blocks,
      keyword,
      form: formText(row),
      isBlock: row.kind === 'block',
      since,
      hasEffect,
    }));
    const inner = row.kind === 'block' && isKeywordGrammar(row.grammar) ? row.grammar.rows : [];
    return [...own, ...targetsIn(inner, { blocks: [...blocks, row.keyword], since, hasEffect })];
  });
}

/** What the first word after a keyword must be, as messages say it. */
function formText<D>(row: Keyword<D>): string {
  if (row.kind === 'flag') return '';
  if (row.kind === 'value') return row.argument.limit;
  if (row.form.line === 'command') return 'COMMAND';
  return Object.values(row.form.words)[0]?.limit ?? '';
}

function isKeywordGrammar(
  grammar: object,
): grammar is { readonly rows: readonly Keyword<unknown>[] } {
  return 'rows' in grammar;
}

/** @returns a keyword's name with its blocks, as people write it */
export function pathOf(target: Target): string {
  return [...target.blocks, target.keyword].join(' ');
}

/** Security of scripts, without which every file with one is judged alike. */
const GLOBALS: Entry = {
  text: 'global_defs',
  children: [line('enable_script_security'), line('script_user root')],
};

/** What the files of one keyword are like, each twice. */
const KINDS = ['valid', 'valid again', 'wrong value', 'wrong text'] as const;
const TIMES = 2;
/** Lines of a list block. */
const ENTRIES_MAX = 3;

/** @returns files with one keyword of 2.2.7 under test each, all else as it should be */
export function keywordCases(): Case[] {
  return TARGETS.filter(({ since }) => since === undefined).flatMap((target) =>
    KINDS.flatMap((kind) =>
      Array.from({ length: TIMES }, (_, i) =>
        caseOf(target, kind, new Random(`${pathOf(target)} ${kind} ${i}`)),
      ),
    ),
  );
}

/** @returns files with all keywords at once that are newer than 2.2.7 */
export function newerCases(): Case[] {
  const newer = TARGETS.filter(({ since, isBlock }) => since !== undefined && !isBlock);
  return Array.from({ length: 5 }, (_, i) => {
    const random = new Random(`newer ${i}`);
    const entries = newer.flatMap((target) =>
      surround(target, entryOf(target, false, random), random),
    );
    return { text: textOf(entries), keywords: newer.map(pathOf), how: 'keywords after 2.2.7' };
  });
}

function caseOf(target: Target, kind: (typeof KINDS)[number], random: Random): Case {
  const entry = entryOf(target, kind === 'wrong value', random);
  const text = textOf(surround(target, entry, random));
  const keywords = [pathOf(target)];
  if (kind !== 'wrong text') return { text, keywords, how: kind };
  const broken = breakText(text, entry.text, random);
  return { text: broken.text, keywords, how: broken.fault };
}

/** @returns files that are broken in several ways at once */
export function brokenCases(count: number): Case[] {
  // By name, so that the order of the tables decides nothing.
  const old = TARGETS.filter(({ since }) => since === undefined).toSorted((a, b) =>
    pathOf(a) < pathOf(b) ? -1 : 1,
  );
  return Array.from({ length: count }, (_, i) => {
    const random = new Random(`broken ${i}`);
    const target = random.pick(old);
    const whole = caseOf(target, 'valid', random).text;
    const text = breakOften(whole, 2 + random.below(5), random);
    return { text, keywords: [], how: 'broken badly' };
  });
}

function textOf(entries: readonly Entry[]): string {
  return `${render(entries).join('\n')}\n`;
}

/** The keyword under test with an argument, or a block. */
function entryOf(target: Target, faulty: boolean, random: Random): Entry {
  if (target.isBlock) return blockOf(target, faulty, random);
  const { keyword, form, blocks } = target;
  const { right, wrong } = sampleOf(blocks.at(-1) ?? '', keyword, form);
  const values = faulty || right.length === 0 ? wrong : right;
  return line(`${keyword} ${values.length === 0 ? '' : random.pick(values)}`.trim());
}

function blockOf(target: Target, faulty: boolean, random: Random): Entry {
  const { keyword, blocks } = target;
  const skeleton = SKELETONS[ownName(keyword)];
  const head = skeleton?.head.replace(ownName(keyword), keyword) ?? keyword;
  // At the root track_file is a block of keywords, in instances it is a list.
  const makeEntry =
    blocks.length === 0 && ownName(keyword) === 'track_file' ? undefined : ENTRIES[keyword];
  if (makeEntry === undefined) {
    return { text: faulty ? breakHead(head, random) : head, children: skeleton?.body ?? [] };
  }
  const count = 1 + random.below(ENTRIES_MAX);
  const culprit = faulty ? random.below(count) : -1;
  const lines = Array.from({ length: count }, (_, i) => makeEntry(random, i === culprit));
  const distinct = new Set(lines.filter((each) => each !== ''));
  return { text: blocks.length === 0 ? head : keyword, children: [...distinct].map(line) };
}

/** @returns the name that a keyword's skeleton has */
function ownName(keyword: string): string {
  return keyword === 'vrrp_track_file' ? 'track_file' : keyword;
}

/** The first line of a block with something wrong about its words. */
function breakHead(head: string, random: Random): string {
  const [keyword = '', ...words] = head.split(' ');
  return random.pick([
    keyword,
    `${head} surplus`,
    [keyword, 'x', ...words.slice(1)].join(' '),
    [keyword, ...words.slice(0, -1), 'x'].join(' '),
    [keyword, ...words.slice(0, -1), '65536'].join(' '),
    `${keyword} "`,
    `${keyword} ""`,
  ]);
}

/** Puts an entry into the blocks that it belongs in, each with what it needs. */
function surround(target: Target, entry: Entry, random: Random): Entry[] {
  let inner = entry;
  for (const name of target.blocks.toReversed()) inner = wrap(name, inner, random);
  const outermost = target.blocks[0] ?? target.keyword;
  const around = SKELETONS[ownName(outermost)];
  const first = random.percent(90) || outermost === 'global_defs' ? [GLOBALS] : [];
  return [...first, ...(around?.before ?? []), inner, ...(around?.after ?? [])];
}

/** A block with its needs and one more entry, which replaces what has the same keyword. */
function wrap(name: string, entry: Entry, random: Random): Entry {
  const skeleton = SKELETONS[name];
  const body = (skeleton?.body ?? []).filter((each) => keywordOf(each) !== keywordOf(entry));
  // Schedulers must come before their flags, and what replaces a need stands where that stood.
  const at = random.percent(70) ? body.length : random.below(body.length + 1);
  return { text: skeleton?.head ?? name, children: body.toSpliced(at, 0, entry) };
}

function keywordOf(entry: Entry): string {
  const [word = ''] = entry.text.split(' ');
  return SYNONYMS[word] ?? word;
}

const SYNONYMS: Readonly<Record<string, string>> = {
  lb_algo: 'lvs_sched',
  lb_kind: 'lvs_method',
  neighbour_ip: 'neighbor_ip',
};
