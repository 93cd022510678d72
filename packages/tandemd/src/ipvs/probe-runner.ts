import type { Prober, ProberOptions } from '@tandem/checkers';
import type { FileProbe, Probe, ProbeResult } from '@tandem/health';
import { nextNumber } from './file-change.ts';
import type { ScriptRuns } from './script-runs.ts';
import type { SessionWatch } from './session-watch.ts';

/** What attempts need. */
export interface ProbePorts {
  readonly prober: Pick<Prober, 'run' | 'show' | 'deadlines'>;
  readonly scripts: Pick<ScriptRuns, 'run'>;
  readonly sessions: Pick<SessionWatch, 'next'>;
  readonly log: (text: string) => void;
}

/** Makes one attempt, or has it made. */
export type RunProbe = (probe: Probe, options: ProberOptions) => Promise<ProbeResult>;

/**
 * @param ports - who makes which attempts
 * @returns a function that makes one; what it returns never rejects
 */
export function probeRunner({ prober, scripts, sessions, log }: ProbePorts): RunProbe {
  const said = new Map<string, string>();
  /** Of one file for many real servers, and at each attempt, the same is said once. */
  const logFile = (name: string, text: string): void => {
    if (said.get(name) !== text) log(text);
    said.set(name, text);
  };
  const nextOf = async (probe: FileProbe, signal: AbortSignal): Promise<ProbeResult> => {
    const result = await nextNumber(probe, signal, (text) => logFile(probe.path, text));
    if (result.ok && result.problem === undefined) said.delete(probe.path);
    return result;
  };
  // Not async: each one on the way from an answer to the table makes it wait for its turn thrice.
  return (probe, options) => {
    if (probe.type === 'MISC_CHECK') return scripts.run(probe, options.signal);
    if (probe.type === 'FILE_CHECK') return nextOf(probe, options.signal);
    if (probe.type === 'BFD_CHECK') return sessions.next(probe, options.signal);
    return prober.run(probe, options);
  };
}
