import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';

const LIMIT_MS = 30_000;

/**
 * Starts keepalived, and ends it when it has written its dump.
 * @param file - a configuration
 * @param how - which of its processes runs alone, words that it says after what is of interest, and
 *   whether it sees another network than we do
 * @returns the lines of its dump without the time
 */
export async function dumpOf(
  file: string,
  how: { readonly process: '-C' | '-P'; readonly end: string; readonly alone?: boolean },
): Promise<readonly string[]> {
  const script =
    'mount -t tmpfs tmpfs /run && mount --bind /dev/null /dev/console && exec keepalived -n -l -d "$0" -f "$1"';
  const namespaces = ['--mount', '--pid', ...(how.alone === true ? ['--net'] : [])];
  const child = spawn(
    'unshare',
    [...namespaces, '--fork', '--kill-child', 'sh', '-c', script, how.process, file],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  await new Promise((resolve) => {
    const read = (chunk: string): void => {
      text += chunk;
      if (text.includes(how.end)) child.kill('SIGKILL');
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('close', resolve);
  });
  clearTimeout(timer);
  assert.ok(text.includes(how.end), text);
  const lines = text.split('\n').map((line) => line.replace(/^.{24}: /, ''));
  // What its other processes say meanwhile is not indented.
  return lines.filter((line) => /^ |^-----/.test(line));
}

/**
 * @param dump - the lines of keepalived's dump
 * @param title - of the sections wanted
 * @returns the lines of each, without the title
 */
export function sections(dump: readonly string[], title: string): readonly (readonly string[])[] {
  return blocks(dump, (line) =>
    line.includes('------< ') ? (line.includes(`< ${title} >`) ? 'begin' : 'end') : 'inside',
  ).map(([, ...rest]) => rest);
}

/**
 * @param lines - of a dump
 * @param kindOf - what a line is to the blocks that are wanted
 * @returns the lines of each block
 */
export function blocks(
  lines: readonly string[],
  kindOf: (line: string) => 'begin' | 'inside' | 'end',
): string[][] {
  const found: string[][] = [];
  let current: string[] | undefined;
  for (const line of lines) {
    const kind = kindOf(line);
    if (kind === 'begin') found.push((current = []));
    if (kind === 'end') current = undefined;
    current?.push(line);
  }
  return found;
}
