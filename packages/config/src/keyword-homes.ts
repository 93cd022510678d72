import { hasKeywords, type BlockGrammar, type KeywordGrammar } from './grammar.ts';
import { nearest } from './nearest.ts';

/** Where keywords belong. */
export interface KeywordHomes {
  /** @returns names of the blocks that have it, in the order of the tables; of the root an empty one */
  of(keyword: string): readonly string[];
  /** @returns the keyword, of any block, that a misspelt one most likely means */
  nearest(keyword: string): string | undefined;
}

/**
 * Finds out where a keyword belongs that stands in the wrong block.
 * @param root - the grammar of the whole text; looked through when it is first asked
 */
export function keywordHomes<D>(root: KeywordGrammar<D>): KeywordHomes {
  let homes: Map<string, Set<string>> | undefined;
  const known = (): Map<string, Set<string>> => (homes ??= collect(root));
  return {
    of: (keyword) => [...(known().get(keyword) ?? [])],
    nearest: (keyword) => nearest(keyword, known().keys()),
  };
}

/**
 * @param keyword - unknown in its block
 * @param here - the keywords of that block
 * @returns what was meant, or where it belongs
 */
export function keywordHint(
  keyword: string,
  here: ReadonlyMap<string, unknown>,
  homes: KeywordHomes,
): string | undefined {
  const near = nearest(keyword, here.keys());
  const elsewhere = belongsIn(homes.of(keyword));
  if (elsewhere !== undefined) {
    const isSlip =
      near !== undefined &&
      Math.abs(near.length - keyword.length) === 1 &&
      (near.startsWith(keyword) || keyword.startsWith(near));
    return isSlip
      ? `did you mean '${near}'? '${keyword}' belongs in ${elsewhere}`
      : `it belongs in ${elsewhere}`;
  }
  if (near !== undefined) return `did you mean '${near}'?`;
  const far = /^[a-z_]+$/i.test(keyword) ? homes.nearest(keyword) : undefined;
  return far && `did you mean '${far}', which belongs in ${belongsIn(homes.of(far))}?`;
}

const HOMES_SHOWN_MAX = 3;

function belongsIn(homes: readonly string[]): string | undefined {
  if (homes.length === 0) return undefined;
  const names = homes.map((each) => (each === '' ? 'no block at all' : each));
  const shown = names.slice(0, HOMES_SHOWN_MAX).join(' or ');
  return `${shown}${names.length > HOMES_SHOWN_MAX ? ' …' : ''}`;
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
