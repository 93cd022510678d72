/** What goes wrong, when and for how long: the script of a run. */
import type { Random } from '@tandem/random';
import { seconds, times, type Duration } from '@tandem/time';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import type { Impairment } from './lan.ts';

/** What a reload changes, of all instances. */
export interface Changes extends Partial<
  Pick<VrrpInstanceSettings, 'priority' | 'preempt' | 'preemptDelay' | 'advertisementInterval'>
> {
  /** Whether there are the addresses that are not in adverts; absent: as before. */
  readonly withExcluded?: boolean;
}

type PlainMishap =
  /** Power fails; it starts anew at the end. */
  | 'crash'
  /** The process dies, the kernel keeps the addresses; a successor starts at the end. */
  | 'process death'
  /** Stopped in order, started at the end. */
  | 'stop'
  /** The process does not run; what comes in waits for it. */
  | 'stall'
  | 'link down'
  /** The script that it follows fails. */
  | 'failing check'
  /** Somebody else takes its virtual addresses off. */
  | 'addresses removed'
  /** Its kernel takes no virtual address. */
  | 'addresses refused';

/** Something that happens to one router; its number counts from 0. */
export type Mishap =
  | { readonly kind: PlainMishap; readonly router: number }
  | { readonly kind: 'reload'; readonly router: number; readonly changes: Changes };

/** One line of the script. */
export interface Fault {
  /** Milliseconds from the beginning. */
  readonly at: number;
  /** Milliseconds; 0: it happens at once; infinite: the router never comes back. */
  readonly lasts: number;
  readonly what: Impairment | Mishap;
}

/** What a fault may need to know. */
interface Surroundings {
  readonly routers: number;
  /** Routers and hosts. */
  readonly stations: number;
  /** The advertisement interval. */
  readonly unit: Duration;
}

type Draw = (random: Random, surroundings: Surroundings) => Fault['what'];

const someRouter = (random: Random, { routers }: Surroundings): number =>
  random.integer(0, routers - 1);

/** One of each as often as any other. */
const DRAWS: readonly Draw[] = [
  (random) => ({ kind: 'loss', rate: random.pick([0.1, 0.3, 0.6, 0.9]) }),
  (random) => ({ kind: 'duplication', rate: random.between(0.1, 1) }),
  (random, { unit }) => ({ kind: 'delay', ms: random.between(0, 1.5) * unit }),
  (random, { unit }) => ({ kind: 'reordering', msMax: random.between(0, 2.5) * unit }),
  (random, { stations }) => {
    const from = random.integer(0, stations - 1);
    return { kind: 'one-way loss', from, to: (from + random.integer(1, stations - 1)) % stations };
  },
  drawPartition,
  drawPartition,
  (random, around) => ({ kind: 'crash', router: someRouter(random, around) }),
  (random, around) => ({ kind: 'process death', router: someRouter(random, around) }),
  (random, around) => ({ kind: 'stop', router: someRouter(random, around) }),
  (random, around) => ({ kind: 'stall', router: someRouter(random, around) }),
  (random, around) => ({ kind: 'stall', router: someRouter(random, around) }),
  (random, around) => ({ kind: 'link down', router: someRouter(random, around) }),
  (random, around) => ({ kind: 'failing check', router: someRouter(random, around) }),
  (random, around) => ({ kind: 'addresses removed', router: someRouter(random, around) }),
  (random, around) => ({ kind: 'addresses refused', router: someRouter(random, around) }),
  (random, around) => ({
    kind: 'reload',
    router: someRouter(random, around),
    changes: drawChanges(random, around),
  }),
];

const AT_ONCE: ReadonlySet<string> = new Set(['addresses removed', 'reload']);
const FOR_EVER: ReadonlySet<string> = new Set(['crash', 'stop']);

/** Priorities of routers; few, so that some are equal. */
export const PRIORITIES: readonly number[] = [1, 50, 100, 100, 150, 150, 200, 253, 254];

/**
 * @param random - decides
 * @param surroundings - of the run
 * @returns the script, in order of time; at least one router comes back
 */
export function drawFaults(random: Random, surroundings: Surroundings): Fault[] {
  const { unit, routers } = surroundings;
  const faults: Fault[] = [];
  const gone = new Set<number>();
  for (let left = random.integer(1, 6); left > 0; left -= 1) {
    const what = random.pick(DRAWS)(random, surroundings);
    const at = random.between(0, 20) * unit;
    const lasts = random.chance(0.4) ? random.between(0.05, 1) : random.between(1, 9);
    const isLasting = FOR_EVER.has(what.kind) && random.chance(0.3) && gone.size < routers - 1;
    if (isLasting && 'router' in what) gone.add(what.router);
    faults.push({ at, lasts: howLong(what.kind, lasts * unit, isLasting), what });
  }
  return faults.toSorted((a, b) => a.at - b.at);
}

/** @returns the fault as a line of the script */
export function formatFault({ at, lasts, what }: Fault): string {
  const until = lasts === 0 ? '' : ` until ${lasts === Infinity ? 'the end' : ms(at + lasts)}`;
  const details = Object.entries(what)
    .filter(([name]) => name !== 'kind')
    .map(([name, value]) => ` ${name} ${JSON.stringify(value)}`);
  return `${ms(at)}${until}: ${what.kind}${details.join('')}`;
}

function ms(n: number): string {
  return `${n.toFixed(1)} ms`;
}

function howLong(kind: string, wanted: number, isLasting: boolean): number {
  if (AT_ONCE.has(kind)) return 0;
  return isLasting ? Infinity : wanted;
}

function drawPartition(random: Random, { stations }: Surroundings): Impairment {
  return { kind: 'partition', side: random.integer(1, 2 ** stations - 2) };
}

/** Those of the interval are for version 3. */
function drawChanges(random: Random, { unit }: Surroundings): Changes {
  const choices: (() => Changes)[] = [
    () => ({ priority: random.pick(PRIORITIES) }),
    () => ({ preempt: random.chance(0.5) }),
    () => ({ preemptDelay: random.chance(0.5) ? seconds(0) : times(unit, random.integer(1, 6)) }),
    () => ({ advertisementInterval: times(unit, random.integer(1, 3)) }),
    () => ({ withExcluded: random.chance(0.5) }),
  ];
  return random.pick(choices)();
}
