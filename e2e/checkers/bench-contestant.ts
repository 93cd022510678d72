// A daemon that checks many servers in a user-mode kernel, and what it costs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Background, run } from '../lib/command.ts';
import { repositoryRoot } from '../lib/program.ts';
import { amongOthers } from '../lib/stand-behind.ts';
import { waitUntil } from '../lib/wait.ts';

/** The daemons that are compared. */
export type Contestant = 'tandemd' | 'keepalived';

/** Such as --cpu-prof. */
const NODE_FLAGS = (process.env['TANDEM_BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
const TANDEMD = join(repositoryRoot(), 'packages/tandemd/bin/tandemd.cjs');
const PROGRAMS: Readonly<Record<Contestant, readonly string[]>> = {
  tandemd: [process.execPath, ...NODE_FLAGS, TANDEMD],
  keepalived: ['keepalived'],
};
const LIMIT_MS = 60_000;

/** A running daemon, checkers alone. */
export class CheckingDaemon {
  readonly #program: Background;
  /** Of the process that checks. */
  readonly pid: number;

  private constructor(program: Background, pid: number) {
    this.#program = program;
    this.pid = pid;
  }

  /** Starts it; returns when its process for checks is there. */
  static async start(
    contestant: Contestant,
    folder: string,
    configuration: string,
  ): Promise<CheckingDaemon> {
    const file = join(folder, 'keepalived.conf');
    writeFileSync(file, configuration);
    const pids = ['p', 'r', 'c'].flatMap((each) => [`-${each}`, join(folder, `${each}.pid`)]);
    const words = [
      ...amongOthers(),
      ...PROGRAMS[contestant],
      '-n',
      '-l',
      '-D',
      '-C',
      '-f',
      file,
      ...pids,
    ];
    const log = join(folder, `${contestant}.log`);
    const program = Background.start(words, log, { TMPDIR: folder });
    const pidFile = join(folder, 'c.pid');
    const pid = (): number => (existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0);
    await waitUntil(`${contestant}, see ${log}`, () => pid() > 1, { limitMs: LIMIT_MS });
    return new CheckingDaemon(program, pid());
  }

  /** Ends it and forgets its table. */
  async stop(): Promise<void> {
    await this.#program.stop('SIGTERM', LIMIT_MS);
    await run(['ipvsadm', '-C']);
  }

  /** @returns system calls of the process for checks during that time, by name */
  async systemCalls(folder: string, ms: number): Promise<ReadonlyMap<string, number>> {
    const file = join(folder, 'system-calls');
    const words = ['strace', '-c', '-f', '-qq', '-U', 'calls,name', '-o', file];
    const tracer = Background.start([...words, '-p', String(this.pid)], `${file}.log`);
    await delay(ms);
    await tracer.stop('SIGINT');
    const lines = readFileSync(file, 'utf8').matchAll(/^\s*(\d+) (\w+)$/gm);
    const counts = [...lines].map(([, calls = '', name = '']) => [name, Number(calls)] as const);
    return new Map(counts.filter(([name]) => name !== 'total'));
  }
}
