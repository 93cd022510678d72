/**
 * Carries out what makes the table as wanted. What is refused was believed to be otherwise than it is:
 * that is read exactly and compared once more.
 */
import {
  diff,
  formatServiceKey,
  type ServiceKey,
  type TableChange,
  type TableEntry,
} from '@tandem/ipvs';
import type { IpvsClient } from '@tandem/ipvs-netlink';
import { present, type Ours } from './exact-read.ts';

/** What came of changes. */
export interface Outcome {
  /** Those that were carried out. */
  readonly done: readonly TableChange[];
  /** Names of the services that something was refused of. */
  readonly doubtful: ReadonlySet<string>;
  /** What was refused, one sentence each. */
  readonly failures: readonly string[];
}

/**
 * @param wanted - how it is to be
 * @param actual - how it is believed to be
 * @returns what came of it in the end
 */
export async function makeGood(
  kernel: Pick<IpvsClient, 'apply' | 'service'>,
  { services, abandoned }: Ours,
  actual: readonly TableEntry[],
): Promise<Outcome> {
  const first = await carryOut(kernel, diff(services, actual, abandoned));
  if (first.doubtful.size === 0) return first;
  const isDoubtful = (key: ServiceKey): boolean => first.doubtful.has(formatServiceKey(key));
  const wanted = services.filter(({ key }) => isDoubtful(key));
  const left = abandoned.filter(isDoubtful);
  const keys = [...wanted.map(({ key }) => key), ...left];
  const exact = await Promise.all(keys.map((key) => present(kernel, key)));
  const second = await carryOut(kernel, diff(wanted, exact.flat(), left));
  return { ...second, done: [...first.done, ...second.done] };
}

/** @param changes - made in order; one that is refused does not stop the others */
export async function carryOut(
  kernel: Pick<IpvsClient, 'apply'>,
  changes: readonly TableChange[],
): Promise<Outcome> {
  const errors = changes.length === 0 ? [] : await kernel.apply(changes);
  const doubtful = new Set<string>();
  for (const [i, error] of errors.entries()) {
    const change = changes[i];
    if (error !== undefined && change !== undefined) doubtful.add(serviceOf(change));
  }
  return {
    done: doubtful.size === 0 ? changes : changes.filter((_, i) => errors[i] === undefined),
    doubtful,
    failures: doubtful.size === 0 ? [] : failuresOf(changes, errors),
  };
}

/** @returns the first few in words */
export function summary(changes: readonly TableChange[]): string {
  const shown = changes.slice(0, 3).map((change) => {
    const name = serviceOf(change);
    if (change.type === 'delete-destination')
      return `${change.type} ${change.address}:${change.port} of ${name}`;
    if ('destination' in change)
      return `${change.type} ${change.destination.address}:${change.destination.port} of ${name}`;
    return `${change.type} ${name}`;
  });
  const more = changes.length > shown.length ? ` and ${changes.length - shown.length} more` : '';
  return `${shown.join(', ')}${more}`;
}

/** A service that cannot be added makes its destinations fail too, which is no news. */
function failuresOf(
  changes: readonly TableChange[],
  errors: readonly (Error | undefined)[],
): readonly string[] {
  const missing = new Set<string>();
  const texts: string[] = [];
  for (const [i, change] of changes.entries()) {
    const error = errors[i];
    if (error === undefined) continue;
    const name = serviceOf(change);
    if (change.type === 'add-service') missing.add(name);
    else if (missing.has(name)) continue;
    texts.push(`IPVS: ${error.message}`);
  }
  return texts;
}

function serviceOf(change: TableChange): string {
  return formatServiceKey('service' in change ? change.service.key : change.key);
}
