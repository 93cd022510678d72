import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

/** What a command that has ended left behind. */
export interface Outcome {
  /** Exit status; 128 + signal number is not used: `undefined` when a signal ended it. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a command. */
export interface CommandOptions {
  /** Text for its standard input, which is empty without. */
  readonly input?: string;
  /** Variables beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** It is killed after so long, and that is an error; 60 s without. */
  readonly limitMs?: number;
  /** A failure is returned instead of thrown. */
  readonly mayFail?: boolean;
}

/** Most that is kept of an output stream; a test that reads more has lost its way. */
const OUTPUT_BYTES_MAX = 4_000_000;

/**
 * Runs a command to its end.
 * @param words - program and arguments
 * @returns its outcome
 * @throws Error with its output, when it fails and `mayFail` is not set, or when it takes too long
 */
export async function run(
  words: readonly string[],
  options: CommandOptions = {},
): Promise<Outcome> {
  const [program = '', ...rest] = words;
  const child = spawn(program, rest, {
    env: { ...process.env, ...options.environment },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      if (output[name].length < OUTPUT_BYTES_MAX) output[name] += text;
    });
  }
  child.stdin?.on('error', () => undefined).end(options.input);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, options.limitMs ?? 60_000);
  const [status] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  const outcome: Outcome = { status: status ?? undefined, ...output };
  if (late || (status !== 0 && options.mayFail !== true)) {
    const why = late ? 'took too long' : `exit status ${status ?? 'none'}`;
    throw new Error(`${words.join(' ')}: ${why}\n${output.stdout}${output.stderr}`);
  }
  return outcome;
}

/** A program that goes on in the background, its output in a file. */
export class Background {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | undefined>;
  #ended = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exit = once(child, 'exit').then(([status]) => {
      this.#ended = true;
      return (status as number | null) ?? undefined;
    });
  }

  /**
   * Starts a program.
   * @param words - program and arguments
   * @param logFile - takes both output streams, appended
   * @param environment - variables beside those of this process
   */
  static start(
    words: readonly string[],
    logFile: string,
    environment: Readonly<Record<string, string>> = {},
  ): Background {
    const [program = '', ...rest] = words;
    const log = openSync(logFile, 'a');
    const options: SpawnOptions = {
      env: { ...process.env, ...environment },
      stdio: ['ignore', log, log],
    };
    const child = spawn(program, rest, options);
    closeSync(log);
    return new Background(child);
  }

  /** Process id of the program itself: namespace entering commands replace themselves by it. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Whether it has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Sends a signal; nothing happens when it has ended. */
  signal(name: NodeJS.Signals): void {
    if (!this.#ended) this.#child.kill(name);
  }

  /** Resolves with its exit status, or with `undefined` when a signal ended it. */
  exit(): Promise<number | undefined> {
    return this.#exit;
  }

  /** Sends a signal and waits for the end; after the limit it is killed. */
  async stop(name: NodeJS.Signals = 'SIGTERM', limitMs = 10_000): Promise<void> {
    this.signal(name);
    const timer = setTimeout(() => this.signal('SIGKILL'), limitMs);
    await this.#exit;
    clearTimeout(timer);
  }
}
