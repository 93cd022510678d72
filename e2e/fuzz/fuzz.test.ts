// kernel: any
// The command that gives decoders inputs which nobody would send; what it finds is in packages/fuzz.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../lib/command.ts';
import { repositoryRoot } from '../lib/program.ts';

const FUZZ = join(repositoryRoot(), 'scripts/fuzz');

void test('a target is given as many inputs as asked for, and a long one by itself', async () => {
  const { stdout } = await run([FUZZ, 'advert', '--runs', '1000']);
  const { targets } = JSON.parse(stdout) as { targets: { target: string; inputs: number }[] };
  assert.deepEqual(
    targets.map(({ target }) => target),
    ['advert'],
  );
  assert.ok((targets[0]?.inputs ?? 0) >= 1000);
  const longest = 'ab'.repeat(65_535);
  assert.equal((await run([FUZZ, 'advert', '--input', longest])).status, 0);
});
