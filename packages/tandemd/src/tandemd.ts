import { Output } from './output.ts';
import { parseCommandLine, usage, type CommandLine } from './supervisor/command-line.ts';
import { VERSION } from './version.ts';

const USAGE_ERROR = 1;
/** Of `tandemctl cleanup`, where 1 says that something is left. */
const CLEANUP_USAGE_ERROR = 2;
const UNWRITABLE = 1;
/** Without a listener the first and last would kill, and SIGUSR1 open Node's debugger. */
const EARLY: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'];

const output = new Output(
  () => process.stdout,
  (line) => process.stderr.write(`tandemd: ${line}\n`),
);

/** Reads the command line; what only prints something loads nothing else. */
async function main(words: readonly string[]): Promise<number> {
  const asked = parseCommandLine(words);
  switch (asked.kind) {
    case 'version':
      process.stderr.write(`tandemd v${VERSION}\n`);
      return 0;
    case 'help':
      process.stderr.write(usage());
      return 0;
    case 'signal':
      output.print(String(asked.number));
      return 0;
    case 'error':
      process.stderr.write(`${asked.message}\n(try tandemd --help)\n`);
      return words.some((each) => each.startsWith('--cleanup')) ? CLEANUP_USAGE_ERROR : USAGE_ERROR;
    case 'run':
      return run(asked.options, words);
  }
}

/** What ends soon by itself, and has to enter the namespace of the command line for it. */
async function runBriefly(options: CommandLine): Promise<number> {
  if (options.cleanup !== undefined) {
    const { cleanUpAsAsked } = await import('./supervisor/cleanup-command.ts');
    return cleanUpAsAsked(options, (line) => output.print(line));
  }
  if (options.namespace !== undefined) {
    const { whyNotEntered } = await import('./supervisor/place.ts');
    const problem = whyNotEntered(options.namespace);
    if (problem !== undefined) {
      process.stderr.write(`${problem}\n`);
      return USAGE_ERROR;
    }
  }
  const { testConfiguration } = await import('./supervisor/config-test.ts');
  return testConfiguration(options);
}

async function run(options: CommandLine, words: readonly string[]): Promise<number> {
  if (options.configTest !== undefined || options.cleanup !== undefined) return runBriefly(options);
  const { isInBackground, startInBackground } = await import('./supervisor/background.ts');
  if (!options.foreground && !isInBackground()) {
    const inheritStderr = options.logConsole || options.logJson;
    return startInBackground(process.argv[1] ?? '', words, inheritStderr);
  }
  // Before the daemon listens itself: there is nothing to reload or to dump yet.
  for (const early of EARLY) process.on(early, () => undefined);
  const { ChildPrograms } = await import('./supervisor/child-programs.ts');
  const programs = new ChildPrograms(import.meta.url);
  // It starts while the daemon reads its configuration.
  programs.prepare(options.onlyIpvs ? 'ipvs' : 'vrrp');
  const { runDaemon } = await import('./supervisor/daemon.ts');
  return runDaemon(options, programs);
}

// A mail that a relay does not take must not hold up the end; that a line is not written is known soon.
void main(process.argv.slice(2)).then((exitStatus) =>
  setImmediate(() => process.exit(exitStatus === 0 && output.hasFailed ? UNWRITABLE : exitStatus)),
);
