// Puts the programs of a build in the place of those of the one before.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Chunks come first and old ones go last, so that a program started meanwhile finds its own. Those of
 * the build before stay, with their caches: a daemon that runs loads some of its own only when it needs
 * them, as to mail or in the place of a child that died, and may be restarted long after.
 */
export async function replacePrograms(outdir, made) {
  // What two programs have in common has the same name and contents.
  const files = [...new Map(made.map((file) => [file.path, file])).values()];
  const chunks = join(outdir, 'chunks');
  await mkdir(chunks, { recursive: true });
  const isChunk = ({ path }) => dirname(path) === chunks;
  const current = files.filter(isChunk).map(({ path }) => basename(path));
  const builds = await renewed(join(outdir, 'builds.json'), current.sort(), chunks);
  for (const file of files.filter(isChunk)) await put(file.path, file.contents);
  for (const file of files.filter((file) => !isChunk(file))) await put(file.path, file.contents);
  const wanted = new Set(builds.flat());
  for (const name of await readdir(chunks)) if (!wanted.has(name)) await rm(join(chunks, name));
  for (const each of await allIn(join(outdir, 'caches')))
    if (!wanted.has(basename(each))) await rm(each);
}

/** @returns paths of all files below a folder, which may not be there */
async function allIn(folder) {
  const options = { recursive: true, withFileTypes: true };
  const entries = await readdir(folder, options).catch(() => []);
  return entries.flatMap((each) =>
    each.isFile() ? [join(each.parentPath ?? each.path, each.name)] : [],
  );
}

/** @returns names of the chunks of this build and of the last one that was another; kept in a file */
async function renewed(path, current, chunks) {
  // Of what was made before there was such a file all may be in use.
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const builds = text === undefined ? [await readdir(chunks)] : JSON.parse(text);
  const isSame = JSON.stringify(builds[0]) === JSON.stringify(current);
  const kept = isSame ? builds : [current, builds[0]];
  await put(path, JSON.stringify(kept));
  return kept;
}

async function put(path, contents) {
  await writeFile(`${path}.${process.pid}`, contents, { flush: true });
  await rename(`${path}.${process.pid}`, path);
}
