import type { Command } from 'commander';
import { checkCommand } from './check/options.ts';
import type { CleanupOptions } from './cleanup-command.ts';
import { completionCommand } from './completion/options.ts';
import { controlPath, withControl, type ControlOptions } from './control-options.ts';
import { drainCommand, undrainCommand } from './drain/options.ts';
import { dumpCommand } from './dump/options.ts';
import { fmtCommand } from './fmt/options.ts';
import { ipvsCommand } from './ipvs/options.ts';
import { realServerCommand } from './realserver/options.ts';
import { strictCommand } from './strict-command.ts';

const VERSION = '0.1.0';

/** @returns the command line of tandemctl; what a command does is loaded when it is given */
export function createProgram(): Command {
  const program = strictCommand('tandemctl')
    .description('See and command a running tandemd, and check its configuration')
    .version(`tandemctl ${VERSION}`, '-v, --version')
    .enablePositionalOptions();

  withControl(program.command('status'))
    .description(
      'instances, virtual servers, checks and problems; exit 0 good, 1 degraded, 2 down, or no daemon',
    )
    .option('--json', 'for programs')
    .option('--watch', 'again every second')
    .action(async (options: ControlOptions & { json?: boolean; watch?: boolean }) => {
      const { showStatus } = await import('./status-command.ts');
      process.exitCode = await showStatus({ ...options, control: controlPath(options) });
    });

  withControl(program.command('reload'))
    .description('read the configuration again; exit 0 accepted, 1 refused, 2 no daemon')
    .action(async (options: ControlOptions) => {
      const { reload } = await import('./reload-command.ts');
      process.exitCode = await reload(controlPath(options));
    });

  program
    .command('cleanup')
    .description(
      'remove what a tandemd that was killed has left in the kernel and in /run, and the rules of redirect, ' +
        'which a stop leaves, too; exit 0 nothing is left, 1 something is, or a daemon runs, 2 it cannot be looked for',
    )
    .option('--dry-run', 'only show what is left')
    .option(
      '-f, --use-file <file>',
      'configuration of the daemon that is meant, which says where its files are',
    )
    .option('-i, --config-id <id>', 'of that configuration, for its lines that begin with @ID')
    .option('--namespace <name>', 'network namespace of the daemon')
    .option('--instance <name>', 'instance of the daemon')
    .option('--pid <file>', 'pid file of the supervisor')
    .option('--vrrp-pid <file>', 'pid file of the vrrp process')
    .option('--checkers-pid <file>', 'pid file of the ipvs process')
    .option('--bfd-pid <file>', 'pid file of the bfd process')
    .option('--control <path>', 'control socket of the daemon')
    .action(async (options: CleanupOptions) => {
      const { cleanUp } = await import('./cleanup-command.ts');
      process.exitCode = cleanUp(options);
    });

  program.addCommand(drainCommand()).addCommand(undrainCommand());
  program.addCommand(checkCommand(VERSION));
  program.addCommand(fmtCommand());
  program.addCommand(dumpCommand());
  program.addCommand(ipvsCommand(VERSION));
  program.addCommand(realServerCommand());
  program.addCommand(completionCommand(program));

  program
    .command('schema')
    .description('the JSON Schema of what dump --format json prints, for editors and programs')
    .action(async () => {
      const { documentSchema } = await import('@tandem/config');
      process.stdout.write(`${JSON.stringify(documentSchema(), null, 2)}\n`);
    });

  return program;
}
