// Measures `tandemd -t` beside `keepalived -t`, in turn, and prints one line of JSON: time on the
// wall and peak memory of whole processes. Argument: runs of each. The interfaces that the
// instances need must be there.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../lib/command.ts';
import { repositoryRoot } from '../lib/program.ts';
import { virtualServers, vrrpInstances } from './generated-configuration.ts';

const CONFIGURATIONS: Readonly<Record<string, string>> = {
  empty: '',
  '1000 virtual servers': virtualServers(1000),
  '10000 virtual servers': virtualServers(10_000),
  '1000 vrrp instances': vrrpInstances(1000),
};

const TANDEMD = join(repositoryRoot(), 'packages/tandemd/bin/tandemd.cjs');
const CONTESTANTS: Readonly<Record<'tandemd' | 'keepalived', readonly string[]>> = {
  tandemd: [process.execPath, TANDEMD],
  keepalived: ['keepalived'],
};

interface Measurement {
  readonly ms: number;
  readonly mib: number;
}

const runs = Number(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'tandem-bench-'));
try {
  const results: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(CONFIGURATIONS)) {
    results[name] = { lines: text.split('\n').length - 1, ...(await compare(text)) };
    process.stderr.write(`${name} done\n`);
  }
  process.stdout.write(`${JSON.stringify({ benchmark: 'config', runs, ...results })}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A first run of each warms the machine's caches and does not count. */
async function compare(configuration: string): Promise<Record<string, unknown>> {
  const file = join(folder, 'keepalived.conf');
  writeFileSync(file, configuration);
  const tandemd: Measurement[] = [];
  const keepalived: Measurement[] = [];
  for (let i = 0; i <= runs; i += 1) {
    tandemd.push(await measure([...CONTESTANTS.tandemd, '-t', '-f', file]));
    keepalived.push(await measure([...CONTESTANTS.keepalived, '-t', '-f', file]));
  }
  const ours = summary(tandemd.slice(1));
  const theirs = summary(keepalived.slice(1));
  const ratio = { time: rounded(ours.ms / theirs.ms), memory: rounded(ours.mib / theirs.mib) };
  return { tandemd: ours, keepalived: theirs, ratio };
}

/** GNU time starts it, so that the peak is the program's own and not that of this process. */
async function measure(words: readonly string[]): Promise<Measurement> {
  const peakFile = join(folder, 'peak');
  const start = performance.now();
  await run(['/usr/bin/time', '-f', '%M', '-o', peakFile, ...words]);
  const ms = performance.now() - start;
  return { ms, mib: Number(readFileSync(peakFile, 'utf8')) / 1024 };
}

function summary(measurements: readonly Measurement[]): Measurement {
  return {
    ms: rounded(median(measurements.map(({ ms }) => ms))),
    mib: rounded(median(measurements.map(({ mib }) => mib))),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
