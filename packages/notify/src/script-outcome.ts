import { constants } from 'node:os';

/** How a script has ended. */
export type ScriptOutcome =
  | { readonly type: 'exited'; readonly status: number }
  /** By the number of the signal. */
  | { readonly type: 'signalled'; readonly signal: number }
  | { readonly type: 'timed-out' }
  | { readonly type: 'not-run'; readonly reason: string };

/**
 * @param status - of a child process that has exited by itself
 * @param signal - that has ended it otherwise
 */
export function outcomeOf(status: number | null, signal: NodeJS.Signals | null): ScriptOutcome {
  if (signal === null) return { type: 'exited', status: status ?? 0 };
  return { type: 'signalled', signal: constants.signals[signal] };
}
