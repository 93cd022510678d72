import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { MailSink } from '../lib/mail-sink.ts';
import { waitUntil } from '../lib/wait.ts';

/** Where news come from, a line each. */
interface NewsSource {
  /** @returns the lines that have come since the last call */
  news(): string[];
}

/** Most that a pipe holds. */
const PIPE_BYTES = 65_536;

/** Reads a FIFO, as long as it is the same; opens it again when another one has taken its place. */
export class FifoReader implements NewsSource {
  readonly #path: string;
  #descriptor: number | undefined;
  #inode = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Which FIFO was read last. */
  get inode(): number {
    return this.#inode;
  }

  news(): string[] {
    const rest = this.#read();
    const { ino = 0 } = statSync(this.#path, { throwIfNoEntry: false }) ?? {};
    if (ino === 0 || ino === this.#inode) return rest;
    this.close();
    this.#descriptor = openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.#inode = ino;
    return [...rest, ...this.#read()];
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Lines are written whole. */
  #read(): string[] {
    if (this.#descriptor === undefined) return [];
    const buffer = Buffer.alloc(PIPE_BYTES);
    try {
      const length = readSync(this.#descriptor, buffer, 0, PIPE_BYTES, null);
      return linesOf(buffer.toString('utf8', 0, length));
    } catch {
      // Nothing is in it.
      return [];
    }
  }
}

/** Follows a file that is appended to. */
export class FileReader implements NewsSource {
  readonly #path: string;
  #seen = 0;

  constructor(path: string) {
    this.#path = path;
  }

  news(): string[] {
    const lines = existsSync(this.#path) ? linesOf(readFileSync(this.#path, 'utf8')) : [];
    return lines.slice(this.#seen, (this.#seen = lines.length));
  }
}

/** Follows the mails of a sink: subject and body of each. */
export class MailReader implements NewsSource {
  readonly #sink: MailSink;
  #seen = 0;

  constructor(sink: MailSink) {
    this.#sink = sink;
  }

  news(): string[] {
    const mails = this.#sink.mails().slice(this.#seen);
    this.#seen += mails.length;
    return mails.map(
      ({ subject, text }) => `${subject} ${text.split('\r\n\r\n')[1]?.trim() ?? ''}`,
    );
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter(Boolean);
}

/** What each of several sources has told. */
export type News<Name extends string> = Readonly<Record<Name, readonly string[]>>;

/** Only what does not come at all meets it: a user-mode kernel on a busy machine is slow. */
const LIMIT_MS = 120_000;
/** Whatever is told too much comes soon after what is expected. */
const QUIET_MS = 300;

/**
 * Waits until so much was told.
 * @param sources - by name
 * @param expected - of each
 * @returns what each has told since the last call, sorted
 */
export async function collectNews<Name extends string>(
  sources: Readonly<Record<Name, NewsSource>>,
  expected: News<Name>,
): Promise<News<Name>> {
  return sorted(await newsInOrder(sources, expected));
}

/** Like `collectNews`; @returns lines of each in the order in which they came */
export async function newsInOrder<Name extends string>(
  sources: Readonly<Record<Name, NewsSource>>,
  expected: News<Name>,
): Promise<News<Name>> {
  const names = Object.keys(sources) as Name[];
  const heard = new Map<Name, string[]>(names.map((name) => [name, []]));
  const hasAll = (): boolean => {
    for (const [name, lines] of heard) lines.push(...sources[name].news());
    return names.every((name) => (heard.get(name) ?? []).length >= expected[name].length);
  };
  // What is missing shows in the comparison.
  await waitUntil('news', hasAll, { limitMs: LIMIT_MS, everyMs: 20 }).catch(() => undefined);
  await delay(QUIET_MS);
  hasAll();
  return Object.fromEntries(heard) as unknown as News<Name>;
}

/** @returns the same, sorted by whom it is about; of one in its order */
export function sorted<Name extends string>(news: News<Name>): News<Name> {
  const entries = Object.entries<readonly string[]>(news).map(([name, lines]) => [
    name,
    lines.toSorted((a, b) =>
      subjectOf(a) < subjectOf(b) ? -1 : Number(subjectOf(a) > subjectOf(b)),
    ),
  ]);
  return Object.fromEntries(entries);
}

/** Scripts run at the same time: their lines have no order. */
function subjectOf(line: string): string {
  return /^(?:INSTANCE|GROUP|RS|VS) \S+/.exec(line)?.[0] ?? line;
}
