import { entriesOf, statementsOf, valueOf } from './tree-reading.ts';
import type { Statement } from './tree.ts';
import type { Word } from './words.ts';

/** What a configuration is asked again and again, so that nobody goes through all of it each time. */
export interface OutlineIndex {
  /** The statements of the root, by keyword. */
  readonly roots: ReadonlyMap<string, readonly Statement[]>;
  /** `weight N [reverse]` in a block that defines a tracker, by its keyword and its name. */
  readonly weights: ReadonlyMap<string, ReadonlyMap<string | undefined, readonly Word[]>>;
  /** Instances of which a sync group makes every weight 0. */
  readonly weightless: ReadonlySet<string>;
}

/** Blocks that define what can be followed with a weight. */
const TRACKERS = ['vrrp_script', 'vrrp_track_process', 'bfd_instance'];

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
  const weights = TRACKERS.map((keyword) => [keyword, weightsOf(roots.get(keyword))] as const);
  return {
    roots,
    weights: new Map(weights),
    weightless: new Set((roots.get('vrrp_sync_group') ?? []).flatMap(weightlessMembers)),
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
