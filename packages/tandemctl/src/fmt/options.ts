import { Argument, type Command } from 'commander';
import { finish } from '../file-command.ts';
import { readStandardInput, STANDARD_INPUT } from '../standard-input.ts';
import { strictCommand } from '../strict-command.ts';
import type { FmtMode } from './fmt-command.ts';

/** @returns the subcommand `fmt`, whose wrong usage ends with 2 because 1 means differences */
export function fmtCommand(): Command {
  return strictCommand('fmt')
    .description('lay configuration files out anew; exit 0 good, 1 differences, 2 errors')
    .addArgument(new Argument('[file...]', 'keepalived.conf; - or none is the standard input'))
    .option('-w, --write', 'replace the files instead of printing them')
    .option('--check', 'name the files that would change')
    .option('-d, --diff', 'show what would change')
    .action(run);
}

async function run(
  named: readonly string[],
  options: { readonly [M in FmtMode]?: true },
  command: Command,
): Promise<void> {
  const modes = (['write', 'check', 'diff'] as const).filter((each) => options[each]);
  if (modes.length > 1) command.error(`error: --${modes.join(' and --')} exclude each other`);
  const [mode = 'print'] = modes;
  if (mode === 'write' && named.length === 0) {
    command.error("error: missing required argument 'file'");
  }
  if (mode === 'write' && named.includes(STANDARD_INPUT)) {
    command.error('error: the standard input cannot be replaced');
  }
  const files = named.length === 0 ? [STANDARD_INPUT] : named;
  const standardInput = await readStandardInput(files);
  const { fmt } = await import('./fmt-command.ts');
  finish(fmt(files, mode, standardInput));
}
