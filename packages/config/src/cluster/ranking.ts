import type { VrrpInstanceSettings } from '@tandem/vrrp';
import { trackedWeights } from '../traps/trackers.ts';
import { placeOf, type Discord, type InstancePair, type Rule, type Side } from './member.ts';

const OWNER = 255;

/** Who becomes master, and whether that can change; found for every two boxes. */
export const RANKING: readonly Rule<InstancePair>[] = [
  { code: 'CLUSTER_PRIORITIES_EQUAL', find: equalPriorities },
  { code: 'CLUSTER_TWO_OWNERS', find: twoOwners },
  { code: 'CLUSTER_WEIGHTS_REVERSE', find: weightsReverse },
  { code: 'CLUSTER_WEIGHTS_TOO_SMALL', find: weightsTooSmall },
  { code: 'CLUSTER_NOPREEMPT_USELESS', find: nopreemptUseless },
];

type Instance = Side<VrrpInstanceSettings>;

function equalPriorities({ here, there }: InstancePair): readonly Discord[] {
  const { priority } = there.settings;
  if (priority !== here.settings.priority || priority === OWNER) return [];
  return [
    {
      message: `priority is ${priority} in ${there.member.name} and in ${here.member.name}: after a start both may become master, and the higher address wins`,
      at: placeOf(there, 'priority'),
      other: { message: 'the other one is at', place: placeOf(here, 'priority') },
      hint: 'give each box a priority of its own',
    },
  ];
}

function twoOwners({ here, there }: InstancePair): readonly Discord[] {
  if (here.settings.priority !== OWNER || there.settings.priority !== OWNER) return [];
  return [
    {
      message: `priority is 255 in ${there.member.name} and in ${here.member.name}: two owners never yield to each other`,
      at: placeOf(there, 'priority', 'state'),
      other: { message: 'the other one is at', place: placeOf(here, 'priority', 'state') },
      hint: "write 'priority' with different numbers below 255",
    },
  ];
}

/** The priority while everything is well, and while everything that is tracked has failed. */
function reach(side: Instance): { readonly good: number; readonly worst: number } {
  const { priority } = side.settings;
  if (priority === OWNER) return { good: OWNER, worst: OWNER };
  let [good, worst] = [priority, priority];
  for (const { whenGood, whenBad } of weights(side)) {
    good += whenGood;
    worst += Math.min(whenGood, whenBad);
  }
  return { good: clamp(good), worst: clamp(worst) };
}

function weights({ settings, call, member }: Instance): ReturnType<typeof trackedWeights> {
  return trackedWeights({ settings, call, outline: member.outline });
}

function clamp(priority: number): number {
  return Math.min(254, Math.max(1, priority));
}

/** @returns the two, the one with the higher priority first; undefined where they are equal */
function ranked({ here, there }: InstancePair): readonly [Instance, Instance] | undefined {
  const difference = here.settings.priority - there.settings.priority;
  if (difference === 0) return undefined;
  return difference > 0 ? [here, there] : [there, here];
}

function weightsReverse(pair: InstancePair): readonly Discord[] {
  const [high, low] = ranked(pair) ?? [];
  if (high === undefined || low === undefined) return [];
  const [one, other] = [reach(high).good, reach(low).good];
  if (one > other) return [];
  return [
    {
      message: `priority ${high.settings.priority} in ${high.member.name} is higher than ${low.settings.priority} in ${low.member.name}, but with the weights of what they track ${low.member.name} has ${other} and ${high.member.name} ${one}`,
      at: placeOf(pair.there, 'priority'),
      other: { message: 'the other one is at', place: placeOf(pair.here, 'priority') },
      hint: 'track the same things with the same weights on both boxes',
    },
  ];
}

/** Where even all failures together leave the higher box above the lower one. */
function weightsTooSmall(pair: InstancePair): readonly Discord[] {
  const [high, low] = ranked(pair) ?? [];
  if (high === undefined || low === undefined) return [];
  const [first] = weights(high);
  const [lowest, rival] = [reach(high).worst, reach(low).good];
  if (first === undefined || lowest < rival || high.settings.priority === OWNER) return [];
  const comparison = lowest === rival ? 'no lower than' : 'still above';
  return [
    {
      message: `whatever fails of what ${high.member.name} tracks with a weight, its priority stays at ${lowest} or more, ${comparison} the ${rival} of ${low.member.name}: no takeover follows`,
      at: first.name,
      other: {
        message: `the priority of ${low.member.name} is at`,
        place: placeOf(low, 'priority'),
      },
      hint: `the weights must come to more than ${reach(high).good - rival}`,
    },
  ];
}

/** Only the box that would take over from a lower one can leave it alone. */
function nopreemptUseless(pair: InstancePair): readonly Discord[] {
  const [high, low] = ranked(pair) ?? [];
  if (high === undefined || low === undefined) return [];
  if (!high.settings.preempt || low.settings.preempt) return [];
  return [
    {
      message: `nopreempt is in ${low.member.name} only, which has the lower priority: ${high.member.name} takes the addresses back all the same`,
      at: placeOf(low, 'nopreempt'),
      other: { message: `${high.member.name} is at`, place: placeOf(high, 'priority') },
      hint: `write 'state BACKUP' and 'nopreempt' in ${high.member.name}`,
    },
  ];
}
