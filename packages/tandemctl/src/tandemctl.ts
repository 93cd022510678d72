import { Command } from 'commander';
import { ControlError, DEFAULT_CONTROL_PATH } from './control.ts';

const UNREACHABLE = 2;

const program = new Command('tandemctl')
  .description('See and command a running tandemd, and check its configuration')
  .version('tandemctl 0.1.0', '-v, --version');

program
  .command('status')
  .description('instances, virtual servers, checks and problems; exit 0 good, 1 degraded, 2 down')
  .option('--json', 'for programs')
  .option('--watch', 'again every second')
  .option('--control <path>', "the daemon's control socket", DEFAULT_CONTROL_PATH)
  .action(async (options: { control: string; json?: boolean; watch?: boolean }) => {
    const { showStatus } = await import('./status-command.ts');
    process.exitCode = await showStatus(options);
  });

program
  .command('reload')
  .description('read the configuration again; exit 0 accepted, 1 refused')
  .option('--control <path>', "the daemon's control socket", DEFAULT_CONTROL_PATH)
  .action(async (options: { control: string }) => {
    const { reload } = await import('./reload-command.ts');
    process.exitCode = await reload(options.control);
  });

program
  .command('check')
  .description('what is wrong with configuration files; exit 0 good, 1 warnings, 2 errors')
  .argument('[file...]', 'keepalived.conf')
  .option('--unsupported', 'list the keywords that are accepted without effect')
  .action(async (files: string[], options: { unsupported?: boolean }, command: Command) => {
    const { check, listUnsupported } = await import('./check-command.ts');
    if (options.unsupported) listUnsupported();
    else if (files.length === 0) command.error("error: missing required argument 'file'");
    process.exitCode = check(files);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof ControlError)) throw error;
  process.stderr.write(`tandemctl: ${error.message}\n`);
  process.exitCode = UNREACHABLE;
}
