import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from './lan.ts';
import { programPath } from './program.ts';
import { waitUntil } from './wait.ts';

/** What became of a number of requests. */
export interface Answers {
  /** By name of the machine that answered. */
  readonly answers: Readonly<Record<string, number>>;
  readonly failures: readonly { readonly atMs: number; readonly why: string }[];
}

/** What `ab` counted. */
export interface LoadResult {
  readonly complete: number;
  readonly failed: number;
  readonly perSecond: number;
}

/** A customer's machine, which sends requests to one address. */
export class Client {
  readonly #host: Host;
  readonly #target: string;
  #started = 0;

  constructor(host: Host, target: string) {
    this.#host = host;
    this.#target = target;
  }

  /**
   * Sends requests for the page one after the other, each on a connection of its own.
   * @param options - `limitMs` is that of each request
   */
  async send(options: { count: number; limitMs: number }): Promise<Answers> {
    const { count, limitMs } = options;
    const words = this.#words([count, limitMs, 0]);
    const total = { limitMs: 30_000 + count * (limitMs + 20) };
    return parseAnswers((await this.#host.exec(words, total)).stdout);
  }

  /** Goes on sending requests until the returned function is called. */
  async sendUntil(options: { limitMs: number; pauseMs: number }): Promise<() => Promise<Answers>> {
    const words = this.#words([0, options.limitMs, options.pauseMs]);
    this.#started += 1;
    const name = `client-${this.#started}`;
    const program = this.#host.start(name, words);
    const log = join(this.#host.folder, `${name}.log`);
    const started = (): boolean => readFileSync(log, 'utf8').includes('started\n');
    await waitUntil('the client to start', started, { limitMs: 30_000 });
    return async () => {
      await program.stop('SIGTERM', options.limitMs + 10_000);
      return parseAnswers(readFileSync(log, 'utf8'));
    };
  }

  /**
   * Many requests at once, with one `ab`.
   * @param options - its `-n` and `-c`
   * @throws Error when ab gives up
   */
  async load(options: { count: number; concurrency: number }): Promise<LoadResult> {
    const url = `http://${this.#target}/apache2-default/`;
    const numbers = ['-c', String(options.concurrency), '-n', String(options.count)];
    const words = ['ab', '-q', '-s', '30', ...numbers, url];
    return parseLoad((await this.#host.exec(words, { limitMs: 600_000 })).stdout);
  }

  #words(numbers: readonly number[]): string[] {
    const program = [process.execPath, programPath('client-program')];
    return [...program, this.#target, ...numbers.map(String)];
  }
}

function parseAnswers(text: string): Answers {
  return JSON.parse(text.trim().split('\n').at(-1) ?? '') as Answers;
}

function parseLoad(text: string): LoadResult {
  const number = (label: string): number =>
    Number(new RegExp(`${label}:\\s+([\\d.]+)`).exec(text)?.[1] ?? 0);
  return {
    complete: number('Complete requests'),
    failed: number('Failed requests') + number('Non-2xx responses'),
    perSecond: number('Requests per second'),
  };
}
