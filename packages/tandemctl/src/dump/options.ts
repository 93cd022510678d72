import { Argument, Option, type Command } from 'commander';
import { finish } from '../file-command.ts';
import { readStandardInput } from '../standard-input.ts';
import { strictCommand } from '../strict-command.ts';
import type { DumpFormat } from './dump-command.ts';

/** @returns the subcommand `dump`, whose wrong usage ends with 2 because 1 means something left out */
export function dumpCommand(): Command {
  return strictCommand('dump')
    .description('what a configuration says after all expansion; exit 0, 1 errors, 2 unreadable')
    .addArgument(new Argument('<file>', 'keepalived.conf; - is the standard input'))
    .addOption(
      new Option('--format <format>', 'as keepalived.conf, or as data (see tandemctl schema)')
        .choices(['conf', 'json'] satisfies DumpFormat[])
        .default('conf'),
    )
    .option('--origins', 'say from which line each value comes')
    .option('-i, --config-id <id>', 'what @ID lines compare with')
    .action(
      async (
        file: string,
        options: {
          readonly format: DumpFormat;
          readonly origins?: boolean;
          readonly configId?: string;
        },
      ) => {
        const { dump } = await import('./dump-command.ts');
        const standardInput = await readStandardInput([file]);
        const asked = { ...options, ...(standardInput && { standardInput }) };
        finish(dump(file, asked));
      },
    );
}
