import type { Block, Statement } from './tree.ts';
import type { Word } from './words.ts';

/**
 * @param block - of a statement; absent ones are empty
 * @param keywords - spellings wanted; none means all
 * @returns its statements in order
 */
export function statementsOf(
  block: Block | undefined,
  ...keywords: readonly string[]
): readonly Statement[] {
  return (block?.children ?? []).filter(
    (each): each is Statement =>
      each.kind === 'statement' && (keywords.length === 0 || keywords.includes(each.keyword)),
  );
}

/** @returns the entries of all list blocks of a keyword, each with the words of its line */
export function entriesOf(
  block: Block | undefined,
  ...keywords: readonly string[]
): readonly (readonly Word[])[] {
  return statementsOf(block, ...keywords).flatMap((list) =>
    statementsOf(list.block).map((entry) => entry.words),
  );
}

/** @returns the first word after the keyword */
export function valueOf(statement: Statement): string | undefined {
  return statement.words[1]?.text;
}
