/** Names of the bits IP_VS_SVC_F_SCHED1 to 3, which mean something else to each scheduler. */
import { IpvsUsageError } from './usage-error.ts';

interface Flag {
  readonly name: string;
  readonly bit: number;
  /** The one that knows it by this name; absent: any. */
  readonly scheduler?: string;
}

/** @see linux/ip_vs.h IP_VS_SVC_F_SCHED_SH_*, IP_VS_SVC_F_SCHED_MH_* */
const FLAGS: readonly Flag[] = [
  { name: 'flag-1', bit: 8 },
  { name: 'flag-2', bit: 16 },
  { name: 'flag-3', bit: 32 },
  { name: 'sh-fallback', bit: 8, scheduler: 'sh' },
  { name: 'sh-port', bit: 16, scheduler: 'sh' },
  { name: 'mh-fallback', bit: 8, scheduler: 'mh' },
  { name: 'mh-port', bit: 16, scheduler: 'mh' },
];

/**
 * @param list - names with commas between them
 * @returns the names
 * @throws IpvsUsageError when there is no such flag
 */
export function flagNames(list: string): readonly string[] {
  const names = list.split(',').filter((each) => each !== '');
  const wrong = names.find((name) => !FLAGS.some((flag) => flag.name === name));
  if (wrong !== undefined) throw new IpvsUsageError(`invalid scheduler flag \`${wrong}'`);
  return names;
}

/**
 * @param names - of known flags
 * @returns their bits
 * @throws IpvsUsageError when one belongs to another scheduler
 */
export function flagBits(names: readonly string[], scheduler: string): number {
  let bits = 0;
  for (const { name, bit, scheduler: owner = scheduler } of FLAGS) {
    if (!names.includes(name)) continue;
    if (owner !== scheduler) throw new IpvsUsageError(`incompatible scheduler flag \`${name}'`);
    bits |= bit;
  }
  return bits;
}

/**
 * @param flags - of a service
 * @returns their names with commas between them, as its scheduler knows them; empty without any
 */
export function formatFlags(flags: number, scheduler: string): string {
  const own = FLAGS.filter((each) => each.scheduler === scheduler);
  const known = own.length > 0 ? own : FLAGS.filter((each) => each.scheduler === undefined);
  return known.flatMap(({ name, bit }) => ((flags & bit) === 0 ? [] : [name])).join(',');
}
