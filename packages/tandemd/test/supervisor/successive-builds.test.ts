/** Daemons of successive builds in the same place, which start the children that they were made with. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { ChildPrograms } from '../../src/supervisor/child-programs.ts';

const ROOT = new URL('../../../..', import.meta.url).pathname;

/** Puts a build into a folder whose daemon says where it is, and whose children say its word. */
async function install(folder: string, word: string, loader: string): Promise<void> {
  const text = `import { starters } from '${ROOT}/scripts/bundle-cached.mjs';
    import { replacePrograms } from '${ROOT}/scripts/bundle-replace.mjs';
    const [folder, word, loader] = process.argv.slice(1);
    const contents = {
      tandemd: '(function (module, require, url) { console.log(url); })',
      'vrrp-child': \`(function () { process.send('\${word}'); process.disconnect(); })\`,
    };
    const mains = { tandemd: \`tandemd-\${word}.cjs\`, 'vrrp-child': \`vrrp-child-\${word}.cjs\` };
    const chunks = Object.entries(mains).map(([program, name]) => {
      return { path: folder + '/chunks/' + name, contents: contents[program] };
    });
    await replacePrograms(folder, [...starters(folder, loader, mains).files, ...chunks]);`;
  const words = ['--input-type=module', '-e', text, folder, word, loader];
  await promisify(execFile)(process.execPath, words);
}

/** Starts the daemon that is there. */
async function daemonIn(folder: string): Promise<ChildPrograms> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'tandemd.cjs')]);
  return new ChildPrograms(stdout.trim());
}

test('a daemon starts the children that it was made with after another build took its place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-builds-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'packages/tandemd/src/code-cache.ts')],
    format: 'cjs',
    platform: 'node',
    write: false,
  });
  const loader = outputFiles[0]?.text ?? '';
  const said: string[] = [];
  const log = { say: (text: string): unknown => said.push(text) };
  const heard = async (daemon: ChildPrograms): Promise<unknown> => {
    const child = daemon.take('vrrp', log);
    child.stderr?.resume();
    const [word] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
    return word;
  };
  await install(folder, 'first', loader);
  const first = await daemonIn(folder);
  await install(folder, 'second', `${loader}\n`);
  const second = await daemonIn(folder);
  expect([await heard(first), await heard(second)]).toEqual(['first', 'second']);
  expect(said).toEqual([]);
  rmSync(join(folder, 'chunks'), { recursive: true });
  expect(await heard(first)).toBe(1);
  expect(said[0]).toMatch(
    /vrrp-child-start-.* was removed since this daemon started: start it anew$/,
  );
  expect(readdirSync(folder)).not.toContain('vrrp-child.cjs');
});
