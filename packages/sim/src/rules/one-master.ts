/** Where nothing is wrong, there is one master, and the right one. */
import type { Router } from '../router.ts';
import type { Rule, View } from '../rule.ts';
import { Violation } from '../violation.ts';

/** Clocks, timers and wires, milliseconds. */
const SLACK = 5;
const CLOCK_SLACK = 1.01;

/**
 * @param view - of the run
 * @param virtualRouters - how many there are on each router
 * @returns the rule that two masters that hear each other do not stay
 */
export function noSplitBrain(view: View, virtualRouters: number): Rule {
  const since: (number | undefined)[] = [];

  function settled(): void {
    for (let index = 0; index < virtualRouters; index += 1) {
      if (view.calmSince === undefined || isOneAtMost(mastersOf(view, index))) {
        since[index] = undefined;
        continue;
      }
      const start = Math.max((since[index] ??= view.now), view.calmSince);
      const longest = longestInterval(view, index);
      if (view.now - start <= longest * CLOCK_SLACK + SLACK) continue;
      const names = named(mastersOf(view, index));
      throw new Violation('split brain', `${names} have long been masters side by side`);
    }
  }

  return { settled };
}

/** What `convergence` needs to know of the run. */
export interface ConvergencePlan {
  readonly virtualRouters: number;
  /** When the last fault is over, milliseconds. */
  readonly faultsEndAt: number;
  /** When all must be settled. */
  readonly convergedAt: number;
}

/**
 * @param view - of the run
 * @param plan - when to look
 * @returns the rule that there is one master in time, and that it stays
 */
export function convergence(view: View, plan: ConvergencePlan): Rule & { lastChangeAt: number } {
  const last: number[] = [];
  const rule = {
    lastChangeAt: 0,
    settled(): void {
      for (let index = 0; index < plan.virtualRouters; index += 1) {
        const masters = mastersOf(view, index);
        if (masters !== last[index]) rule.lastChangeAt = view.now;
        if (view.now > plan.convergedAt) judge(index, masters, last[index] ?? 0);
        last[index] = masters;
      }
    },
    finished(): void {
      for (let index = 0; index < plan.virtualRouters; index += 1) judgeRight(index);
    },
  };

  function judge(index: number, masters: number, before: number): void {
    if (masters === before && masters !== 0 && isOneAtMost(masters)) return;
    const late = (view.now - plan.faultsEndAt).toFixed(0);
    const text = `V${index + 1}: ${named(masters)} after ${named(before)}`;
    throw new Violation('one master', `${text}, ${late} ms after the last fault`);
  }

  /** Nobody is left who would have to preempt it. */
  function judgeRight(index: number): void {
    const isMaster = ({ instances }: Router): boolean => instances[index]?.state.state === 'MASTER';
    const master = view.routers.find(isMaster);
    const effectivePriority = master?.instances[index]?.state.effectivePriority ?? 0;
    for (const other of view.routers) {
      const rival = other.instances[index]?.state;
      if (rival?.state !== 'BACKUP' || !rival.settings.preempt) continue;
      if (rival.effectivePriority <= effectivePriority) continue;
      throw new Violation(
        'right master',
        `r${master?.number} with ${effectivePriority} is master, ` +
          `r${other.number} with ${rival.effectivePriority} should be`,
      );
    }
  }

  return rule;
}

/** @returns a bit for each router that is master of the virtual router */
function mastersOf({ routers }: View, index: number): number {
  let masters = 0;
  for (const { number, instances } of routers)
    if (instances[index]?.state.state === 'MASTER') masters |= 1 << number;
  return masters;
}

function isOneAtMost(masters: number): boolean {
  return (masters & (masters - 1)) === 0;
}

function longestInterval({ routers }: View, index: number): number {
  const intervals = routers.map(
    ({ instances }) => instances[index]?.state.settings.advertisementInterval ?? 0,
  );
  return Math.max(...intervals);
}

function named(masters: number): string {
  const names = [0, 1, 2, 3, 4].filter((each) => ((masters >> each) & 1) === 1);
  return names.map((each) => `r${each}`).join(' and ') || 'nobody';
}
