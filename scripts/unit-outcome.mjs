/**
 * Counts what unit tests have come to: a line `PASSED FAILED`, then the files that have failed while
 * the machine itself stood still, a line each, which are in neither number and are to be run once more.
 *
 * usage: unit-outcome.mjs REPORT FILE   (vitest's JSON report; the file that `standstills/watch` writes)
 */
import { readFileSync } from 'node:fs';

const [report, watched] = process.argv.slice(2);
const standstills = readFileSync(watched, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => line.split(' ').map(Number));
const results = readResults(report);
const again = results.filter(
  ({ status, startTime, endTime }) =>
    status === 'failed' &&
    standstills.some(([at, length]) => at <= endTime && at + length >= startTime),
);
const tests = results
  .filter((result) => !again.includes(result))
  .flatMap(({ assertionResults }) => assertionResults);
const count = (wanted) => tests.filter(({ status }) => status === wanted).length;
const lines = [`${count('passed')} ${count('failed')}`, ...again.map(({ name }) => name)];
process.stdout.write(`${lines.join('\n')}\n`);

/** There is no report of tests that were killed. */
function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).testResults;
  } catch {
    return [];
  }
}
