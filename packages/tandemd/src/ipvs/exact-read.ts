/** Reads services of the kernel one by one, where a list of them cannot be trusted. */
import {
  formatServiceKey,
  type ActualService,
  type DesiredService,
  type ServiceKey,
} from '@tandem/ipvs';
import type { IpvsClient } from '@tandem/ipvs-netlink';

/** What may be there of ours. */
export interface Ours {
  /** As they were installed, or are to be. */
  readonly services: readonly DesiredService[];
  /** That are to go. */
  readonly abandoned: readonly ServiceKey[];
}

/**
 * @param key - of one service
 * @returns that one, or none if there is none
 */
export async function present(
  kernel: Pick<IpvsClient, 'service'>,
  key: ServiceKey,
): Promise<readonly ActualService[]> {
  try {
    return [await kernel.service(key)];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return [];
    throw error;
  }
}

/**
 * A list may have holes while services of other network namespaces come and go.
 * @param ours - what is not in the list is asked for by name
 * @returns all services of the kernel, and certainly ours
 */
export async function wholeTable(
  kernel: Pick<IpvsClient, 'service' | 'services'>,
  { services, abandoned }: Ours,
): Promise<readonly ActualService[]> {
  const all = await kernel.services();
  const listed = new Set(all.map(({ key }) => formatServiceKey(key)));
  const isMissing = (key: ServiceKey): boolean => !listed.has(formatServiceKey(key));
  const wanted = services.map(({ key }) => key);
  // Where none of them is there, as at most starts, they have yet to be made.
  const missing = [...(wanted.every(isMissing) ? [] : wanted), ...abandoned].filter(isMissing);
  const others = await Promise.all(missing.map((key) => present(kernel, key)));
  return [...all, ...others.flat()];
}
