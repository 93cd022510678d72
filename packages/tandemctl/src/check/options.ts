import { Argument, Option, type Command } from 'commander';
import { finish, type FileCommandResult } from '../file-command.ts';
import { readStandardInput } from '../standard-input.ts';
import { strictCommand } from '../strict-command.ts';
import type { CheckResult } from './check-command.ts';
import type { CheckFormat } from './render.ts';

/**
 * @param version - of this program
 * @returns the subcommand `check`, whose wrong usage ends with 2 because 1 means problems found
 */
export function checkCommand(version: string): Command {
  return strictCommand('check')
    .description('what is wrong with configuration files; exit 0 good, 1 problems, 2 unreadable')
    .addArgument(new Argument('[file...]', 'keepalived.conf; - is the standard input'))
    .addOption(
      new Option('--format <format>', 'for people, programs or code scanning')
        .choices(['text', 'json', 'sarif'] satisfies CheckFormat[])
        .default('text'),
    )
    .option('--strict', 'warnings are problems too')
    .option('--cluster', 'the files are those of the boxes of one cluster: say what does not fit')
    .option('--no-box', 'the files are for another box: leave interfaces and scripts alone')
    .option(
      '-i, --config-id <id>',
      'what @ID lines compare with; again for each further file',
      append,
    )
    .option('--explain <code>', 'what a diagnostic code means, and the cure')
    .option('--unsupported', 'list the keywords that are accepted without effect')
    .action((files: string[], options: CheckCommandOptions, command: Command) =>
      run(files, options, { command, version }),
    );
}

function append(id: string, before: readonly string[] = []): readonly string[] {
  return [...before, id];
}

interface CheckCommandOptions {
  readonly format: CheckFormat;
  readonly strict?: boolean;
  readonly cluster?: boolean;
  readonly box: boolean;
  readonly configId?: readonly string[];
  readonly explain?: string;
  readonly unsupported?: boolean;
}

async function run(
  files: readonly string[],
  options: CheckCommandOptions,
  { command, version }: { readonly command: Command; readonly version: string },
): Promise<void> {
  if (options.explain !== undefined) {
    const { explain } = await import('./explain.ts');
    const text = explain(options.explain);
    if (text === undefined) command.error(`error: there is no code '${options.explain}'`);
    else process.stdout.write(text);
    return;
  }
  const { check, listUnsupported } = await import('./check-command.ts');
  if (options.unsupported) process.stdout.write(listUnsupported());
  else if (files.length === 0) command.error("error: missing required argument 'file'");
  if (options.cluster && files.length < 2) command.error('error: a cluster has at least two files');
  const { box, ...others } = options;
  const standardInput = await readStandardInput(files);
  // What is not said is left to the check: without --no-box, commander sets it.
  const asked = { ...(box ? others : options), ...(standardInput && { standardInput }) };
  const result = check(files, asked, version);
  finish(await whereItBelongs(result, standardInput));
}

/** What is there is what the daemon will find. */
async function whereItBelongs(
  result: CheckResult,
  standardInput: Buffer | undefined,
): Promise<FileCommandResult> {
  if (result.elsewhere === undefined) return result;
  const { repeatInNamespace } = await import('./in-namespace.ts');
  return repeatInNamespace(result.elsewhere, standardInput) ?? result;
}
