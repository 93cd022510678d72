/**
 * Carries out what makes the table as wanted. What is refused was believed to be otherwise than it is:
 * that is read exactly and compared once more.
 */
import {
  diff,
  formatServiceKey,
  type ActualService,
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
  /** Those that were not. */
  readonly refused: readonly Refused[];
}

/** A change that the kernel did not make. */
export interface Refused {
  readonly change: TableChange;
  /** Why, in its words. */
  readonly why: string;
}

/** What came of making the table as wanted. */
export interface MadeGood extends Outcome {
  /** As it is now, of the services that something was refused of; one that is not there is missing. */
  readonly found: readonly ActualService[];
  /** Some of these were not what they were believed to be. */
  readonly wasOtherwise: boolean;
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
): Promise<MadeGood> {
  const first = await carryOut(kernel, diff(services, actual, abandoned));
  if (first.refused.length === 0) return { ...first, found: [], wasOtherwise: false };
  const doubtful = namesOf(first);
  const isDoubtful = (key: ServiceKey): boolean => doubtful.has(formatServiceKey(key));
  const wanted = services.filter(({ key }) => isDoubtful(key));
  const left = abandoned.filter(isDoubtful);
  const keys = [...wanted.map(({ key }) => key), ...left];
  const found = await readAll(kernel, keys);
  const changes = diff(wanted, found, left);
  // What would be refused once more, is.
  if (isSame(changes, first.refused)) return { ...first, found, wasOtherwise: false };
  const second = await carryOut(kernel, changes);
  const still = namesOf(second);
  return {
    done: [...first.done, ...second.done],
    refused: second.refused,
    found: await readAll(
      kernel,
      keys.filter((key) => still.has(formatServiceKey(key))),
    ),
    wasOtherwise: true,
  };
}

/** @returns the services that something was refused of */
export function namesOf({ refused }: Pick<Outcome, 'refused'>): ReadonlySet<string> {
  return new Set(refused.map(({ change }) => serviceOf(change)));
}

async function readAll(
  kernel: Pick<IpvsClient, 'service'>,
  keys: readonly ServiceKey[],
): Promise<readonly ActualService[]> {
  return (await Promise.all(keys.map((key) => present(kernel, key)))).flat();
}

function isSame(changes: readonly TableChange[], refused: readonly Refused[]): boolean {
  return JSON.stringify(changes) === JSON.stringify(refused.map(({ change }) => change));
}

/** @param changes - made in order; one that is refused does not stop the others */
async function carryOut(
  kernel: Pick<IpvsClient, 'apply'>,
  changes: readonly TableChange[],
): Promise<Outcome> {
  const errors = changes.length === 0 ? [] : await kernel.apply(changes);
  const refused = changes.flatMap((change, i): readonly Refused[] => {
    const error = errors[i];
    return error === undefined ? [] : [{ change, why: error.message }];
  });
  const isDone = (_: TableChange, i: number): boolean => errors[i] === undefined;
  return { done: refused.length === 0 ? changes : changes.filter(isDone), refused };
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

/**
 * A service that cannot be added makes its destinations fail too, which is no news.
 * @returns what else was refused, the first word of each service being why it is not there
 */
export function newsOf(refused: readonly Refused[]): readonly Refused[] {
  const missing = new Set<string>();
  return refused.filter(({ change }) => {
    const name = serviceOf(change);
    if (change.type !== 'add-service') return !missing.has(name);
    missing.add(name);
    return true;
  });
}

/** @returns the name of the service that is changed, or that has what is changed */
export function serviceOf(change: TableChange): string {
  return formatServiceKey('service' in change ? change.service.key : change.key);
}
