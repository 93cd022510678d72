import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const SCRIPT = new URL('../../../scripts/bundle-replace.mjs', import.meta.url).href;

/** Each build is a program and chunks of these names. */
async function chunksAfter(builds: readonly (readonly string[])[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-replaced-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const text = `import { replacePrograms } from '${SCRIPT}';
    const [folder, builds] = process.argv.slice(1);
    for (const names of JSON.parse(builds)) {
      const files = ['program', ...names.map((name) => 'chunks/' + name)];
      const made = files.map((name) => ({ path: folder + '/' + name, contents: name }));
      await replacePrograms(folder, made);
    }`;
  const words = ['--input-type=module', '-e', text, folder, JSON.stringify(builds)];
  await promisify(execFile)(process.execPath, words);
  expect(readdirSync(folder).sort()).toEqual(['builds.json', 'chunks', 'program']);
  return readdirSync(join(folder, 'chunks')).sort();
}

test('chunks of the build before stay for who runs, until there is another one', async () => {
  expect(await chunksAfter([['a', 'b']])).toEqual(['a', 'b']);
  expect(
    await chunksAfter([
      ['a', 'b'],
      ['c', 'b'],
    ]),
  ).toEqual(['a', 'b', 'c']);
  expect(await chunksAfter([['a'], ['b'], ['c']])).toEqual(['b', 'c']);
});

test('the same build once more leaves the one before it, too', async () => {
  expect(await chunksAfter([['a'], ['b'], ['b']])).toEqual(['a', 'b']);
});
