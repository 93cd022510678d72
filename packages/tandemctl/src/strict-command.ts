import { Command } from 'commander';

const USAGE = 2;

/** @returns a command whose wrong usage ends with 2 because 1 means something else */
export function strictCommand(name: string): Command {
  return new Command(name).exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : USAGE));
}
