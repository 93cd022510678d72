import { Argument, type Command } from 'commander';
import { strictCommand } from '../strict-command.ts';

/** Shells that completion is written for. */
export type Shell = 'bash' | 'zsh' | 'fish';

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

/**
 * @param program - what is completed
 * @returns the subcommand `completion`
 */
export function completionCommand(program: Command): Command {
  return strictCommand('completion')
    .description('a script for the shell that completes commands, options and their values')
    .addArgument(new Argument('<shell>', 'which').choices(SHELLS))
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion-script.ts');
      process.stdout.write(completionScript(shell, program));
    });
}
