import { entriesOf, statementsOf } from './tree-reading.ts';
import type { Statement } from './tree.ts';

/** What a configuration is asked again and again, so that nobody goes through all of it each time. */
export interface OutlineIndex {
  /** The statements of the root, by keyword. */
  readonly roots: ReadonlyMap<string, readonly Statement[]>;
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
    weightless: new Set((roots.get('vrrp_sync_group') ?? []).flatMap(weightlessMembers)),
    strict: globals.flatMap((each) => statementsOf(each.block, 'vrrp_strict')).at(0),
  };
}

function weightlessMembers({ block }: Statement): readonly string[] {
  const weighs = statementsOf(block, 'sync_group_tracking_weight', 'global_tracking').length > 0;
  return weighs ? [] : entriesOf(block, 'group').flatMap((words) => words.map(({ text }) => text));
}
