import type { Command } from 'commander';
import { DEFAULT_CONTROL_PATH } from '../control.ts';
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
  return strictCommand(action)
    .argument('<server>', 'in every virtual server that has it')
    .option('--service <service>', 'in this one only: ADDRESS:PORT, name of a group, or mark')
    .option('--control <path>', "the daemon's control socket", DEFAULT_CONTROL_PATH)
    .action(async (server: string, options: DrainOptions) => {
      const { drain } = await import('./drain-command.ts');
      process.exitCode = await drain(action, server, options);
    });
}
