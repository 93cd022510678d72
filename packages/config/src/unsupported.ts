import type { Form } from './form.ts';
import { hasKeywords, type KeywordGrammar } from './grammar.ts';
import { ROOT } from './keywords/root.ts';

/** A keyword that is accepted, without effect. */
interface UnsupportedKeyword {
  /** The blocks it stands in, outermost first, and itself: `vrrp_instance use_vmac`. */
  readonly keyword: string;
  readonly doc: string;
  /** What therefore does not happen, where that matters to a service. */
  readonly lost?: string;
}

/**
 * Everything that configurations may say and the daemon does not do, from the tables. What
 * stands inside such a block is not listed by itself.
 * @returns in the order of the tables
 */
export function unsupportedKeywords(): readonly UnsupportedKeyword[] {
  return unsupportedIn(ROOT, '');
}

function unsupportedIn<D>(grammar: KeywordGrammar<D>, path: string): UnsupportedKeyword[] {
  return grammar.rows.flatMap((row) => {
    const keyword = `${path}${row.keyword}`;
    const { withoutEffect: lost, doc } = row;
    if (lost !== undefined) return [{ keyword, doc, ...(lost === true ? {} : { lost }) }];
    if (row.kind !== 'block') return [];
    if (hasKeywords(row.grammar)) return unsupportedIn(row.grammar, `${keyword} `);
    return unsupportedOptions(row.grammar.entry, keyword);
  });
}

function unsupportedOptions(entry: Form | undefined, keyword: string): UnsupportedKeyword[] {
  return Object.entries(entry?.options ?? {}).flatMap(([name, { withoutEffect: lost, doc }]) =>
    lost === undefined
      ? []
      : [
          {
            keyword: `${keyword} ${name}`,
            doc: doc ?? 'Option of an entry.',
            ...(lost === true ? {} : { lost }),
          },
        ],
  );
}
