/**
 * Finds out what others did to the table, at a small part of the cost of reading it: services that
 * look as they should are read exactly only in turn. Decides nothing about what to do.
 */
import { setImmediate as otherWork } from 'node:timers/promises';
import {
  diff,
  outlineName,
  outlineOf,
  servicesIn,
  wordsOf,
  type ActualService,
  type DesiredService,
  type TableEntry,
} from '@tandem/ipvs';
import type { IpvsClient } from '@tandem/ipvs-netlink';
import { present, wholeTable, type Ours } from './exact-read.ts';

/** What a survey reads of the kernel. */
export type SurveyedKernel = Pick<IpvsClient, 'outline' | 'service' | 'services'>;

/** What may be there of ours. */
export interface Expected extends Ours {
  /** Of the services, those that are to be read exactly each time; absent: none. */
  readonly watched?: ReadonlySet<DesiredService> | undefined;
  /** So many are read exactly although they look as they should; absent: all in twelve surveys. */
  readonly inTurn?: number;
  /** Awaited 100 times between these, as long as all is as it should be; absent: no pause. */
  readonly rest?: (() => Promise<void>) | undefined;
}

/** What a survey has found. */
export interface Found {
  /** The table as far as it is ours; a service that is as expected is that very object. */
  readonly entries: readonly TableEntry[];
  /** What was read exactly. */
  readonly exact: readonly ActualService[];
}

/** How services look from afar, by their names there. */
type Looks = ReadonlyMap<string, string>;

/** At each survey, unless told otherwise, and more where so many surveys would not do for all. */
const IN_TURN_MIN = 100;
const SURVEYS_FOR_ALL = 12;

/** However many are read in turn, it takes no longer to pause between them. */
const PAUSES_MAX = 100;

/** Other work of the process goes first each time that so many services were looked at. */
const AT_A_TIME = 250;

/** Or read exactly, which are two questions to the kernel each: checks are due meanwhile. */
const READ_AT_A_TIME = 2;

/** Remembers how services look, and whose turn it is. */
export class TableSurvey {
  #looks: Looks = new Map();
  /** How each looked when it was as wanted. */
  readonly #judged = new WeakMap<DesiredService, string>();
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
    let looks: Looks | undefined;
    try {
      looks = await this.#look(kernel, isWanted);
    } catch {
      // Where /proc is not what it should be, all is read exactly.
      const all = await wholeTable(kernel, expected);
      return { entries: all, exact: all };
    }
    if (looks === undefined) return undefined;
    const found = await this.#compare(kernel, { ...expected, looks }, isWanted);
    if (found === undefined) return undefined;
    const others: ActualService[] = [];
    for (const key of expected.abandoned) others.push(...(await present(kernel, key)));
    return { ...found, entries: [...found.entries, ...others] };
  }

  /** Of what looks as it did, the text that is there stays, and nothing new is kept. */
  async #look(kernel: SurveyedKernel, isWanted: () => boolean): Promise<Looks | undefined> {
    const looks = new Map<string, string>();
    const see = (name: string, look: string): void => {
      const before = this.#looks.get(name);
      const other = looks.get(name);
      if (other !== undefined) looks.set(name, `${other}\n${look}`);
      else looks.set(name, look === before ? before : copyOf(look));
    };
    if (!(await kernel.outline(see, isWanted))) return undefined;
    this.#looks = looks;
    return looks;
  }

  async #compare(
    kernel: SurveyedKernel,
    {
      services,
      watched,
      looks,
      inTurn = share(services.length),
      rest,
    }: Expected & { readonly looks: Looks },
    isWanted: () => boolean,
  ): Promise<Found | undefined> {
    const marks = countMarks(services);
    const lookOf = (service: DesiredService): string | undefined =>
      ownLook(service, looks.get(outlineName(service.key)), marks);
    const others = await this.#others({ services, lookOf, watched });
    const from = this.#turn < services.length ? this.#turn : 0;
    const turns = services.slice(from, from + inTurn).filter((each) => !others.has(each));
    const found = new Map<DesiredService, readonly TableEntry[]>();
    const exact: ActualService[] = [];
    const stride = Math.ceil(inTurn / PAUSES_MAX);
    let isCalm = true;
    for (const service of [...others, ...turns]) {
      // What others did is made good at the end of it all.
      const isPause = isCalm && !others.has(service) && found.size % stride === 0;
      await breathe(found.size, isPause ? rest : undefined);
      if (!isWanted()) return undefined;
      const read = await present(kernel, service.key);
      exact.push(...read);
      const entries = this.#judge(service, { read, look: lookOf(service) });
      found.set(service, entries);
      isCalm &&= entries[0] === service;
    }
    this.#turn = from + inTurn;
    return { entries: services.flatMap((each) => found.get(each) ?? each), exact };
  }

  /** @returns those that do not look as they should, or do not show it, or are watched */
  async #others({
    services,
    lookOf,
    watched,
  }: Pick<Expected, 'services' | 'watched'> & {
    readonly lookOf: (service: DesiredService) => string | undefined;
  }): Promise<ReadonlySet<DesiredService>> {
    const others = new Set<DesiredService>();
    for (const [i, service] of services.entries()) {
      if (i % AT_A_TIME === AT_A_TIME - 1) await otherWork();
      const isAsWanted = this.#isAsWanted(service, lookOf(service));
      if (!isAsWanted || watched?.has(service) === true) others.add(service);
    }
    return others;
  }

  /** @returns what was read exactly, or the service itself where it is that */
  #judge(
    service: DesiredService,
    { read, look }: { readonly read: readonly ActualService[]; readonly look: string | undefined },
  ): readonly TableEntry[] {
    if (read.length === 0 || diff([service], read).length > 0) return read;
    if (look !== undefined) this.#judged.set(service, look);
    return [service];
  }

  /** What is not in the outline may be there: beside other namespaces' services it has holes. */
  #isAsWanted(service: DesiredService, look: string | undefined): boolean {
    if (look === undefined) return false;
    if (this.#judged.get(service) === look) return true;
    if (outlineOf(service) !== wordsOf(look)) return false;
    this.#judged.set(service, look);
    return true;
  }
}

/** @returns how many of so many services are read exactly each time */
function share(count: number): number {
  return Math.max(IN_TURN_MIN, Math.ceil(count / SURVEYS_FOR_ALL));
}

/** @returns how many services are wanted of each mark: one for each family that has it */
function countMarks(services: readonly DesiredService[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { key } of services) {
    if (key.kind !== 'fwmark') continue;
    const name = outlineName(key);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/**
 * @param look - at what has the service's name
 * @returns that, or undefined where it may be one at the mark of the other family alone
 */
function ownLook(
  { key }: DesiredService,
  look: string | undefined,
  marks: ReadonlyMap<string, number>,
): string | undefined {
  if (look === undefined || key.kind !== 'fwmark') return look;
  return servicesIn(look) === marks.get(outlineName(key)) ? look : undefined;
}

/** @returns a text of its own, not a part of the piece that it was read in, which would stay with it */
function copyOf(look: string): string {
  return look.split('\n').join('\n');
}

/** @param asked - how many were read exactly so far: before the first nobody need breathe */
async function breathe(asked: number, rest: Expected['rest']): Promise<void> {
  if (asked > 0 && rest !== undefined) await rest();
  else if (asked % READ_AT_A_TIME === 1) await otherWork();
}
