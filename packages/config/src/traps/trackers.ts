import { inSeconds } from '@tandem/time';
import type { Word } from '../words.ts';
import { entriesOf, statementsOf, valueOf } from '../tree-reading.ts';
import { when, type Finding, type InstanceSubject, type Subject, type Trap } from './trap.ts';

const PRIORITY_MIN = 1;
const PRIORITY_MAX = 254;
const OWNER = 255;

/** The lists that name trackers, and the blocks that define these. */
const KINDS: readonly { readonly list: string; readonly definitions: readonly string[] }[] = [
  { list: 'track_script', definitions: ['vrrp_script'] },
  { list: 'track_process', definitions: ['vrrp_track_process'] },
  { list: 'track_bfd', definitions: ['bfd_instance'] },
  { list: 'track_file', definitions: ['track_file', 'vrrp_track_file'] },
];

/** Those whose weight is a change of priority. */
const WEIGHTED = ['interface', 'script', 'process', 'bfd'] as const;

/** A tracker of an instance with the changes of priority that it causes. */
interface TrackedWeight {
  readonly name: Word;
  /** As written. */
  readonly weight: number;
  readonly whenGood: number;
  readonly whenBad: number;
}

/** Traps of what an instance follows. */
export const TRACKER_TRAPS: readonly Trap<InstanceSubject>[] = [
  { code: 'TRACKER_WEIGHT_CLAMPED', find: weightClamped },
];

/** Traps of trackers wherever they are used. */
export const TRACKER_DEFINITION_TRAPS: readonly Trap<Subject>[] = [
  { code: 'UNUSED_TRACKER', find: unusedTracker },
  { code: 'SCRIPT_SLOWER_THAN_INTERVAL', find: scriptSlowerThanInterval },
];

/**
 * @param subject - an instance
 * @returns what it follows with a weight that counts; files are left out, because their number does,
 *   as are the own interface and, in most sync groups, everything
 * @see inventory §3.8
 */
export function trackedWeights({
  settings,
  call,
  outline,
}: Pick<InstanceSubject, 'settings' | 'call' | 'outline'>): readonly TrackedWeight[] {
  if (outline.index.weightless.has(settings.name)) return [];
  const { block } = call.statement;
  const weights = new Map(settings.trackers.map((each) => [`${each.kind} ${each.name}`, each]));
  const followed = WEIGHTED.flatMap((kind) =>
    entriesOf(block, `track_${kind}`).flatMap(([word]) => {
      if (kind === 'interface' && word?.text === settings.interface) return [];
      const found = weights.get(`${kind} ${word?.text}`);
      return found === undefined ? [] : [{ ...found, word }];
    }),
  );
  return followed.flatMap(({ word, weight, reverse }) => {
    if (word === undefined || weight === 0) return [];
    const [one, other] = weight > 0 ? [weight, 0] : [0, weight];
    return [
      { name: word, weight, whenGood: reverse ? other : one, whenBad: reverse ? one : other },
    ];
  });
}

function weightClamped(subject: InstanceSubject): readonly Finding[] {
  const { priority } = subject.settings;
  if (priority === OWNER) return [];
  return trackedWeights(subject).flatMap(({ name, weight, whenGood, whenBad }) => {
    const change = whenGood + whenBad;
    const result = priority + change;
    const limit = change < 0 ? PRIORITY_MIN : PRIORITY_MAX;
    return when(result < PRIORITY_MIN || result > PRIORITY_MAX, () => ({
      message: `weight ${weight} of ${name.text} would make priority ${priority} ${result}, but it ends at ${limit}: ${Math.abs(limit - priority)} is all that counts`,
      at: name,
      hint: 'keep priority and weights together within 1–254',
    }));
  });
}

function unusedTracker({ outline }: Subject): readonly Finding[] {
  const { statements, index } = outline;
  const checked = namesInCheckers(index);
  return KINDS.flatMap(({ list, definitions }) => {
    const used = new Set(
      statements.flatMap((each) => entriesOf(each.block, list)).map(([name]) => name?.text),
    );
    return statements
      .filter((each) => definitions.includes(each.keyword))
      .filter((each) => !used.has(valueOf(each)) && !checked.has(valueOf(each)))
      .map((each) => ({
        message: `${each.keyword} ${valueOf(each) ?? ''} is defined, and nothing follows it`,
        at: each,
        hint: `add '${list} { ${valueOf(each) ?? 'NAME'} }' to an instance`,
      }));
  });
}

/** FILE_CHECK and BFD_CHECK name files and sessions too. */
function namesInCheckers({ roots }: Subject['outline']['index']): ReadonlySet<string | undefined> {
  return new Set(
    (roots.get('virtual_server') ?? [])
      .flatMap((each) => statementsOf(each.block, 'real_server'))
      .flatMap((each) => statementsOf(each.block, 'FILE_CHECK', 'BFD_CHECK'))
      .flatMap((each) => statementsOf(each.block, 'track_file', 'name'))
      .map(valueOf),
  );
}

function scriptSlowerThanInterval({ outline }: Subject): readonly Finding[] {
  const scripts = new Map(
    (outline.index.roots.get('vrrp_script') ?? [])
      .toReversed()
      .map((each) => [valueOf(each), each]),
  );
  return outline.settings.trackScripts
    .filter(({ interval, timeout }) => timeout > interval)
    .map(({ name, interval, timeout }) => ({
      message: `vrrp_script ${name} may take ${inSeconds(timeout)} s, longer than its interval of ${inSeconds(interval)} s, and runs more rarely then`,
      at: statementsOf(scripts.get(name)?.block, 'timeout').at(-1),
      hint: 'choose a timeout up to the interval',
    }));
}
