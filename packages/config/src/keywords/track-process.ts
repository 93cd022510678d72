import { ZERO, type Duration } from '@tandem/time';
import type { TrackProcessSettings } from '@tandem/vrrp';
import { decimalSeconds, integer, oneOf, word } from '../argument.ts';
import type { Call } from '../call.ts';
import { complainTwice } from '../composer.ts';
import { form, optional, several } from '../form.ts';
import { keywordGrammar, type KeywordGrammar } from '../grammar.ts';
import { readTracked, weightRow, type WeightDraft } from './track-entry.ts';

/** What a vrrp_track_process block says so far; an absent field was not given. */
interface ProcessDraft extends WeightDraft {
  command?: readonly string[];
  match?: 'initial' | 'partial';
  quorum?: number;
  quorumMax?: number;
  delay?: Duration;
  forkDelay?: Duration;
  terminateDelay?: Duration;
  fullCommand?: boolean;
}

const DELAY = decimalSeconds({ min: 0.000001, max: 3600 });
const MATCHES = oneOf(
  new Map<string, 'initial' | 'partial'>([
    ['initial', 'initial'],
    ['partial', 'partial'],
  ]),
);
const PROCESS = form({ name: word(), arguments: optional(several(word())) });

/** The keyword table of vrrp_track_process. */
// prettier-ignore
export const TRACK_PROCESS: KeywordGrammar<ProcessDraft> = keywordGrammar<ProcessDraft>('vrrp_track_process', [
  { kind: 'custom', keyword: 'process', required: true, form: PROCESS, firstCounts: true, apply: applyProcess, doc: 'Name, and arguments, of the process.' },
  { kind: 'value', keyword: 'param_match', set: 'match', bare: 'note', argument: MATCHES, doc: 'How arguments are compared.' },
  weightRow({ min: -254, max: 254 }, { bare: 'error', default: 0, firstCounts: 'but the default', doc: 'Change of priority.' }),
  { kind: 'value', keyword: 'quorum', set: 'quorum', argument: integer({ min: 1, max: 65_535 }), default: 1, doc: 'Least number of processes.' },
  { kind: 'value', keyword: 'quorum_max', set: 'quorumMax', argument: integer({ min: 0, max: 65_535 }), doc: 'Highest number of processes.' },
  { kind: 'value', keyword: 'delay', set: 'delay', argument: DELAY, doc: 'Wait before a change counts.' },
  { kind: 'value', keyword: 'terminate_delay', set: 'terminateDelay', argument: DELAY, otherwise: 'delay', doc: 'Wait after the end of a process before it counts.' },
  { kind: 'value', keyword: 'fork_delay', set: 'forkDelay', argument: DELAY, otherwise: 'delay', doc: 'Wait after the start of a process before it counts.' },
  { kind: 'flag', keyword: 'full_command', set: 'fullCommand', to: true, doc: 'Compare the whole command line.' },
]);

/**
 * Reads a vrrp_track_process block; one without a process is complained about and left out.
 * @param draft - of the root
 * @param call - the statement
 */
export function applyTrackProcess(
  draft: { readonly trackProcesses: TrackProcessSettings[] },
  call: Call,
): void {
  const given: ProcessDraft = {};
  const name = readTracked('process', TRACK_PROCESS, { given, call });
  const [process, ...parameters] = given.command ?? [];
  if (name === undefined || process === undefined) return;
  const { match, quorum = 1, quorumMax, delay = ZERO, fullCommand = false } = given;
  draft.trackProcesses.push({
    name,
    process,
    parameters,
    match: match ?? 'exact',
    wholeCommand: fullCommand || parameters.length > 0 || match !== undefined,
    quorum,
    ...(quorumMax === undefined ? {} : { quorumMax }),
    forkDelay: given.forkDelay ?? delay,
    terminateDelay: given.terminateDelay ?? delay,
  });
}

function applyProcess(draft: ProcessDraft, call: Call): void {
  if (draft.command === undefined) draft.command = call.arguments.map(({ text }) => text);
  else complainTwice(call);
}
