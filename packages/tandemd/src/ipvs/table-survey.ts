/**
 * Finds out what others did to the table, at a small part of the cost of reading it: services that
 * look as they should are read exactly only in turn. Decides nothing about what to do.
 */
import { setImmediate as otherWork } from 'node:timers/promises';
import {
  diff,
  outlineName,
  outlineOf,
  type ActualService,
  type DesiredService,
  type Outline,
  type ServiceKey,
  type TableEntry,
} from '@tandem/ipvs';
import type { IpvsClient } from '@tandem/ipvs-netlink';

/** What a survey reads of the kernel. */
export type SurveyedKernel = Pick<IpvsClient, 'outline' | 'service' | 'services'>;

/** What may be there of ours. */
export interface Expected {
  /** As they were installed. */
  readonly services: readonly DesiredService[];
  /** That are to go. */
  readonly abandoned: readonly ServiceKey[];
  /** Of the services, those that are to be read exactly each time; absent: none. */
  readonly watched?: ReadonlySet<DesiredService> | undefined;
}

/** What a survey has found. */
export interface Found {
  /** The table as far as it is ours; a service that is as expected is that very object. */
  readonly entries: readonly TableEntry[];
  /** What was read exactly. */
  readonly exact: readonly ActualService[];
}

/** How a service looks from afar. */
interface Look {
  readonly name: string;
  /** Undefined: not known before it is read exactly. */
  readonly text: string | undefined;
}

/** At each survey so many services are read exactly although they look as they should. */
const IN_TURN = 100;

/** Other work of the process goes first each time that so many services were looked at. */
const AT_A_TIME = 250;

/** Or read exactly, which are two questions to the kernel each: checks are due meanwhile. */
const READ_AT_A_TIME = 4;

/** Remembers how services look, and whose turn it is. */
export class TableSurvey {
  readonly #looks = new WeakMap<DesiredService, Look>();
  #turn = 0;

  /**
   * @param kernel - whose table it is
   * @param expected - what it is compared with
   * @param isWanted - asked now and then whether to go on
   * @returns undefined when it was not to go on
   */
  async read(
    kernel: SurveyedKernel,
    expected: Expected,
    isWanted: () => boolean,
  ): Promise<Found | undefined> {
    let outline: Outline | undefined;
    try {
      outline = await kernel.outline(isWanted);
    } catch {
      // Where /proc is not what it should be, all is read exactly.
      const all = await kernel.services();
      return { entries: all, exact: all };
    }
    if (outline === undefined) return undefined;
    const found = await this.#compare(kernel, { ...expected, outline }, isWanted);
    if (found === undefined) return undefined;
    const left = expected.abandoned.filter((key) => outline.has(outlineName(key)));
    const others: ActualService[] = [];
    for (const key of left) others.push(...(await present(kernel, key)));
    return { ...found, entries: [...found.entries, ...others] };
  }

  async #compare(
    kernel: SurveyedKernel,
    { services, watched, outline }: Expected & { readonly outline: Outline },
    isWanted: () => boolean,
  ): Promise<Found | undefined> {
    const entries: TableEntry[] = [];
    const exact: ActualService[] = [];
    let asked = 0;
    const from = this.#turn < services.length ? this.#turn : 0;
    for (const [i, service] of services.entries()) {
      if (i % AT_A_TIME === AT_A_TIME - 1) await otherWork();
      const { name, text } = this.#look(service);
      const seen = outline.get(name);
      if (seen === undefined) continue;
      const isInTurn = (i >= from && i < from + IN_TURN) || watched?.has(service) === true;
      if (!isInTurn && seen === text) {
        entries.push(service);
        continue;
      }
      asked += 1;
      if (asked % READ_AT_A_TIME === 0) await otherWork();
      if (!isWanted()) return undefined;
      const read = await present(kernel, service.key);
      const isAsExpected = read.length > 0 && diff([service], read).length === 0;
      if (isAsExpected) this.#looks.set(service, { name, text: seen });
      exact.push(...read);
      entries.push(...(isAsExpected ? [service] : read));
    }
    this.#turn = from + IN_TURN;
    return { entries, exact };
  }

  #look(service: DesiredService): Look {
    const known = this.#looks.get(service);
    if (known !== undefined) return known;
    const look = { name: outlineName(service.key), text: outlineOf(service) };
    this.#looks.set(service, look);
    return look;
  }
}

/** One, or none if it has gone meanwhile. */
async function present(kernel: SurveyedKernel, key: ServiceKey): Promise<readonly ActualService[]> {
  try {
    return [await kernel.service(key)];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return [];
    throw error;
  }
}
