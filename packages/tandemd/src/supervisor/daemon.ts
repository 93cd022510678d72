import { release, version } from 'node:os';
import type { Settings } from '@tandem/config';
import { inWords } from '@tandem/config-files';
import { Mailer, NotifyFifo, ScriptRunner, ScriptWatcher } from '@tandem/notify';
import { setProcessName } from '@tandem/raw-socket';
import { seconds } from '@tandem/time';
import type { LogLevel } from '../ipc.ts';
import { scriptPolicy } from '../script-policy.ts';
import { systemClock } from '../system-clock.ts';
import { VERSION } from '../version.ts';
import { reportFailure, reportReady } from './background.ts';
import type { ChildPrograms } from './child-programs.ts';
import { clearTable, withdraw } from './clean-up.ts';
import { runBoundaryScript } from './boundary-script.ts';
import type { CommandLine } from './command-line.ts';
import { formatSettings } from './dump-settings.ts';
import { createControlServer, type ControlServer } from './control-server.ts';
import { ConfigurationLoader } from './load.ts';
import { openLog, type DaemonLog, type Log } from './log.ts';
import { mailRoute } from './mail-route.ts';
import { audibleFifos, NotifyFifos } from './notify-fifos.ts';
import { AlreadyRunningError, removePidFile, writePidFile } from './pid-file.ts';
import { RecordFile, recordPath } from './record-file.ts';
import { ReloadSchedule } from './reload-schedule.ts';
import { scriptPrograms } from './script-programs.ts';
import { notifyServiceManager, type ServiceState } from './service-manager.ts';
import { listenToSignals } from './signals.ts';
import { makePidFolder, placed, placeTag, removeEmptyFolders, whyNotEntered } from './place.ts';
import { removeStaleFile, stalePidFiles } from './stale-files.ts';
import { Supervisor, type Loaded } from './supervisor.ts';
import { idleSessions, wantedChildren } from './wanted-children.ts';

const FATAL = 1;
const CONFIGURATION_ERROR = 2;
const NO_CONFIGURATION = 6;
/** Mails of the stop get this long to leave. */
const MAIL_GRACE = seconds(2);
/** Scripts of the stop get this long; in a container they end with the daemon. */
const SCRIPT_GRACE = seconds(1);

/**
 * Runs the daemon until it is stopped.
 * @param programs - of the children; one may be prepared
 * @returns the exit status
 * @see keepalived(8) EXIT STATUS
 */
export async function runDaemon(asked: CommandLine, programs: ChildPrograms): Promise<number> {
  const log = await openLog({
    console: asked.logConsole,
    json: asked.logJson,
    syslog: !asked.noSyslog,
    facility: asked.logFacility,
  });
  try {
    return await runLogged(asked, programs, log);
  } finally {
    await log.close();
  }
}

async function runLogged(
  asked: CommandLine,
  programs: ChildPrograms,
  log: DaemonLog,
): Promise<number> {
  // In the background nobody sees standard error: what ends the daemon must be in its log.
  process.on('uncaughtExceptionMonitor', (error) => sayLines(log, traceOf(error), 'err'));
  const loader = new ConfigurationLoader(asked);
  const loaded = loadInPlace(asked, loader, programs);
  if (typeof loaded === 'string') {
    log.say(loaded, 'err');
    reportFailure(loaded);
    return FATAL;
  }
  const options =
    loaded.settings === undefined ? asked : placed(asked, loaded.settings.global.place);
  if (loaded.settings !== undefined)
    log.tag(placeTag(loaded.settings.global.place, asked.namespace));
  announce(options, log);
  for (const diagnostic of loaded.diagnostics) sayLines(log, diagnostic);
  if (loaded.settings === undefined) {
    log.say('Nothing was started: mend the configuration (tandemd -t shows it)', 'err');
    reportFailure([...loaded.diagnostics, 'tandemd was not started'].join('\n'));
    return loaded.diagnostics.some((each) => each.includes('[FILE_MISSING]'))
      ? NO_CONFIGURATION
      : CONFIGURATION_ERROR;
  }
  if (options.dumpConfiguration) sayLines(log, formatSettings(loaded.settings));
  // Another daemon that stops may remove the folder while it is empty.
  makePidFolder(options);
  try {
    writePidFile(options.pidFile, process.pid, (text, level) => log.say(text, level));
  } catch (error) {
    const isRunning = error instanceof AlreadyRunningError;
    const text = isRunning ? `daemon is already running: ${error.message}` : String(error);
    log.say(text, isRunning ? 'notice' : 'err');
    reportFailure(text);
    return isRunning ? 0 : FATAL;
  }
  // Of a daemon that was killed, and whose children this one may not have.
  for (const path of stalePidFiles(options)) {
    log.say(`Remove a zombie pid file ${path}`);
    removeStaleFile(path);
  }
  try {
    return await supervise({ options, log, settings: loaded.settings, loader, programs });
  } finally {
    removePidFile(options.pidFile, process.pid);
    removeEmptyFolders(options);
    log.say(`Stopped tandem v${VERSION}`);
  }
}

/**
 * Which interfaces and tables there are, and so what is wrong with a configuration, depends on the
 * network namespace, which is what a configuration may name.
 * @returns why the namespace cannot be entered, or what was read in it
 */
