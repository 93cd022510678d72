import { Argument, Command } from 'commander';
import type { FmtMode } from './fmt-command.ts';

const USAGE = 2;

/** @returns the subcommand `fmt`, whose wrong usage ends with 2 because 1 means differences */
export function fmtCommand(): Command {
  return new Command('fmt')
    .description('lay configuration files out anew; exit 0 good, 1 differences, 2 errors')
    .addArgument(new Argument('[file...]', 'keepalived.conf; default: standard input'))
    .option('-w, --write', 'replace the files instead of printing them')
    .option('--check', 'name the files that would change')
    .option('-d, --diff', 'show what would change')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : USAGE))
    .action(run);
}

async function run(
  files: readonly string[],
  options: { readonly [M in FmtMode]?: true },
  command: Command,
): Promise<void> {
  const modes = (['write', 'check', 'diff'] as const).filter((each) => options[each]);
  if (modes.length > 1) command.error(`error: --${modes.join(' and --')} exclude each other`);
  const [mode = 'print'] = modes;
  if (mode === 'write' && files.length === 0) {
    command.error("error: missing required argument 'file'");
  }
  const { fmt } = await import('./fmt-command.ts');
  const { output, errors, exitCode } = fmt(files, mode);
  process.stdout.write(output);
  process.stderr.write(errors);
  process.exitCode = exitCode;
}
