import { hasKeywords, type BlockGrammar, type KeywordGrammar } from './grammar.ts';

/** Names of the blocks that have a keyword, in the order of the tables. */
export type KeywordHomes = (keyword: string) => readonly string[];

/**
 * Finds out where a keyword belongs that stands in the wrong block.
 * @param root - the grammar of the whole text; looked through when it is first asked
 * @returns a function that gives no name for an unknown keyword, and an empty one for the root
 */
export function keywordHomes<D>(root: KeywordGrammar<D>): KeywordHomes {
  let homes: Map<string, Set<string>> | undefined;
  return (keyword) => {
    homes ??= collect(root);
    return [...(homes.get(keyword) ?? [])];
  };
}

function collect<D>(root: KeywordGrammar<D>): Map<string, Set<string>> {
  const homes = new Map<string, Set<string>>();
  const known = new Set<BlockGrammar>();
  const visit = (grammar: BlockGrammar): void => {
    if (known.has(grammar) || !hasKeywords(grammar)) return;
    known.add(grammar);
    for (const [spelling, row] of grammar.keywords) {
      const names = homes.get(spelling) ?? new Set();
      homes.set(spelling, names.add(grammar.name));
      if (row.kind === 'block') visit(row.grammar);
    }
  };
  visit(root);
  return homes;
}
