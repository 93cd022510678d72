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

/** Copies of ab at the same time. */
const LOADERS = 20;
/** Most requests from one address: few of so many ports are taken twice. */
const REQUESTS_EACH = 200;

/** Addresses that a client's machine needs beside its own: the last number of 10.30.6.x. */
export const CLIENT_NUMBERS: readonly number[] = Array.from({ length: 120 }, (_, i) => 130 + i);

/**
 * Sends requests to one address.
 *
 * Each group of requests comes from an address of its own, as from another customer. The kernel
 * remembers a connection through IPVS for two minutes; with DR it sees only the client's half, and
 * a port that is used again meanwhile goes where it went before, even if that server is gone
 * (net.ipv4.vs.conn_reuse_mode). Thousands of requests from one address would show just that.
 */
export class Client {
  readonly #host: Host;
  readonly #target: string;
  #groups = 0;

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
    const name = `client-${this.#groups}`;
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
   * Many requests at once, with ab.
   * @param options - both are divided by 20, for so many customers at the same time
   * @throws Error when ab gives up
   */
  async load(options: { count: number; concurrency: number }): Promise<LoadResult> {
    const url = `http://${this.#target}/apache2-default/`;
    const concurrency = String(options.concurrency / LOADERS);
    const ab = ['ab', '-q', '-s', '30', '-c', concurrency, '-n'];
    let [complete, failed] = [0, 0];
    const loader = async (): Promise<void> => {
      for (let left = options.count / LOADERS; left > 0; left -= REQUESTS_EACH) {
        const count = String(Math.min(left, REQUESTS_EACH));
        const words = [...ab, count, '-B', this.#nextAddress(), url];
        const { stdout } = await this.#host.exec(words, { limitMs: 600_000 });
        const result = parseLoad(stdout);
        complete += result.complete;
        failed += result.failed;
      }
    };
    const started = performance.now();
    await Promise.all(Array.from({ length: LOADERS }, loader));
    const tookMs = performance.now() - started;
    return { complete, failed, perSecond: (complete * 1000) / tookMs };
  }

  #words(numbers: readonly number[]): string[] {
    const program = [process.execPath, programPath('client-program')];
    return [...program, this.#target, this.#nextAddress(), ...numbers.map(String)];
  }

  #nextAddress(): string {
    const number = CLIENT_NUMBERS[this.#groups % CLIENT_NUMBERS.length] ?? 0;
    this.#groups += 1;
    return `${this.#target.replace(/\.\d+$/, '')}.${number}`;
  }
}

function parseAnswers(text: string): Answers {
  return JSON.parse(text.trim().split('\n').at(-1) ?? '') as Answers;
}

function parseLoad(text: string): { complete: number; failed: number } {
  const number = (label: string): number =>
    Number(new RegExp(`${label}:\\s+(\\d+)`).exec(text)?.[1] ?? 0);
  return {
    complete: number('Complete requests'),
    failed: number('Failed requests') + number('Non-2xx responses'),
  };
}
