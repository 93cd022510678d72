import { spawn, type ChildProcess } from 'node:child_process';
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
  /** They get all groups of their user, instead of one alone. */
  readonly supplementaryGroups?: boolean;
  /** Account of scripts that name none; absent: `keepalived_script` if it exists, else our own. */
  readonly scriptUser?: { readonly user: string; readonly group?: string };
}

/** A script whose program and account have been found, or why it is not run. */
type Prepared =
  | {
      readonly ok: true;
      readonly argv: readonly string[];
      /** Absent: that of the daemon. */
      readonly account: Account | undefined;
    }
  | { readonly ok: false; readonly reason: string };

const DEFAULT_ACCOUNT = 'keepalived_script';
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

/** Decides whether and as whom a script is run, and starts it. */
export class ScriptLauncher {
  readonly #find: typeof findScript;
  #policy: ScriptPolicy = { security: false };

  /** @param find - where programs are, for tests */
  constructor(find: typeof findScript = findScript) {
    this.#find = find;
  }

  /** The policy in force. */
  get policy(): ScriptPolicy {
    return this.#policy;
  }

  /** @param policy - for the scripts to come */
  configure(policy: ScriptPolicy): void {
    this.#policy = policy;
  }

  /**
   * @param script - wanted
   * @returns what to start, or keepalived's words for why not
   */
  prepare(script: Omit<Script, 'purpose'>): Prepared {
    const [program = '', ...args] = script.argv;
    const found = this.#find(program);
    if (!found.ok) return found;
    const account = this.#account(script);
    if (typeof account === 'string') return { ok: false, reason: account };
    if (this.#policy.security && (account?.uid ?? process.getuid?.()) === 0) {
      const weakness = scriptWeakness(found.path);
      if (weakness !== undefined) {
        const reason = `Unsafe permissions found for script '${program}' - not run: ${weakness}`;
        return { ok: false, reason };
      }
    }
    if (otherThanOwn(account) !== undefined && this.#givesGroups && !this.#find('setpriv').ok) {
      const reason = `Script '${program}' cannot get all groups of its user - not run: set_supplementary_groups needs setpriv(1) of util-linux`;
      return { ok: false, reason };
    }
    return { ok: true, argv: [found.path, ...args], account };
  }

  get #givesGroups(): boolean {
    return this.#policy.supplementaryGroups === true;
  }

  /** @returns whom it runs as, or why it cannot */
  #account(script: Omit<Script, 'purpose'>): Account | undefined | string {
    const named = script.user === undefined ? this.#policy.scriptUser : script;
    if (named?.user === undefined) return findAccount(DEFAULT_ACCOUNT);
    const group = named.group === undefined ? '' : ` ${named.group}`;
    return (
      findAccount(named.user, named.group) ??
      `unable to set uid/gid for script: no user ${named.user}${group}`
    );
  }

  /**
   * @param prepared - by `prepare`
   * @returns the process, leader of a group of its own
   * @throws errors of spawn(), such as a missing right (EPERM) or too long an argument (E2BIG)
   */
  start({ argv, account }: Prepared & { ok: true }): ChildProcess {
    const another = otherThanOwn(account);
    const changes = another !== undefined && this.#givesGroups;
    const [path = '', ...args] = changes ? [...withGroups(another), ...argv] : argv;
    const child = spawn(path, args, {
      cwd: '/',
      detached: true,
      stdio: 'ignore',
      env: ENVIRONMENT,
      ...(changes ? {} : another),
    });
    child.unref();
    return child;
  }
}

/** @returns the account, unless it is that of the daemon */
function otherThanOwn(account: Account | undefined): Account | undefined {
  const isOwn = process.getuid?.() === account?.uid && process.getgid?.() === account?.gid;
  return isOwn ? undefined : account;
}

/** spawn() gives up all groups; setpriv becomes the script. @see setpriv(1) */
function withGroups({ uid, gid }: Account): string[] {
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--init-groups', '--'];
}

/**
 * Ends a script with all that it may have started.
 * @param pid - of the script; one that could not be started has none, which is 0
 */
export function endGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): void {
  if (pid <= 1) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended.
  }
}
