import { Random } from '@tandem/random';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import type { Fault } from './faults.ts';
import { withReloads } from './reloads.ts';
import { advertsOnTime, goodPackets, holdings, together } from './rules/conduct.ts';
import { election } from './rules/election.ts';
import { masterDownTimer } from './rules/master-down-timer.ts';
import { neighbours } from './rules/neighbours.ts';
import { convergence, noSplitBrain } from './rules/one-master.ts';
import { undisturbed } from './rules/undisturbed.ts';
import { replays } from './rules/replays.ts';
import { usurpation } from './rules/usurpation.ts';
import { describeScenario } from './description.ts';
import { drawScenario, largeScenario, type Scenario } from './scenario.ts';
import { formatStep } from './trace.ts';
import { Violation } from './violation.ts';
import { latenessOf, World, type WorldOptions } from './world.ts';

/** What came of a run. */
export interface Outcome {
  readonly seed: number;
  /** Absent: all invariants held. */
  readonly violation?: { readonly rule: string; readonly text: string; readonly at: number };
  /** Routers, hosts and faults, for people. */
  readonly script: readonly string[];
  readonly routers: number;
  readonly actions: number;
  readonly adverts: number;
  /** When the last master changed after the last fault, in advertisement intervals. */
  readonly settledAfter: number;
}

/** What may be wanted of a run. */
export interface SimulationOptions {
  /** Another machine than the real one, for tests of the rules. */
  readonly step?: WorldOptions['step'];
  /** Takes line by line what happens. */
  readonly trace?: (line: string) => void;
  /** Numbers of the faults in the script that are to happen, from 0; all without. */
  readonly only?: ReadonlySet<number>;
  /** Instead of the script: for so many seconds one router after the other reloads, one a second. */
  readonly reloadSeconds?: number;
  /** Instead of a network that is drawn: two routers with so many virtual addresses. */
  readonly addresses?: number;
  /** Called so many times at even intervals. */
  readonly watch?: { readonly times: number; readonly look: () => void };
}

/** More is a storm of events. */
const ACTIONS_MOST = 200_000;
/** Of reloads: adverts at 10 ms to five routers, twice. */
const ACTIONS_MOST_EACH_SECOND = 5000;
/** Milliseconds for timers and wires. */
const SLACK = 20;
/** For clocks. */
const CLOCK_SLACK = 1.01;
/** Intervals of a calm network at the end: announcements come after five or six. */
const EPILOGUE = 9;
/** Milliseconds: neighbours are told anew no more often than each second. */
const EPILOGUE_LEAST = 1200;

/**
 * Lets routers live through a script of faults.
 * @param seed - decides everything, 0–4294967295
 * @param options - how to look at it
 */
export function simulate(seed: number, options: SimulationOptions = {}): Outcome {
  const { trace, step, only, reloadSeconds = 0 } = options;
  const { whole, calmAt } = planOf(seed, options);
  const faults = whole.faults.filter((_, i) => only?.has(i) !== false);
  const scenario = { ...whole, faults };
  const world = new World(scenario, new Random(~seed), {
    ...(step === undefined ? {} : { step }),
    actionsMost: ACTIONS_MOST + reloadSeconds * ACTIONS_MOST_EACH_SECOND,
    trace: trace && ((at, what) => trace(`${stamp(at)} ${formatStep(what)}`)),
  });
  const unit = longestInterval(scenario);
  const faultsEndAt = endOf(faults) + latenessOf(faults);
  const convergedAt = faultsEndAt + boundOf(scenario) + SLACK;
  const virtualRouters = scenario.routers[0]?.instances.length ?? 0;
  const settling = convergence(world, { virtualRouters, faultsEndAt, convergedAt });
  world.watch([
    masterDownTimer(world),
    usurpation(world),
    election(),
    advertsOnTime(world),
    holdings(world),
    goodPackets(),
    replays(),
    together(world),
    noSplitBrain(world, virtualRouters),
    settling,
    neighbours(world, { hosts: world.hosts, faultsEndAt }),
    ...(reloadSeconds === 0 ? [] : [undisturbed(world, calmAt)]),
  ]);
  const end = convergedAt + Math.max(EPILOGUE * unit, EPILOGUE_LEAST) * CLOCK_SLACK;
  if (options.watch !== undefined) watch(world, end, options.watch);
  const violation = judged(world, end);
  return {
    seed,
    ...(violation === undefined ? {} : { violation }),
    script: describeScenario(reloadSeconds === 0 ? whole : { ...whole, faults: [] }),
    routers: scenario.routers.length,
    actions: world.actions,
    adverts: world.adverts,
    settledAfter: Math.max(0, settling.lastChangeAt - faultsEndAt) / unit,
  };
}

