import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { Lines } from './lines.ts';

const LIMIT_MS = 30_000;
/** A process of keepalived ended in the middle: real time for 10 ms is all that it allows itself. */
const DIED = /died: Respawning/;
const ATTEMPTS = 5;

/**
 * Starts keepalived, and ends it when it has written its dump; anew when it dies before that.
 * @param file - a configuration
 * @param how - options after which one of its processes runs alone, words that it says after what is of interest, and
 *   commands of the shell that set up its network, of which nobody else sees anything
 * @returns its dump
 */
export async function dumpOf(
  file: string,
  how: {
    readonly process: '-C -B' | '-P -B' | '-P';
    readonly end: string;
    readonly network?: string;
  },
): Promise<Dump> {
  const script =
    `${how.network ?? 'true'} && ` +
    'mount -t tmpfs tmpfs /run && mount --bind /dev/null /dev/console && exec keepalived -n -l -d $0 -f "$1"';
  const sandbox = ['--mount', '--pid', '--net', '--fork', '--kill-child'];
  const args = [...sandbox, 'sh', '-c', script, how.process, file];
  let text = await textUntil(how.end, args);
  for (let i = 1; i < ATTEMPTS && DIED.test(text); i += 1) text = await textUntil(how.end, args);
  assert.ok(text.includes(how.end) && !DIED.test(text), text);
  const lines = text.split('\n').map((line) => line.replace(/^.{24}: /, ''));
  // What its other processes say meanwhile is not indented.
  return new Dump(lines.filter((line) => /^ |^-----/.test(line)));
}

/** @returns what unshare(1) with these arguments says until those words, or its end */
async function textUntil(end: string, args: readonly string[]): Promise<string> {
  const child = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  await new Promise((resolve) => {
    const read = (chunk: string): void => {
      text += chunk;
      if (text.includes(end)) child.kill('SIGKILL');
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('close', resolve);
  });
  clearTimeout(timer);
  return text;
}

/** A dump by its sections; it remembers which of them were asked for. */
export class Dump {
  readonly #sections: readonly (readonly string[])[];
  readonly #asked = new Set<string>();

  /** @param lines - of keepalived's dump */
  constructor(lines: readonly string[]) {
    this.#sections = blocks(lines, (line) => (titleOf(line) === undefined ? 'inside' : 'begin'));
  }

  /** @returns the lines of all sections with such a title, without it */
  sections(title: string): readonly (readonly string[])[] {
    this.#asked.add(title);
    return this.#sections.flatMap(([first = '', ...rest]) =>
      titleOf(first) === title ? [rest] : [],
    );
  }

  /** @returns the same as parts to read values from */
  parts(title: string): readonly Lines[] {
    return this.sections(title).map((lines) => new Lines(lines));
  }

  /** @returns things of a section, each of which begins with a line `NAME = …` */
  named(title: string, name: string): readonly Lines[] {
    const start = ` ${name} = `;
    return blocks(this.sections(title).flat(), (line) =>
      line.startsWith(start) ? 'begin' : 'inside',
    ).map(([first = '', ...rest]) => new Lines([first.slice(start.length), ...rest]));
  }

  /** Titles of sections that nobody has asked for. */
  get unasked(): readonly string[] {
    const titles = this.#sections.map(([first = '']) => titleOf(first) ?? '');
    return [...new Set(titles)].filter((each) => !this.#asked.has(each));
  }
}

function titleOf(line: string): string | undefined {
  return /^ *------< (.*) >/.exec(line)?.[1];
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
