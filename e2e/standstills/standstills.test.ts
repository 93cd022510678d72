// kernel: any
// What the runner of all tests does where the machine itself stands still: what has failed meanwhile
// is run once more. Nothing else is.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Background, run, type Outcome } from '../lib/command.ts';
import { repositoryRoot } from '../lib/program.ts';
import { waitUntil } from '../lib/wait.ts';

const folder = mkdtempSync(join(tmpdir(), 'tandem-standstills-'));
after(() => rmSync(folder, { recursive: true }));
const STILL_MS = 500;

void test('a watch that is stopped for a while has seen the machine stand still, on each processor', async () => {
  if (!(await mayGoFirst())) return assertNotWatched([]);
  const watched = fileOf([]);
  const watch = Background.start([script('watch'), watched], join(folder, 'watch.log'));
  const threads = (): number => readdirSync(`/proc/${watch.pid}/task`).length;
  try {
    const wanted = 1 + Number((await run(['nproc'])).stdout);
    await waitUntil('a thread for each processor', () => threads() === wanted, { limitMs: 20_000 });
    const before = Date.now();
    watch.signal('SIGSTOP');
    await delay(STILL_MS);
    watch.signal('SIGCONT');
    const lines = await waitUntil(
      'a line for each processor',
      () => {
        const seen = readFileSync(watched, 'utf8').split('\n').slice(0, -1);
        return seen.length >= wanted - 1 && seen;
      },
      { limitMs: 20_000 },
    );
    const tookMs = Date.now() - before;
    for (const [at = 0, lengthMs = 0] of lines.map((line) => line.split(' ').map(Number))) {
      assert.ok(at >= before - 20 && at <= before + tookMs, `at ${at - before} ms`);
      assert.ok(lengthMs >= STILL_MS - 50 && lengthMs <= tookMs, `${lengthMs} ms`);
    }
  } finally {
    await watch.stop('SIGKILL');
  }
});

void test('where it may not go before other programs, the watch says so and ends', async () => {
  await assertNotWatched(['setpriv', '--bounding-set=-sys_nice']);
});

void test('a test that fails while the machine stands still is run once more, which alone counts', async () => {
  const { outcome, runs } = await onceMore({ standstill: 'meanwhile', failures: 1 });
  assert.equal(outcome.status, 0);
  assert.equal(runs, 2);
  assert.match(outcome.stdout, /stood still for 3\.400 s at \d\d:\d\d:\d\d while this ran/);
});

void test('a test that fails both times has failed', async () => {
  const { outcome, runs } = await onceMore({ standstill: 'meanwhile', failures: 3 });
  assert.equal(outcome.status, 7);
  assert.equal(runs, 2);
});

void test('a failure without a standstill, or after one, stays a failure', async () => {
  for (const standstill of ['none', 'before'] as const) {
    const { outcome, runs } = await onceMore({ standstill, failures: 1 });
    assert.deepEqual([outcome.status, runs, outcome.stdout], [7, 1, '']);
  }
});

void test('a test that does not fail is run once, whatever the machine does', async () => {
  const { outcome, runs } = await onceMore({ standstill: 'meanwhile', failures: 0 });
  assert.deepEqual([outcome.status, runs, outcome.stdout], [0, 1, '']);
});

void test('a signal ends what is run', async () => {
  const log = join(folder, 'ended.log');
  const words = [script('once-more'), fileOf([]), 'sh', '-c', 'echo $$; exec sleep 60'];
  const program = Background.start(words, log);
  const started = (): string | undefined => readFileSync(log, 'utf8').trim() || undefined;
  const pid = await waitUntil('start', started, { limitMs: 20_000 });
  program.signal('SIGTERM');
  assert.equal(await program.exit(), 143);
  assert.ok(!readdirSync('/proc').includes(pid));
});

void test('of the unit tests only those files are run once more that failed at that time', async () => {
  const report = join(folder, 'report.json');
  const testResults = [
    result('passed.ts', [1000, 2000], ['passed', 'passed']),
    result('stood-still.ts', [1000, 2000], ['passed', 'failed']),
    result('failed.ts', [3000, 4000], ['failed', 'passed', 'passed']),
    { ...result('not-loaded.ts', [3000, 4000], []), status: 'failed' },
  ];
  writeFileSync(report, JSON.stringify({ testResults, unhandledErrors: 0 }));
  assert.equal(await counts(report, fileOf([[1500, 400]])), '4 2\nstood-still.ts\n');
  assert.equal(await counts(report, fileOf([])), '5 3\n');
  assert.equal(await counts(join(folder, 'missing.json'), fileOf([])), '0 0\n');
});

