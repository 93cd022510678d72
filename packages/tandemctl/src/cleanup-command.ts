import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';

/** What the operator has asked for. */
export interface CleanupOptions {
  readonly dryRun?: boolean;
  readonly useFile?: string;
  readonly configId?: string;
  readonly namespace?: string;
  readonly instance?: string;
  readonly pid?: string;
  readonly vrrpPid?: string;
  readonly checkersPid?: string;
  readonly bfdPid?: string;
  readonly control?: string;
}

const FAILED = 2;
const PASSED_ON = [
  ['useFile', '--use-file'],
  ['configId', '--config-id'],
  ['namespace', '--namespace'],
  ['instance', '--instance'],
  ['pid', '--pid'],
  ['vrrpPid', '--vrrp_pid'],
  ['checkersPid', '--checkers_pid'],
  ['bfdPid', '--bfd_pid'],
  ['control', '--control'],
] as const;

/**
 * Lets the daemon's own program put in order what a daemon has left that was killed.
 * @returns its exit status: 0 nothing is left, 1 something is or a daemon runs, 2 it cannot be run
 */
export function cleanUp(options: CleanupOptions): number {
  const program = daemonProgram();
  if (program === undefined) {
    process.stderr.write('tandemctl: no tandemd beside it\n');
    return FAILED;
  }
  const words = [program, ...daemonWords(options)];
  const { status, error } = spawnSync(process.execPath, words, { stdio: 'inherit' });
  if (error !== undefined) process.stderr.write(`tandemctl: ${error.message}\n`);
  return status ?? FAILED;
}

/** @returns the daemon's command line that does the same */
export function daemonWords(options: CleanupOptions): readonly string[] {
  const passed = PASSED_ON.flatMap(([name, word]) => {
    const value = options[name];
    return value === undefined ? [] : [word, value];
  });
  return [`--cleanup${options.dryRun === true ? '=dry-run' : ''}`, ...passed];
}

/** Installed in the same tree as this program. */
function daemonProgram(): string | undefined {
  const own = realpathSync(process.argv[1] ?? '');
  const path = new URL('../../tandemd/bin/tandemd.cjs', `file://${own}`).pathname;
  return existsSync(path) ? path : undefined;
}
