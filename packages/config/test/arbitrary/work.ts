import { Session } from 'node:inspector';

const session = new Session();
session.connect();
session.post('Profiler.enable');
// Only functions that are compiled after this are counted by block, hence the import below.
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** The package under test, instrumented. */
export const { clusterDiagnostics, findTraps, formatConfiguration, parseConfiguration } =
  await import('@tandem/config');

/**
 * Counts how often blocks of this repository's code run, which says how work grows without looking
 * at a clock: the same every time, however busy the machine is.
 * @param work - synchronous
 * @returns the number of runs of blocks
 */
export function countWork(work: () => void): number {
  takeCounts();
  work();
  return takeCounts();
}

/** The counts since the last time. */
function takeCounts(): number {
  let total = 0;
  session.post('Profiler.takePreciseCoverage', (_, { result }) => {
    for (const { url, functions } of result) {
      if (!url.includes('/packages/') || url.includes('/test/')) continue;
      for (const { ranges } of functions) for (const { count } of ranges) total += count;
    }
  });
  return total;
}
