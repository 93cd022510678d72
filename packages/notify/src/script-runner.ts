import { spawn } from 'node:child_process';
import { seconds, type Duration } from '@tandem/time';
import PQueue from 'p-queue';
import { type Account, findAccount } from './account.ts';
import { findScript, scriptWeakness } from './script-path.ts';

/** A command to run. */
export interface Script {
  /** Program and arguments. */
  readonly argv: readonly string[];
  readonly user?: string;
  readonly group?: string;
  /** What it is for, in log lines. */
  readonly purpose: string;
}

/** How scripts are run. */
export interface ScriptPolicy {
  /** Refuse what runs as root and can be changed by somebody else. */
  readonly security: boolean;
  /** Account of scripts that name none; absent: `keepalived_script` if it exists, else our own. */
  readonly scriptUser?: { readonly user: string; readonly group?: string };
}

const DEFAULT_ACCOUNT = 'keepalived_script';
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

/** How many scripts there may be. */
export interface ScriptLimits {
  /** At the same time; others wait for their turn. */
  readonly running: number;
  /** Waiting; one more is dropped, and said. */
  readonly waiting: number;
  /** A script that has run for so long is ended when others wait for its place. */
  readonly hog: Duration;
}

const LIMITS: ScriptLimits = { running: 256, waiting: 10_000, hog: seconds(60) };

/** A script that runs. */
interface Running {
  readonly pid: number;
  readonly startedMs: number;
}

/** Starts commands, each in a process group of its own; nobody waits for their ends. */
export class ScriptRunner {
  readonly #log: (text: string) => void;
  readonly #limits: ScriptLimits;
  readonly #queue: PQueue;
  /** Oldest first. */
  readonly #running = new Set<Running>();
  #policy: ScriptPolicy = { security: false };
  #warned = false;
  #hogTimer: NodeJS.Timeout | undefined;

  /** @param log - told what could not be run, and what failed */
  constructor(log: (text: string) => void, limits: ScriptLimits = LIMITS) {
    this.#log = log;
    this.#limits = limits;
    this.#queue = new PQueue({ concurrency: limits.running });
  }

  /** @param policy - for the scripts to come */
  configure(policy: ScriptPolicy): void {
    this.#policy = policy;
  }

  /**
   * Says once what keepalived says of scripts without script security, and of each script that
   * is missing.
   * @param programs - first words of all configured commands
   */
  inspect(programs: readonly string[]): void {
    if (programs.length > 0 && !this.#policy.security && !this.#warned) {
      this.#warned = true;
      this.#log('SECURITY VIOLATION - scripts are being executed but script_security not enabled.');
    }
    for (const program of new Set(programs)) {
      const found = findScript(program);
      if (!found.ok) this.#log(found.reason);
    }
  }

  /** @param script - started as soon as may be; what goes wrong is logged, nothing is thrown */
  run(script: Script): void {
    if (this.#queue.size >= this.#limits.waiting) {
      this.#log(`${script.purpose}: ${this.#limits.waiting} scripts wait, this one is dropped`);
      return;
    }
    void this.#queue.add(async () => {
      try {
        await this.#tryRun(script);
      } catch (error) {
        // A missing right (EPERM) or too long an argument (E2BIG) makes spawn() itself throw.
        const reason = error instanceof Error ? error.message : String(error);
        this.#log(`${script.purpose}: ${script.argv[0] ?? ''} could not be run: ${reason}`);
      }
    });
    this.#watchHogs();
  }

  /**
   * @param grace - how long to wait at the most; a script goes on after that
   * @returns when no script that was started here runs any more
   */
  async idle(grace: Duration): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, grace);
    });
    await Promise.race([this.#queue.onIdle(), limit]);
    clearTimeout(timer);
  }

  /** @returns when it has ended */
  async #tryRun(script: Script): Promise<void> {
    const [program = '', ...args] = script.argv;
    const found = findScript(program);
    if (!found.ok) {
      this.#log(`${script.purpose}: ${found.reason}`);
      return;
    }
    const account = this.#account(script);
    if (account === 'unknown') return;
    if (this.#policy.security && (account?.uid ?? process.getuid?.()) === 0) {
      const weakness = scriptWeakness(found.path);
      if (weakness !== undefined) {
        this.#log(`Unsafe permissions found for script '${program}' - not run: ${weakness}`);
        return;
      }
    }
    const problem = await this.#runToEnd([found.path, ...args], account);
    if (problem !== undefined) this.#log(`${script.purpose}: ${found.path} ${problem}`);
  }

  #account(script: Script): Account | undefined | 'unknown' {
    const named = script.user === undefined ? this.#policy.scriptUser : script;
    if (named?.user === undefined) return findAccount(DEFAULT_ACCOUNT);
    const account = findAccount(named.user, named.group);
    if (account !== undefined) return account;
    const group = named.group === undefined ? '' : ` ${named.group}`;
    this.#log(`${script.purpose}: unable to set uid/gid for script: no user ${named.user}${group}`);
    return 'unknown';
  }

  /** @returns what went wrong */
  #runToEnd(argv: readonly string[], account: Account | undefined): Promise<string | undefined> {
    const [path = '', ...args] = argv;
    const own = process.getuid?.() === account?.uid && process.getgid?.() === account?.gid;
    const child = spawn(path, args, {
      cwd: '/',
      detached: true,
      stdio: 'ignore',
      env: ENVIRONMENT,
      ...(account === undefined || own ? {} : account),
    });
    child.unref();
    const running = { pid: child.pid ?? 0, startedMs: performance.now() };
    this.#running.add(running);
    this.#watchHogs();
    return new Promise((resolve) => {
      const ended = (problem: string | undefined): void => {
        this.#running.delete(running);
        resolve(problem);
      };
      child.on('error', (error) => ended(`could not be run: ${error.message}`));
      child.on('exit', (code, signal) => {
        if (signal !== null) ended(`was ended by ${signal}`);
        else ended(code === 0 ? undefined : `exited with status ${code}`);
      });
    });
  }

  /** While somebody waits, the time of the oldest script is limited. */
  #watchHogs(): void {
    const [oldest] = this.#running;
    if (this.#queue.size === 0 || oldest === undefined || this.#hogTimer !== undefined) return;
    const wait = oldest.startedMs + this.#limits.hog - performance.now();
    this.#hogTimer = setTimeout(() => this.#endHogs(), Math.max(0, Math.ceil(wait))).unref();
  }

  #endHogs(): void {
    this.#hogTimer = undefined;
    const waiting = this.#queue.size;
    const due = performance.now() - this.#limits.hog;
    const hogs = [...this.#running].filter(({ startedMs }) => startedMs <= due).slice(0, waiting);
    // The oldest has ended meanwhile, or the timer was a fraction early.
    if (hogs.length === 0) return this.#watchHogs();
    const text = `${waiting} scripts wait for ${this.#limits.running} that do not end`;
    this.#log(`${text}, ending the oldest ${hogs.length}`);
    for (const hog of hogs) {
      this.#running.delete(hog);
      endGroup(hog.pid);
    }
  }
}

/** A script may have started others, which would go on. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
