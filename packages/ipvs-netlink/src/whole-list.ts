/**
 * Lists of services that have no holes. The kernel gives a list piece by piece, finds the next piece
 * by counting, and counts the services of all network namespaces: one that somebody adds or removes
 * elsewhere meanwhile makes it repeat a service of ours, or leave one out, and it does not say so.
 */
import { formatServiceKey, outlineName, type ServiceKey } from '@tandem/ipvs';

/** Lists in a row that may have holes; what several have between them is good enough then. */
const LISTS_MAX = 5;

/** What can be asked about the services of a namespace. */
export interface ServiceLists<T> {
  /** All as the kernel lists them. */
  readonly list: () => Promise<readonly T[]>;
  /**
   * The names of those in an outline, whose holes are others: where it is longer than a page, and other
   * namespaces have services, too, the kernel leaves some out. Undefined: nobody can tell.
   */
  readonly names: () => Promise<ReadonlySet<string> | undefined>;
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
    const names = await lists.names();
    if (names === undefined) return [...found.values()];
    const known = new Set([...found.values()].map(({ key }) => outlineName(key)));
    const isWhole = [...names].every((name) => known.has(name));
    if (!isWhole && i < LISTS_MAX) continue;
    // What an earlier list had may have gone meanwhile.
    const last = new Set(listed.map(({ key }) => formatServiceKey(key)));
    return [...found]
      .filter(([text, { key }]) => last.has(text) || names.has(outlineName(key)))
      .map(([, each]) => each);
  }
}
