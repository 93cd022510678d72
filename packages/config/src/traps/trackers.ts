import { inSeconds } from '@tandem/time';
import type { Statement } from '../tree.ts';
import type { Word } from '../words.ts';
import { entriesOf, statementsOf, valueOf, weightOf } from '../tree-reading.ts';
import { when, type Finding, type InstanceSubject, type Subject, type Trap } from './trap.ts';

const PRIORITY_MIN = 1;
const PRIORITY_MAX = 254;
const OWNER = 255;

/** The blocks that define trackers, and the lists that name them. */
const KINDS: readonly { readonly lists: readonly string[]; readonly blocks: readonly string[] }[] =
  [
    { lists: ['track_script'], blocks: ['vrrp_script'] },
    { lists: ['track_process'], blocks: ['vrrp_track_process'] },
    { lists: ['track_bfd'], blocks: ['bfd_instance'] },
    { lists: ['track_file'], blocks: ['track_file', 'vrrp_track_file'] },
  ];

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
  if (isInWeightlessGroup(settings.name, outline.statements)) return [];
  const { block } = call.statement;
  const interfaces = entriesOf(block, 'track_interface')
    .filter(([name]) => name?.text !== settings.interface)
    .map((words) => ({ words, from: [] }));
  const others = KINDS.filter((each) => !each.lists.includes('track_file')).flatMap(
    ({ lists, blocks }) =>
      entriesOf(block, ...lists).map((words) => ({
        words,
        from: definitionWords(outline.statements, blocks, words[0]?.text),
      })),
  );
  return [...interfaces, ...others].flatMap(({ words, from }) => {
    const [name] = words;
    const weight = weightOf(words) ?? weightOf(from) ?? 0;
    if (name === undefined || weight === 0) return [];
    const reverse = [...from, ...words].some((each) => each.text === 'reverse');
    const [one, other] = weight > 0 ? [weight, 0] : [0, weight];
    return [{ name, weight, whenGood: reverse ? other : one, whenBad: reverse ? one : other }];
  });
}

function isInWeightlessGroup(name: string, statements: readonly Statement[]): boolean {
  return statements.some(
    ({ keyword, block }) =>
      keyword === 'vrrp_sync_group' &&
      statementsOf(block, 'sync_group_tracking_weight', 'global_tracking').length === 0 &&
      entriesOf(block, 'group').some((words) => words.some((each) => each.text === name)),
  );
}

/** @returns the words of the `weight` that a tracker's own block gives */
function definitionWords(
  statements: readonly Statement[],
  blocks: readonly string[],
  name: string | undefined,
): readonly Word[] {
  const block = statements.find(
    (each) => blocks.includes(each.keyword) && valueOf(each) === name,
  )?.block;
  const given = statementsOf(block, 'weight').at(-1);
  return given === undefined ? [] : given.words;
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
  const { statements } = outline;
  return KINDS.flatMap(({ lists, blocks }) => {
    const used = new Set(
      statements.flatMap((each) => entriesOf(each.block, ...lists)).map(([name]) => name?.text),
    );
    return statements
      .filter((each) => blocks.includes(each.keyword))
      .filter((each) => !used.has(valueOf(each)) && !usedByChecker(each, statements))
      .map((each) => ({
        message: `${each.keyword} ${valueOf(each) ?? ''} is defined, and nothing follows it`,
        at: each,
        hint: `add '${lists[0]} { ${valueOf(each) ?? 'NAME'} }' to an instance`,
      }));
  });
}

/** FILE_CHECK and BFD_CHECK name files and sessions too. */
function usedByChecker(definition: Statement, statements: readonly Statement[]): boolean {
  const name = valueOf(definition);
  return statements
    .filter((each) => each.keyword === 'virtual_server')
    .flatMap((each) => statementsOf(each.block, 'real_server'))
    .flatMap((each) => statementsOf(each.block, 'FILE_CHECK', 'BFD_CHECK'))
    .flatMap((each) => statementsOf(each.block, 'track_file', 'name'))
    .some((each) => valueOf(each) === name);
}

function scriptSlowerThanInterval({ outline }: Subject): readonly Finding[] {
  const { settings, statements } = outline;
  return settings.trackScripts
    .filter(({ interval, timeout }) => timeout > interval)
    .map(({ name, interval, timeout }) => {
      const [script] = statements.filter(
        (each) => each.keyword === 'vrrp_script' && valueOf(each) === name,
      );
      return {
        message: `vrrp_script ${name} may take ${inSeconds(timeout)} s, longer than its interval of ${inSeconds(interval)} s, and runs more rarely then`,
        at: statementsOf(script?.block, 'timeout').at(-1),
        hint: 'choose a timeout up to the interval',
      };
    });
}
