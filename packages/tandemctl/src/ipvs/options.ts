import { Option, type Command } from 'commander';
import { strictCommand } from '../strict-command.ts';
import { COMMANDS } from './command-table.ts';
import { OPTIONS } from './option-table.ts';
import { longForm } from './usage.ts';

/**
 * @param version - of tandem
 * @returns the subcommand `ipvs`; its options are for the help and for completion, because ipvsadm
 * reads a command line in another way than commander
 */
export function ipvsCommand(version: string): Command {
  const command = strictCommand('ipvs')
    .description("see and change the kernel's IPVS table, with ipvsadm's commands and options")
    .argument('[options...]', "ipvsadm's command line")
    .action(async (words: readonly string[]) => {
      const { ipvs } = await import('./ipvs-command.ts');
      process.exitCode = await ipvs(words, version);
    });
  for (const row of [...COMMANDS, ...OPTIONS]) {
    if (row.short === 'l' || row.long === 'help') continue;
    const short = row.short === undefined ? '' : `-${row.short}, `;
    const option = new Option(`${short}${longForm(row)}`, row.help);
    command.addOption(row.choices === undefined ? option : option.choices([...row.choices]));
  }
  command.parseOptions = (words) => ({ operands: [...words], unknown: [] });
  return command;
}
