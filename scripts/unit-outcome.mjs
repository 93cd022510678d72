/**
 * Counts what unit tests have come to: a line `PASSED FAILED`, where a file that fails without a failed
 * test is one, too, and an error outside of every test; then the files that have failed while the
 * machine itself stood still, a line each, which are in neither number and are to be run once more.
 *
 * usage: unit-outcome.mjs REPORT FILE   (what unit-report.mjs and `standstills/watch` have written)
 */
import { readFileSync } from 'node:fs';

const [report, watched] = process.argv.slice(2);
const standstills = readFileSync(watched, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => line.split(' ').map(Number));
const { testResults: results, unhandledErrors } = readReport(report);
const again = results.filter(
  ({ status, startTime, endTime }) =>
    status === 'failed' &&
    standstills.some(([at, length]) => at <= endTime && at + length >= startTime),
);
const others = results.filter((result) => !again.includes(result));
const tests = others.flatMap(({ assertionResults }) => assertionResults);
const count = (wanted) => tests.filter(({ status }) => status === wanted).length;
// One that cannot be loaded has no tests.
const broken = others.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((each) => each.status === 'failed'),
);
const lines = [
  `${count('passed')} ${count('failed') + broken.length + unhandledErrors}`,
  ...again.map(({ name }) => name),
];
process.stdout.write(`${lines.join('\n')}\n`);

/** There is no report of tests that were killed. */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { testResults: [], unhandledErrors: 0 };
  }
}