void test('an error outside of every unit test is a failure, whatever is run once more', async () => {
  const program = join(folder, 'still.test.mjs');
  const unhandled = "test('a', () => void Promise.reject(new Error('nobody waits for it')));";
  writeFileSync(program, `${unhandled}\ntest('b', () => expect(1).toBe(2));\n`);
  const report = join(folder, 'unit.json');
  const vitest = join(repositoryRoot(), 'node_modules/.bin/vitest');
  const reporter = `--reporter=${join(repositoryRoot(), 'scripts/unit-report.mjs')}`;
  const words = ['run', '--globals', '--root', folder, reporter, `--outputFile.json=${report}`];
  const before = Date.now();
  await run([vitest, ...words], { mayFail: true });
  const meanwhile = fileOf([[before, Date.now() - before]]);
  assert.equal(await counts(report, meanwhile), `0 1\n${program}\n`);
  assert.equal(await counts(report, fileOf([])), '1 2\n');
});

void test('the summary counts a standstill once, of however many processors', async () => {
  assert.equal(await summary(fileOf([])), 'no standstill of the machine was seen\n');
  const standstills = fileOf([
    [9000, 350],
    [1005, 500],
    [1000, 1200],
  ]);
  assert.equal(await summary(standstills), 'the machine stood still 2 times, 1.2 s at most\n');
});

/** Root of some containers may not, and then nothing is ever run twice. */
async function mayGoFirst(): Promise<boolean> {
  return (await run(['chrt', '--fifo', '99', 'true'], { mayFail: true })).status === 0;
}

/** @param as - words that take rights away */
async function assertNotWatched(as: readonly string[]): Promise<void> {
  const watched = fileOf([]);
  const outcome = await run([...as, script('watch'), watched], { mayFail: true });
  assert.equal(outcome.status, 1);
  assert.match(outcome.stderr, /^standstills are not watched: SCHED_FIFO: /m);
  assert.equal(readFileSync(watched, 'utf8'), '');
}

/** Plays a test that fails at first, with or without a standstill of 3.4 s while it runs. */
async function onceMore(play: {
  standstill: 'none' | 'before' | 'meanwhile';
  failures: number;
}): Promise<{ outcome: Outcome; runs: number }> {
  const watched = fileOf([]);
  const runs = join(folder, 'runs');
  writeFileSync(runs, '');
  if (play.standstill === 'before') appendFileSync(watched, `${Date.now() - 3500} 3400 0\n`);
  const notice =
    play.standstill === 'meanwhile' ? `echo $(($(date +%s%3N) - 3400)) 3400 0 >>${watched};` : '';
  const program = `echo >>${runs}; ${notice} [ $(wc -l <${runs}) -gt ${play.failures} ] || exit 7`;
  const outcome = await run([script('once-more'), watched, 'sh', '-c', program], { mayFail: true });
  return { outcome, runs: readFileSync(runs, 'utf8').length };
}

/** A test file in vitest's report: begin and end, ms, and how its tests have ended. */
function result(name: string, times: readonly number[], statuses: readonly string[]): object {
  const [startTime, endTime] = times;
  const status = statuses.includes('failed') ? 'failed' : 'passed';
  const assertionResults = statuses.map((each) => ({ status: each }));
  return { name, status, startTime, endTime, assertionResults };
}

async function counts(...of: readonly string[]): Promise<string> {
  const program = join(repositoryRoot(), 'scripts/unit-outcome.mjs');
  return (await run([process.execPath, program, ...of])).stdout;
}

async function summary(watched: string): Promise<string> {
  return (await run([script('summary'), watched])).stdout;
}

/** What the watch writes: begin and length of each standstill, ms. */
function fileOf(standstills: readonly (readonly [number, number])[]): string {
  const file = join(folder, 'standstills');
  writeFileSync(file, standstills.map((each) => `${each.join(' ')} 0\n`).join(''));
  return file;
}

function script(name: string): string {
  return join(repositoryRoot(), 'scripts/standstills', name);
}
