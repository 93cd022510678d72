/**
 * The machine of tracked processes: which ones count, and when their number has been right or
 * wrong for long enough.
 * @see inventory §2.7, §3.8
 */
import type { Instant } from '@tandem/time';
import { after, isDue } from '@tandem/time';
import type { TrackedValue } from './ledger.ts';
import type { TrackProcessSettings } from './settings.ts';

/** A process as the kernel shows it. */
export interface ProcessWords {
  /** Its name, at most 15 octets. */
  readonly name: string;
  /** Program and arguments as it was started. */
  readonly argv: readonly string[];
}

/** What is known of tracked processes. */
export interface TrackProcessState {
  readonly settings: TrackProcessSettings;
  readonly count: number;
  /** Whether the number is right; undefined before the first count. */
  readonly value: TrackedValue;
  /** When the other value comes into force; undefined: nothing is pending. */
  readonly deadline: Instant | undefined;
}

/** What happens to them. */
export type TrackProcessEvent =
  | { readonly type: 'counted'; readonly count: number }
  | { readonly type: 'timer' };

/** The kernel keeps that much of a name. */
const NAME_LENGTH = 15;

/**
 * @param settings - what to look for
 * @param running - a process
 * @returns whether it is one of them
 * @see keepalived.conf(5) vrrp_track_process
 */
export function isTracked(settings: TrackProcessSettings, running: ProcessWords): boolean {
  const { process, parameters, match, wholeCommand } = settings;
  if (!wholeCommand) return running.name === process.slice(0, NAME_LENGTH);
  const [program = '', ...words] = running.argv;
  if (program !== process && program.split('/').at(-1) !== process) return false;
  const isPartial = match === 'partial' && parameters.length > 0;
  if (!isPartial && words.length !== parameters.length) return false;
  return parameters.every((each, i) => {
    const isLast = i === parameters.length - 1;
    return match === 'initial' && isLast ? words[i]?.startsWith(each) : words[i] === each;
  });
}

/**
 * @param settings - what to look for
 * @param inherited - the last value in a process that died
 * @returns a state in which nothing has been counted
 */
export function createTrackProcess(
  settings: TrackProcessSettings,
  inherited?: boolean,
): TrackProcessState {
  return { settings, count: 0, value: inherited, deadline: undefined };
}

/**
 * @param state - as `createTrackProcess` or the last step returned it
 * @param now - when; not before that of the last step
 * @returns the new state; compare its value with the last one's
 */
export function stepTrackProcess(
  state: TrackProcessState,
  event: TrackProcessEvent,
  now: Instant,
): TrackProcessState {
  if (event.type === 'timer') {
    if (!isDue(state.deadline, now)) return state;
    return { ...state, value: isRight(state.settings, state.count), deadline: undefined };
  }
  const { settings } = state;
  const right = isRight(settings, event.count);
  const counted = { ...state, count: event.count };
  // It is as it was, whatever it was in between; and the first count waits for nothing.
  if (right === state.value) return { ...counted, deadline: undefined };
  const delay = right ? settings.forkDelay : settings.terminateDelay;
  if (state.value === undefined || delay === 0)
    return { ...counted, value: right, deadline: undefined };
  return { ...counted, deadline: state.deadline ?? after(now, delay) };
}

function isRight({ quorum, quorumMax }: TrackProcessSettings, count: number): boolean {
  return count >= quorum && (quorumMax === undefined || count <= quorumMax);
}
