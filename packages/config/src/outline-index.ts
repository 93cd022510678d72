import { entriesOf, statementsOf, valueOf } from './tree-reading.ts';
import type { Statement } from './tree.ts';
import type { Word } from './words.ts';

/** What a configuration is asked again and again, so that nobody goes through all of it each time. */
export interface OutlineIndex {
  /** The statements of the root, by keyword. */
  readonly roots: ReadonlyMap<string, readonly Statement[]>;
  /** `weight N [reverse]` of each bfd_instance, which has no settings, by its name. */
  readonly sessionWeights: ReadonlyMap<string | undefined, readonly Word[]>;
  /** Instances of which a sync group makes every weight 0. */
  readonly weightless: ReadonlySet<string>;
  /** The first `vrrp_strict` of global_defs. */
  readonly strict: Statement | undefined;
}

/**
 * @param statements - of the root, in order
 * @returns what can be looked up in them
 */
export function indexStatements(statements: readonly Statement[]): OutlineIndex {
  const roots = new Map<string, Statement[]>();
  for (const each of statements) {
    const alike = roots.get(each.keyword);
    if (alike === undefined) roots.set(each.keyword, [each]);
    else alike.push(each);
  }
  const globals = roots.get('global_defs') ?? [];
  return {
    roots,
    sessionWeights: weightsOf(roots.get('bfd_instance')),
    weightless: new Set((roots.get('vrrp_sync_group') ?? []).flatMap(weightlessMembers)),
    strict: globals.flatMap((each) => statementsOf(each.block, 'vrrp_strict')).at(0),
  };
}

/** Of two blocks of one name, the first one counts. */
function weightsOf(
  definitions: readonly Statement[] = [],
): ReadonlyMap<string | undefined, readonly Word[]> {
  return new Map(
    definitions
      .map(
        (each) =>
          [
            valueOf(each),
            statementsOf(each.block, 'weight').at(-1)?.words.slice(0, 3) ?? [],
          ] as const,
      )
      .toReversed(),
  );
}

function weightlessMembers({ block }: Statement): readonly string[] {
  const weighs = statementsOf(block, 'sync_group_tracking_weight', 'global_tracking').length > 0;
  return weighs ? [] : entriesOf(block, 'group').flatMap((words) => words.map(({ text }) => text));
}