function loadInPlace(
  { namespace }: CommandLine,
  loader: ConfigurationLoader,
  programs: ChildPrograms,
): Loaded | string {
  const problem = namespace === undefined ? undefined : whyNotEntered(namespace);
  if (problem !== undefined) return problem;
  const loaded = loader.load();
  const named = namespace ?? loader.namespace;
  if (named === undefined) return loaded;
  // It was made outside.
  programs.dismiss();
  if (namespace !== undefined) return loaded;
  return whyNotEntered(named) ?? loader.load();
}

interface Surroundings {
  readonly options: CommandLine;
  readonly log: Log;
  readonly settings: Settings;
  readonly loader: ConfigurationLoader;
  readonly programs: ChildPrograms;
}

async function supervise({
  options,
  log,
  settings,
  loader,
  programs,
}: Surroundings): Promise<number> {
  const warn = (text: string): void => log.say(text, 'warning');
  const scripts = new ScriptRunner(warn);
  const watcher = new ScriptWatcher(scripts.launcher, warn);
  const mailer = new Mailer((text) => log.say(text));
  const fifos = new NotifyFifos(
    (place) => new NotifyFifo(place, { launcher: scripts.launcher, log: warn }),
  );
  const say = (text: string, level: LogLevel): void => log.say(text, level);
  const schedule = new ReloadSchedule(
    () => void supervisor.reload(),
    (text) => log.say(text),
  );
  const serviceSocket = process.env['NOTIFY_SOCKET'];
  const notify = (state: ServiceState): void => notifyServiceManager(serviceSocket, state);
  const supervisor = new Supervisor(options, settings, {
    programs,
    ports: {
      log,
      clock: systemClock,
      load: () => loader.load(),
      runScript: (script) => scripts.run(script),
      tellFifos: (name, line) => fifos.tell(name, line),
      watchScript: (script) => watcher.watch(script, script.timeout),
      sendMail: (mail) => mailer.send(mail),
      withdraw: (left) => withdraw(left, say),
      recordFile: new RecordFile(recordPath(options), warn),
      clearTable: (left) => clearTable(left, say),
      configure: (current) => {
        configure(current, scripts, mailer);
        for (const text of idleSessions(current, options)) warn(text);
        schedule.configure(current.global.reloadSchedule);
        const children = wantedChildren(current, options);
        fifos.configure(audibleFifos(current.global.notifyFifos, children));
      },
      inspect: (current) => scripts.inspect(scriptPrograms(current)),
      notify,
    },
  });
  const boundary = { watcher, log: (text: string) => log.say(text), notify };
  scripts.configure(scriptPolicy(settings));
  listenToSignals(supervisor, log, options.namespace);
  const { startupScript } = settings.global;
  await runBoundaryScript('startup', startupScript, { ...boundary, stop: endOf(supervisor) });
  const started = supervisor.start();
  programs.dismiss();
  if (await started) {
    notify({ READY: '1', MAINPID: String(process.pid) });
    reportReady();
  } else {
    reportFailure('tandemd was not started: its log says why');
  }
  const control = await openControl(options, supervisor, log);
  const exitStatus = await supervisor.finished;
  await Promise.all([mailer.flush(MAIL_GRACE), scripts.idle(SCRIPT_GRACE)]);
  fifos.close();
  schedule.configure(undefined);
  await runBoundaryScript('shutdown', supervisor.settings.global.shutdownScript, boundary);
  await control?.close();
  return exitStatus;
}

function endOf({ finished }: Supervisor): AbortSignal {
  const controller = new AbortController();
  void finished.then(() => controller.abort());
  return controller.signal;
}

function configure(settings: Settings, scripts: ScriptRunner, mailer: Mailer): void {
  const { supervisorName } = settings.global;
  if (supervisorName !== undefined) setProcessName(supervisorName);
  scripts.configure(scriptPolicy(settings));
  mailer.configure(mailRoute(settings.global));
}

/** The daemon serves without its control socket too; an operator is told what is wrong with it. */
async function openControl(
  options: CommandLine,
  supervisor: Supervisor,
  log: Log,
): Promise<ControlServer | undefined> {
  try {
    return await createControlServer(options.controlPath, {
      status: () => supervisor.status(),
      reload: () => Promise.resolve(supervisor.reload()),
      drain: (request) => supervisor.drain(request),
    });
  } catch (error) {
    log.say(`no control socket ${options.controlPath} for tandemctl: ${inWords(error)}`, 'warning');
    return undefined;
  }
}

function announce(options: CommandLine, log: Log): void {
  log.say(`Starting tandem v${VERSION}`);
  log.say(`Running on Linux ${release()} ${version()}`);
  log.say(
    `Command line: ${process.argv
      .slice(1)
      .map((word) => `'${word}'`)
      .join(' ')}`,
  );
  log.say(`Configuration file ${options.configurationFile}`);
  if (options.withoutEffect.length > 0) {
    log.say(`accepted, without effect yet: ${options.withoutEffect.join(' ')}`, 'notice');
  }
}

function sayLines(log: Log, text: string, level: LogLevel = 'notice'): void {
  for (const line of text.split('\n')) log.say(line, level);
}

function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
