/** The vrrp process: its surroundings, wired to what it does. Started by the supervisor only. */
import { writeSync } from 'node:fs';
import type { Settings } from '@tandem/config';
import {
  keepNftablesSockets,
  removeTable,
  replaceDropTable,
  RouteMonitor,
  Rtnetlink,
  surveyDropTable,
} from '@tandem/netlink';
import type { ScriptPolicy } from '@tandem/notify';
import { Alarm } from '@tandem/raw-socket';
import { seconds } from '@tandem/time';
import { leaveSignalsToSupervisor } from './child-signals.ts';
import { farewell } from './farewell.ts';
import type { FromChild, ToChild } from './ipc.ts';
import { Outbox } from './outbox.ts';
import { runAhead, runAs } from './process-settings.ts';
import { answerPings } from './pulse.ts';
import { scriptPolicy } from './script-policy.ts';
import { SettingsReceiver, type SentToChild } from './settings-transport.ts';
import { systemClock } from './system-clock.ts';
import { AdvertNetwork, type NetworkHandler } from './vrrp/advert-network.ts';
import { ConfigurationError } from './vrrp/configuration-error.ts';
import { PROC_NUMBERS } from './vrrp/kernel-changes.ts';
import { ProcessScanner } from './vrrp/process-scanner.ts';
import { BY_IPTABLES, BY_NFTABLES } from './vrrp/redirect-means.ts';
import { SequenceNumbers } from './vrrp/sequence-numbers.ts';
import { VrrpProcess } from './vrrp/vrrp-process.ts';
import { WatchedFile } from './watched-file.ts';

/** Exit status that the supervisor does not try again. @see keepalived(8) EXIT STATUS */
const EXIT_CONFIGURATION = 2;
const EXIT_PERMISSION = 4;

/** Before the kernel has other numbers: a successor must know what to put back. */
const PRESSING = ['kernel-changes'] as const;

/** Scripts that were wanted when nobody was left to run them. */
const orphanedScripts: Extract<FromChild, { type: 'script' }>[] = [];
/** The same for the FIFOs. */
const orphanedLines: string[] = [];
let fifos: Settings['global']['notifyFifos'] = [];
/** They must not have more rights than the supervisor would have given them. */
let policy: ScriptPolicy = { security: true };

/** Of a network that only sends. */
const UNHEARD: NetworkHandler = {
  packet: () => undefined,
  garbage: () => undefined,
  detail: () => undefined,
  warn: () => undefined,
};

const processes = new ProcessScanner();
const outbox = new Outbox(send, PRESSING);

keepNftablesSockets();
const tables = Rtnetlink.open();
const monitors: RouteMonitor[] = [];
let buffers: Settings['global']['netlinkBuffers'];

const child = new VrrpProcess({
  clock: systemClock,
  epochMs: () => Date.now(),
  openAlarm: (ring) => Alarm.open(ring),
  tables,
  stage: {
    requests: tables,
    openNetwork: (interfaces) => new AdvertNetwork(interfaces, UNHEARD, new SequenceNumbers(0, 0)),
  },
  kernelNumbers: PROC_NUMBERS,
  nftables: {
    replace: replaceDropTable,
    remove: removeTable,
    survey: surveyDropTable,
    redirect: [BY_NFTABLES, BY_IPTABLES],
  },
  monitor: (events) => {
    openMonitor(['links', 'addresses'], {
      link: (link, removed) => events.link(link, removed),
      address: (address, removed) => events.address(address, removed),
      route: () => undefined,
      rule: () => undefined,
      overrun: () => events.overrun(),
    });
  },
  monitorRouting: (events) => {
    openMonitor(['routes', 'rules'], {
      link: () => undefined,
      address: () => undefined,
      route: (route, removed) => events.route(route, removed),
      rule: (rule, removed) => events.rule(rule, removed),
      overrun: () => events.routingOverrun(),
    });
  },
  countProcesses: (wanted) => processes.count(wanted),
  watchFile: (settings, observer) => new WatchedFile(settings, observer),
  openNetwork: (interfaces, handler, numbers) => new AdvertNetwork(interfaces, handler, numbers),
  send: (message) => outbox.add(message),
});

function openMonitor(...[groups, handler]: Parameters<typeof RouteMonitor.open>): void {
  const monitor = RouteMonitor.open(groups, handler);
  monitor.resize(buffers?.vrrpMonitor);
  monitors.push(monitor);
}

function resizeBuffers(wanted: typeof buffers): void {
  buffers = wanted;
  tables.resize(wanted?.vrrpCommand);
  for (const monitor of monitors) monitor.resize(wanted?.vrrpMonitor);
}

function send(messages: readonly FromChild[]): void {
  if (process.connected) process.send?.(messages, undefined, undefined, () => undefined);
  else for (const message of messages) manageAlone(message);
}

/** Without a supervisor, lines go to stderr, scripts and FIFOs are served here, mails are lost. */
function manageAlone(message: FromChild): void {
  if (message.type === 'log') complain(message.text);
  else if (message.type === 'log-lines') complain(message.lines);
  else if (message.type === 'script') orphanedScripts.push(message);
  else if (message.type === 'fifo') orphanedLines.push(message.line);
}

function warn(text: string): void {
  outbox.add({ type: 'log', level: 'warning', text });
}

function complain(text: string): void {
  try {
    writeSync(2, `${text}\n`);
  } catch {
    // Nobody listens any more.
  }
}

async function leave(): Promise<void> {
  await child.stop();
  outbox.flush();
  await runOrphanedScripts();
  await farewell({ type: 'stopped' });
  process.exit(0);
}

async function runOrphanedScripts(): Promise<void> {
  if (orphanedScripts.length + orphanedLines.length === 0) return;
  const { NotifyFifo, ScriptRunner } = await import('@tandem/notify');
  const runner = new ScriptRunner(complain);
  runner.configure(policy);
  for (const { hears, path } of fifos) {
    if (hears === 'lvs') continue;
    const fifo = new NotifyFifo({ path }, { launcher: runner.launcher, log: complain });
    for (const line of orphanedLines) fifo.write(line);
    fifo.close();
  }
  for (const script of orphanedScripts.splice(0)) runner.run(script);
  await runner.idle(seconds(0));
}

async function fail(error: unknown): Promise<void> {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const status =
    error instanceof ConfigurationError
      ? EXIT_CONFIGURATION
      : code === 'EPERM'
        ? EXIT_PERMISSION
        : 1;
  outbox.flush();
  if (process.connected) await farewell({ type: 'log', level: 'err', text });
  else complain(text);
  process.exit(status);
}

async function obey(message: ToChild): Promise<void> {
  try {
    await child.receive(message);
    if (message.type === 'start') answerPings();
  } catch (error) {
    await fail(error);
  }
}

const received = new SettingsReceiver();
process.on('message', (sent: SentToChild) => {
  const message = received.decode(sent);
  if ('settings' in message) {
    policy = scriptPolicy(message.settings);
    fifos = message.settings.global.notifyFifos;
    resizeBuffers(message.settings.global.netlinkBuffers);
    runAs(message.settings.global.vrrpProcess, warn);
    runAhead(message.settings.global.vrrpProcess, warn);
  }
  void (message.type === 'stop' ? leave() : obey(message));
});
process.on('disconnect', () => void leave());
process.on('SIGTERM', () => void leave());
// Of a crash: what led to it is in the log.
process.on('exit', () => outbox.flush());
leaveSignalsToSupervisor();
// It may have gone before anybody listened.
if (!process.connected) void leave();
