import type { Command } from 'commander';
import { controlPath, withControl, type ControlOptions } from '../control-options.ts';
import { strictCommand } from '../strict-command.ts';
import type { DrainAction, DrainOptions } from './drain-command.ts';

/** @returns `tandemctl drain` */
export function drainCommand(): Command {
  return commandOf('drain')
    .description(
      'give a real server (ADDRESS or ADDRESS:PORT) no new connections, and take it out of the table when it has none; exit 0 under way, 1 unknown',
    )
    .option('--timeout <seconds>', 'after which it goes out with those that it has');
}

/** @returns `tandemctl undrain` */
export function undrainCommand(): Command {
  return commandOf('undrain').description('take a real server back that was drained, or is');
}

function commandOf(action: DrainAction): Command {
  return withControl(strictCommand(action))
    .argument('<server>', 'in every virtual server that has it')
    .option('--service <service>', 'in this one only: ADDRESS:PORT, name of a group, or mark')
    .action(async (server: string, options: Omit<DrainOptions, 'control'> & ControlOptions) => {
      const { drain } = await import('./drain-command.ts');
      process.exitCode = await drain(action, server, { ...options, control: controlPath(options) });
    });
}