/**
 * Leaves out faults of a failing run as long as it still fails in the same way.
 * @param outcome - of the run
 * @returns numbers of the faults that are left
 */
export function shrink(outcome: Outcome, options: SimulationOptions = {}): ReadonlySet<number> {
  let only = new Set(drawScenario(outcome.seed).faults.keys());
  for (const each of drawScenario(outcome.seed).faults.keys()) {
    const fewer = new Set([...only].filter((other) => other !== each));
    const { violation } = simulate(outcome.seed, { ...options, only: fewer });
    if (violation?.rule === outcome.violation?.rule) only = fewer;
  }
  return only;
}

/** @returns what is to happen, and when all have come to terms if nothing does */
function planOf(
  seed: number,
  { reloadSeconds = 0, addresses }: SimulationOptions,
): { readonly whole: Scenario; readonly calmAt: number } {
  const drawn = addresses === undefined ? drawScenario(seed) : largeScenario(seed, addresses);
  const calmAt = boundOf({ ...drawn, faults: [] }) + startOf(drawn) + SLACK;
  const whole = reloadSeconds === 0 ? drawn : withReloads(drawn, calmAt, reloadSeconds);
  return { whole, calmAt };
}

function watch(
  world: World,
  end: number,
  { times, look }: NonNullable<SimulationOptions['watch']>,
): void {
  for (let i = 1; i <= times; i += 1) world.at((end * i) / times, look);
}

/** Anything that is thrown is a violation: machines never throw. */
function judged(world: World, end: number): Outcome['violation'] {
  try {
    world.run(end);
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return { rule: error.rule, text: error.message, at: world.now };
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { rule: 'exception', text, at: world.now };
  }
}

function endOf(faults: readonly Fault[]): number {
  return longest(faults.map(({ at, lasts }) => at + (lasts === Infinity ? 0 : lasts)));
}

/** @returns when the last router is switched on */
function startOf({ routers }: Scenario): number {
  return longest(routers.map(({ startsAt }) => startsAt));
}

/**
 * In the worst case a backup starts to listen at the end of the last fault, somebody else is
 * master first, and the delay of preemption runs.
 */
function boundOf({ routers, faults }: Scenario): number {
  const all = routers.flatMap(({ instances }) => instances);
  const delay = longest([...all, ...reloadsOf(faults)].map(({ preemptDelay }) => preemptDelay));
  const adverts = longest(all.map(({ downTimerAdverts }) => downTimerAdverts)) + 1;
  return (longestInterval({ routers, faults }) * adverts * 2 + delay) * CLOCK_SLACK;
}

function longestInterval({ routers, faults }: Pick<Scenario, 'routers' | 'faults'>): number {
  const all = [...routers.flatMap(({ instances }) => instances), ...reloadsOf(faults)];
  return longest(all.map(({ advertisementInterval }) => advertisementInterval));
}

function reloadsOf(faults: readonly Fault[]): Partial<VrrpInstanceSettings>[] {
  return faults.flatMap(({ what }) => (what.kind === 'reload' ? [what.changes] : []));
}

function longest(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((most, each) => Math.max(most, each ?? 0), 0);
}

function stamp(at: number): string {
  return at.toFixed(3).padStart(12);
}
