/** On which processors the processes run, and for how long without a pause: keywords of global_defs. */
import { integer } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, several } from '../form.ts';
import type { Keyword } from '../grammar.ts';
import { readForm } from '../read-form.ts';
import type { ProcessSettings } from '../settings.ts';

const PREFIXES = ['vrrp', 'checker', 'bfd'] as const;

/** Of one process, as far as given. */
type Limits = Pick<ProcessSettings, 'processors' | 'realTimeUs'>;

/** What global_defs says of them. */
export interface ProcessLimitsDraft {
  limits?: { readonly [P in (typeof PREFIXES)[number]]?: Limits };
}

const PROCESSORS = form({ value: several(integer({ min: 0, max: 0xffff_ffff })) });
const MICROSECONDS = form({
  value: integer({ min: 1, max: 0xffff_ffff }, { unit: 'microseconds' }),
});

/** Their rows in the keyword table of global_defs. */
// prettier-ignore
export const PROCESS_LIMIT_ROWS: readonly Keyword<ProcessLimitsDraft>[] = PREFIXES.flatMap((prefix) => {
  const set = (draft: ProcessLimitsDraft, limits: Limits): void => {
    draft.limits = { ...draft.limits, [prefix]: { ...draft.limits?.[prefix], ...limits } };
  };
  return [
    { kind: 'custom', keyword: `${prefix}_cpu_affinity`, bare: 'error', form: PROCESSORS, apply: (draft, call) => set(draft, readProcessors(call)), otherwise: 'as started', doc: 'CPUs of the process and of what it starts.' },
    { kind: 'custom', keyword: `${prefix}_rlimit_rttime`, aliases: [`${prefix}_rlimit_rtime`], form: MICROSECONDS, apply: (draft, call) => set(draft, readRealTime(call)), otherwise: prefix === 'vrrp' ? '2000000 without vrrp_rt_priority, else none' : 'none', doc: 'CPU time without a pause after which a real-time process is ended; less than 2000000 counts as that.' },
  ];
});

function readProcessors(call: Call): Limits {
  const { value = [] } = readForm(PROCESSORS, call.arguments, call) ?? {};
  const processors = value.filter((each) => call.session.box.hasProcessor(each));
  for (const word of call.arguments) {
    if (!value.includes(Number(word.text)) || processors.includes(Number(word.text))) continue;
    call.complain('UNKNOWN_PROCESSOR', `there is no processor ${word.text}`, { at: word });
  }
  return processors.length > 0 ? { processors } : {};
}

function readRealTime(call: Call): Limits {
  const { value } = readForm(MICROSECONDS, call.arguments, call) ?? {};
  return value === undefined ? {} : { realTimeUs: value };
}
