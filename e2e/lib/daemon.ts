import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Background } from './command.ts';
import type { Host } from './lan.ts';
import { repositoryRoot } from './program.ts';
import { waitUntil } from './wait.ts';

/** The daemons that can run on a box. */
export type Implementation = 'tandemd' | 'keepalived';

/** The processes of a daemon, by the flag of their pid file. */
export type ProcessName = 'supervisor' | 'vrrp' | 'ipvs' | 'bfd';

const PID_FLAGS: readonly (readonly [ProcessName, string])[] = [
  ['supervisor', '-p'],
  ['vrrp', '-r'],
  ['ipvs', '-c'],
  ['bfd', '-b'],
];

/** The same, as the clean-up has them. */
const CLEANUP_FLAGS: typeof PID_FLAGS = [
  ['supervisor', '--pid'],
  ['vrrp', '--vrrp-pid'],
  ['ipvs', '--checkers-pid'],
  ['bfd', '--bfd-pid'],
];

/** A daemon on a machine: keepalived.conf in the machine's folder, pid files and log beside it. */
export class Daemon {
  readonly implementation: Implementation;
  readonly #host: Host;
  readonly #configFile: string;
  readonly #flags: readonly string[];
  readonly #within: readonly string[];
  #program: Background | undefined;
  /** Characters of the log that earlier runs have written. */
  #logBefore = 0;

  /**
   * @param configuration - text of keepalived.conf
   * @param flags - beside those for files and log, such as `-P`
   * @param within - words of a command that becomes the one that is appended to it
   */
  constructor(
    host: Host,
    implementation: Implementation,
    options: { configuration: string; flags?: readonly string[]; within?: readonly string[] },
  ) {
    this.#host = host;
    this.implementation = implementation;
    this.#flags = options.flags ?? [];
    this.#within = options.within ?? [];
    this.#configFile = join(host.folder, 'keepalived.conf');
    writeFileSync(this.#configFile, options.configuration);
  }

  /** Unix socket for tandemctl. */
  get controlSocket(): string {
    return join(this.#host.folder, 'control');
  }

  /** Starts it; does not wait for anything. */
  start(): void {
    const files = PID_FLAGS.flatMap(([name, flag]) => [flag, this.#pidFile(name)]);
    const flags = ['-n', '-l', '-D', '-f', this.#configFile, ...files, ...this.#flags];
    const words =
      this.implementation === 'keepalived'
        ? ['keepalived', ...flags]
        : [process.execPath, tandemd(), ...flags, '--control', this.controlSocket];
    this.#logBefore = this.log().length;
    // keepalived writes its statistics there.
    const command = [...this.#within, ...words];
    this.#program = this.#host.start('daemon', command, { TMPDIR: this.#host.folder });
  }

  /** Resolves when what it was last started with is in effect. */
  async ready(): Promise<void> {
    const isReady = (): boolean => this.log().includes('Startup complete', this.#logBefore);
    await waitUntil(`start of ${this.implementation}`, isReady, { limitMs: 30_000 });
  }

  /** Whether the supervisor runs. */
  get running(): boolean {
    return this.#program !== undefined && !this.#program.ended;
  }

  /** Stops it with SIGTERM and waits until all its processes are gone. */
  async stop(): Promise<void> {
    await this.#program?.stop('SIGTERM', 30_000);
    this.#program = undefined;
  }

  /** Kills all its processes at the same time, as a power failure would. */
  async kill(): Promise<void> {
    // A child that outlives the supervisor leaves in order; a supervisor would start a child again.
    this.signal('SIGSTOP');
    for (const name of ['vrrp', 'ipvs', 'bfd'] as const) {
      const pid = this.pid(name);
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    }
    this.signal('SIGKILL');
    await this.#program?.exit();
    for (const [name] of PID_FLAGS) rmSync(this.#pidFile(name), { force: true });
    this.#program = undefined;
  }

  /** Runs `tandemctl cleanup`, and resolves to what it prints. */
  async cleanup(...words: readonly string[]): Promise<string> {
    const tandemctl = join(repositoryRoot(), 'packages/tandemctl/bin/tandemctl.mjs');
    const files = CLEANUP_FLAGS.flatMap(([name, flag]) => [flag, this.#pidFile(name)]);
    const command = [process.execPath, tandemctl, 'cleanup', ...files, ...words];
    return (await this.#host.exec(command, { mayFail: true })).stdout;
  }

  /** Sends a signal to the supervisor. */
  signal(name: NodeJS.Signals): void {
    this.#program?.signal(name);
  }

  /** Makes it read a configuration file of another text, or the same again. */
  reload(configuration?: string): void {
    if (configuration !== undefined) this.configure(configuration);
    this.signal('SIGHUP');
  }

  /** Like `reload`; resolves when what it says is in effect. */
  async reloaded(configuration?: string): Promise<void> {
    const times = (): number => this.log().split('Reload complete').length;
    const before = times();
    this.reload(configuration);
    await waitUntil('reload', () => times() > before, { limitMs: 20_000, everyMs: 20 });
  }

  /** Text of its keepalived.conf. */
  configuration(): string {
    return readFileSync(this.#configFile, 'utf8');
  }

  /** Changes its file, which it may be reading just now for a reload: never half of one. */
  configure(text: string): void {
    writeFileSync(`${this.#configFile}.new`, text);
    renameSync(`${this.#configFile}.new`, this.#configFile);
  }

  /** Process id from a pid file, `undefined` without one. */
  pid(name: ProcessName): number | undefined {
    const file = this.#pidFile(name);
    if (!existsSync(file)) return undefined;
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  }

  /** What it has logged so far. */
  log(): string {
    const file = join(this.#host.folder, 'daemon.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** keepalived's statistics text, asked for with SIGUSR2. */
  async statistics(): Promise<string> {
    const file = join(this.#host.folder, 'keepalived.stats');
    rmSync(file, { force: true });
    this.signal('SIGUSR2');
    const whole = (): string | undefined => {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      return text.includes('Priority Zero') ? text : undefined;
    };
    return waitUntil('keepalived statistics', whole, { limitMs: 10_000 });
  }

  #pidFile(name: ProcessName): string {
    return join(this.#host.folder, `${name}.pid`);
  }
}

function tandemd(): string {
  return join(repositoryRoot(), 'packages/tandemd/bin/tandemd.cjs');
}
