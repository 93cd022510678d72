import { InvalidArgumentError, type Command } from 'commander';
import { controlPath, withControl, type ControlOptions } from '../control-options.ts';
import { strictCommand } from '../strict-command.ts';
import type { DrainAction, DrainOptions } from './drain-command.ts';

/** @returns `tandemctl drain` */
export function drainCommand(): Command {
  return commandOf('drain')
    .description(
      'give a real server (ADDRESS or ADDRESS:PORT) no new connections, and take it out of the table when it has none; exit 0 under way, 1 unknown, 2 no address, or no daemon',
    )
    .option(
      '--timeout <seconds>',
      'how long it may take; then it goes out with the connections that it still has',
      secondsText,
    );
}

/** @returns `tandemctl undrain` */
export function undrainCommand(): Command {
  return commandOf('undrain').description(
    'give a real server (ADDRESS or ADDRESS:PORT) that drains, or is drained, new connections again; exit 0 under way or not drained, 1 unknown, 2 no address, or no daemon',
  );
}

/** How many are too many is for the daemon to say. */
function secondsText(text: string): string {
  if (!/^(?:\d+\.?\d*|\.\d+)$/.test(text))
    throw new InvalidArgumentError('It is a number of seconds.');
  return text;
}

function commandOf(action: DrainAction): Command {
  return withControl(strictCommand(action))
    .argument('<server>', 'ADDRESS or ADDRESS:PORT, in every virtual server that has it')
    .option(
      '--service <service>',
      'in this virtual server only: ADDRESS:PORT, name of a group, or mark',
    )
    .action(async (server: string, options: Omit<DrainOptions, 'control'> & ControlOptions) => {
      const { drain } = await import('./drain-command.ts');
      process.exitCode = await drain(action, server, { ...options, control: controlPath(options) });
    });
}
