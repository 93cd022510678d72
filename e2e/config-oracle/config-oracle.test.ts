// kernel: any
// The configuration language against keepalived 2.2.7: thousands of files, made from the keyword
// tables with fixed seeds, must get the same exit status from `keepalived -t` and from us.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { configTestExitCode, type Box, type Configuration } from '@tandem/config';
import { readConfiguration } from '@tandem/config-files';
import { findAccount, programWeakness, scriptObstacle } from '@tandem/notify';
import { interfaceIndex } from '@tandem/raw-socket';
import { inOwnNamespace } from '../ipvs-netlink/own-namespace.ts';
import { run } from '../lib/command.ts';
import { repositoryRoot } from '../lib/program.ts';
import { DIFFERENCE_CLASSES, type Difference } from './differences.ts';
import { featureCases, INCLUDED } from './features.ts';
import { brokenCases, keywordCases, newerCases, pathOf, TARGETS, type Case } from './generator.ts';
import { keepalivedVerdicts, type Verdict } from './verdicts.ts';

const FILES_MIN = 2000;
const BROKEN = 300;
const TIMES_MIN = 5;
const AGREEMENT_MIN = 0.99;
/** keepalived crashes on some of the broken files, and hangs on a few. */
const WITHOUT_VERDICT_MAX = 0.02;
const SIGNALLED = 128;
const SHOWN = 20;
/** Every so many files the program itself is asked, too. */
const STRIDE = 150;

/** What `tandemd -t` asks of this host. */
const BOX: Box = {
  obstacleOf: scriptObstacle,
  weaknessOf: programWeakness,
  hasInterface: (name) => interfaceIndex(name) !== undefined,
  hasProcessor: (number) => number < availableParallelism(),
  hasAccount: (user, group) => !/^[0-9]/.test(user) && findAccount(user, group) !== undefined,
};

inOwnNamespace(import.meta.url, () => {
  test('generated files are judged as by keepalived -t in 99 of 100 cases', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'tandem-config-oracle-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const cases = [...keywordCases(), ...newerCases(), ...featureCases(), ...brokenCases(BROKEN)];
    const names = cases.map((_, i) => `${i}.conf`);
    writeCases(folder, cases);
    checkCoverage(cases, (line) => context.diagnostic(line));
    await addInterfaces();

    const theirs = await keepalivedVerdicts(folder, names);
    process.chdir(folder);
    const ours = names.map((name) => judge(name));

    const judged = cases.flatMap((each, i) => {
      const verdict = theirs[i] as Verdict;
      return verdict.status < SIGNALLED
        ? [{ ...each, name: names[i] ?? '', theirs: verdict, ours: ours[i] ?? judge('') }]
        : [];
    });
    const different = judged.filter((each) => each.theirs.status !== each.ours.status);
    const agreement = 1 - different.length / judged.length;
    const lost = cases.length - judged.length;
    context.diagnostic(
      `${cases.length} files; no verdict of keepalived, which crashed or hung: ${lost}`,
    );
    context.diagnostic(
      `exit statuses of keepalived: ${JSON.stringify(count(judged.map((each) => `${each.theirs.status}`)))}`,
    );
    context.diagnostic(`agreement ${(100 * agreement).toFixed(2)} %`);
    const classes = different.map(classOf);
    for (const [name, times] of Object.entries(
      count(classes.map((each) => each ?? 'unexplained')),
    )) {
      context.diagnostic(`${times} × ${name}`);
    }
    const unexplained = different.filter((_, i) => classes[i] === undefined);
    for (const each of unexplained.slice(0, SHOWN)) context.diagnostic(describe(each));

    assert.ok(judged.length >= FILES_MIN);
    assert.ok(lost <= WITHOUT_VERDICT_MAX * cases.length, `no verdict on ${lost} files`);
    assert.equal(unexplained.length, 0, 'differences without a reason');
    assert.ok(agreement >= AGREEMENT_MIN);

    const program = [
      process.execPath,
      join(repositoryRoot(), 'packages/tandemd/bin/tandemd.cjs'),
      '-i',
      'main',
      '-t',
      '-f',
    ];
    for (const [i, name] of names.entries()) {
      if (i % STRIDE !== 0) continue;
      const { status } = await run([...program, name], { mayFail: true });
      assert.equal(status, ours[i]?.status, `tandemd -t -f ${name}: ${cases[i]?.text ?? ''}`);
    }
  });

  test('every class of difference is a decision that docs/configuration.md gives a reason for', () => {
    const documentation = readFileSync(join(repositoryRoot(), 'docs/configuration.md'), 'utf8');
    const rows = documentation.split('\n').filter((line) => line.startsWith('|'));
    for (const { name } of DIFFERENCE_CLASSES) {
      assert.ok(
        rows.some((row) => row.startsWith(`| ${name} `)),
        `no row for: ${name}`,
      );
    }
  });
});

function writeCases(folder: string, cases: readonly Case[]): void {
  for (const [path, text] of Object.entries(INCLUDED)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const [i, { text }] of cases.entries()) writeFileSync(join(folder, `${i}.conf`), text);
}

/** Every keyword must be under test often enough. */
function checkCoverage(cases: readonly Case[], say: (line: string) => void): void {
  const times = count(cases.flatMap((each) => each.keywords));
  const least = Math.min(
    ...TARGETS.filter(({ isBlock, since }) => !isBlock || since === undefined).map(
      (target) => times[pathOf(target)] ?? 0,
    ),
  );
  say(`${TARGETS.length} keywords in their blocks, each in ${least} files at least`);
  assert.ok(least >= TIMES_MIN);
}

/** The same interfaces everywhere. */
async function addInterfaces(): Promise<void> {
  const script =
    'ip link add eth0 type veth peer name eth1 && ip addr add 192.168.1.10/24 dev eth0 && ip link set lo up && ip link set eth0 up && ip link set eth1 up';
  await run(['sh', '-c', script]);
}

function judge(name: string): Difference['ours'] {
  const { diagnostics }: Configuration = readConfiguration(name, { configId: 'main', box: BOX });
  const counted = diagnostics.filter(
    ({ severity, code }) => severity !== 'note' && code !== 'ACCEPTED_WITHOUT_EFFECT',
  );
  return { status: configTestExitCode(diagnostics), codes: counted.map(({ code }) => code) };
}

function classOf(difference: Difference): string | undefined {
  return DIFFERENCE_CLASSES.find(({ holds }) => holds(difference))?.name;
}

function describe({
  theirs,
  ours,
  name,
  how,
  text,
}: Difference & Case & { readonly name: string }): string {
  const verdicts = `keepalived ${theirs.status}, we ${ours.status} (${ours.codes.join(', ')})`;
  return `${name}, ${how}: ${verdicts}\n${text}${theirs.output}`;
}

function count(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
