import { spawnSync } from 'node:child_process';
import type { FileCommandResult } from '../file-command.ts';

const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;
/** All that the check ends with; ip ends with others when it does not get as far. */
const EXIT_CODES = [0, 1, 2] as const;

/**
 * Does once more what this process was started for, in the network namespace of that name.
 * @param name - as `ip netns` knows it
 * @param input - what the standard input has held
 * @returns what came of it; undefined where it cannot be entered, as by others than root
 * @see ip-netns(8)
 */
export function repeatInNamespace(
  name: string,
  input: Buffer | undefined,
): FileCommandResult | undefined {
  const own = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const { status, stdout, stderr } = spawnSync('ip', ['netns', 'exec', name, ...own], {
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
    ...(input && { input }),
  });
  const exitCode = EXIT_CODES.find((each) => each === status);
  return exitCode === undefined ? undefined : { output: stdout, errors: stderr, exitCode };
}
