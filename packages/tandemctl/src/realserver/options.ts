import { Argument, type Command } from 'commander';
import { strictCommand } from '../strict-command.ts';
import { DEFAULT_STATE_PATH } from './state-file.ts';

const ACTIONS = ['add', 'remove', 'list'] as const;

/** @returns the subcommand `realserver` */
export function realServerCommand(): Command {
  return strictCommand('realserver')
    .description(
      'make this box a real server of lb_kind DR: the VIP on lo, and no ARP for it; exit 0 done, 1 it cannot be, 2 no address',
    )
    .addArgument(new Argument('<action>', 'what to do').choices(ACTIONS))
    .argument('[vip]', 'address, IPv4 or IPv6')
    .option('--dev <interface>', 'where the VIP goes', 'lo')
    .option('--persistent', 'again at every start, by a unit of systemd')
    .option('--state <path>', 'what was there before, for remove', DEFAULT_STATE_PATH)
    .action(
      async (
        action: (typeof ACTIONS)[number],
        vip: string | undefined,
        options: { dev: string; persistent?: true; state: string },
      ) => {
        const { realServer } = await import('./realserver-command.ts');
        process.exitCode = await realServer(action, vip, options);
      },
    );
}
