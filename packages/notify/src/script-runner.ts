import { spawn } from 'node:child_process';
import type { Duration } from '@tandem/time';
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

/** Scripts that may run at once; more is a loop somewhere, and is said. */
const RUNNING_MAX = 256;
const DEFAULT_ACCOUNT = 'keepalived_script';
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

/** Starts commands at once, each in a process group of its own, and waits for none of them. */
export class ScriptRunner {
  readonly #log: (text: string) => void;
  #policy: ScriptPolicy = { security: false };
  #warned = false;
  #running = 0;
  #idle: (() => void)[] = [];

  /** @param log - told what could not be run, and what failed */
  constructor(log: (text: string) => void) {
    this.#log = log;
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

  /** @param script - started now; whatever goes wrong is logged, nothing is thrown */
  run(script: Script): void {
    try {
      this.#tryRun(script);
    } catch (error) {
      // A missing right (EPERM) or too long an argument (E2BIG) makes spawn() itself throw.
      const reason = error instanceof Error ? error.message : String(error);
      this.#log(`${script.purpose}: ${script.argv[0] ?? ''} could not be run: ${reason}`);
    }
  }

  #tryRun(script: Script): void {
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
    if (this.#running >= RUNNING_MAX) {
      this.#log(`${script.purpose}: ${RUNNING_MAX} scripts are running, not starting another`);
      return;
    }
    this.#start(script, [found.path, ...args], account);
  }

  /**
   * @param grace - how long to wait at the most; a script goes on after that
   * @returns when no script that was started here runs any more
   */
  idle(grace: Duration): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, grace);
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
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

  #start(script: Script, argv: readonly string[], account: Account | undefined): void {
    const [path = '', ...args] = argv;
    const own = process.getuid?.() === account?.uid && process.getgid?.() === account?.gid;
    const child = spawn(path, args, {
      cwd: '/',
      detached: true,
      stdio: 'ignore',
      env: ENVIRONMENT,
      ...(account === undefined || own ? {} : account),
    });
    this.#running += 1;
    let counted = true;
    const ended = (problem: string | undefined): void => {
      if (!counted) return;
      counted = false;
      if (problem !== undefined) this.#log(`${script.purpose}: ${path} ${problem}`);
      this.#running -= 1;
      if (this.#running > 0) return;
      for (const resolve of this.#idle.splice(0)) resolve();
    };
    child.on('error', (error) => ended(`could not be run: ${error.message}`));
    child.on('exit', (code, signal) => {
      if (signal !== null) ended(`was ended by ${signal}`);
      else ended(code === 0 ? undefined : `exited with status ${code}`);
    });
    child.unref();
  }
}
