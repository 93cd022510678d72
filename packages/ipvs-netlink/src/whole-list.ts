/**
 * Lists of services that have no holes. The kernel gives a list piece by piece, finds the next piece
 * by counting, and counts the services of all network namespaces: one that somebody adds or removes
 * elsewhere meanwhile makes it repeat a service of ours, or leave one out, and it does not say so.
 */
import { formatServiceKey, outlineName, type Outline, type ServiceKey } from '@tandem/ipvs';

/** Lists in a row that may have holes; what several have between them is good enough then. */
const LISTS_MAX = 5;

/** What can be asked about the services of a namespace. */
export interface ServiceLists<T> {
  /** All as the kernel lists them. */
  readonly list: () => Promise<readonly T[]>;
  /** All that there are, without holes; undefined: nobody can tell. */
  readonly outline: () => Promise<Outline | undefined>;
}

/**
 * @param lists - asked more than once only if somebody has come in between
 * @returns each service once; of several answers the last
 */
export async function wholeList<T extends { readonly key: ServiceKey }>(
  lists: ServiceLists<T>,
): Promise<readonly T[]> {
  const found = new Map<string, T>();
  for (let i = 1; ; i += 1) {
    const listed = await lists.list();
    for (const each of listed) found.set(formatServiceKey(each.key), each);
    // A list with a hole has a piece before it.
    if (listed.length === 0) return [];
    const outline = await lists.outline();
    if (outline === undefined) return [...found.values()];
    const names = new Set([...found.values()].map(({ key }) => outlineName(key)));
    const isWhole = [...outline.keys()].every((name) => names.has(name));
    // What an earlier list had may have gone meanwhile.
    if (isWhole || i === LISTS_MAX)
      return [...found.values()].filter(({ key }) => outline.has(outlineName(key)));
  }
}
