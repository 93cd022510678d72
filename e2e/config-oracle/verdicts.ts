/** The verdicts of keepalived's own configuration test. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** What keepalived says of a file. */
export interface Verdict {
  /** Exit status; from 128 on a signal ended it, 137 also when it hung. */
  readonly status: number;
  /** What it wrote. */
  readonly output: string;
}

/** It writes below /run, and hangs on a few broken files. */
const LOOP = [
  'mount -t tmpfs tmpfs /run',
  'while read -r name; do',
  '  timeout -s KILL 5 keepalived -t -i main -f "$name" >"$name.output" 2>&1 </dev/null',
  '  echo $? >"$name.status"',
  'done',
].join('\n');

/**
 * Asks keepalived, as many at a time as there are processors.
 * @param folder - where the files are
 * @param names - of the files
 * @returns what it says of each
 */
export async function keepalivedVerdicts(
  folder: string,
  names: readonly string[],
): Promise<Verdict[]> {
  const workers = availableParallelism();
  await Promise.all(
    Array.from({ length: workers }, (_, worker) =>
      loop(
        folder,
        names.filter((__, i) => i % workers === worker),
      ),
    ),
  );
  return names.map((name) => ({
    status: Number(readFileSync(join(folder, `${name}.status`), 'utf8')),
    output: readFileSync(join(folder, `${name}.output`), 'utf8'),
  }));
}

async function loop(folder: string, names: readonly string[]): Promise<void> {
  const child = spawn('unshare', ['--mount', 'sh', '-c', LOOP], {
    cwd: folder,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin.end(names.map((name) => `${name}\n`).join(''));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`keepalived could not be asked: ${String(status)}`);
}
