/** What the daemon does on signals. @see keepalived(8) SIGNALS */
import type { GlobalSettings } from '@tandem/config';
import { onSignal } from '@tandem/raw-socket';
import { formatStatistics } from '@tandem/status';
import type { ChildName } from '../ipc.ts';
import { STRAY_SIGNALS } from '../stray-signals.ts';
import { formatBfdData } from './bfd-data.ts';
import { writeDumpFile } from './dump-file.ts';
import { formatGlobalData } from './global-data.ts';
import type { Log } from './log.ts';
import { fullyNamed } from './mail-route.ts';
import { formatLvsData } from './lvs-data.ts';
import { dumpPath } from './place.ts';
import type { Supervisor } from './supervisor.ts';
import { formatVrrpData } from './vrrp-data.ts';
import { formatVrrpJson, formatVrrpJson2 } from './vrrp-json.ts';

interface Dump {
  readonly signal: number;
  /** In the log line `Printing WHAT for process(N) on signal`. */
  readonly what: string;
  readonly path: (files: GlobalSettings['dumpFiles']) => string;
  /** Whose it is: not written where that does not run. */
  readonly child?: ChildName;
  readonly format: (supervisor: Supervisor) => Promise<string>;
}

/** SIGRTMIN is 34 under glibc, so that 36 is keepalived's JSON signal and 63 its STATS_CLEAR. */
const DUMPS: readonly Dump[] = [
  {
    signal: 10,
    what: 'parent data',
    path: () => '/tmp/keepalived_parent.data',
    format: ({ settings }) => globalData(settings.global),
  },
  { signal: 10, what: 'VRRP data', path: ({ state }) => state, child: 'vrrp', format: vrrpData },
  {
    signal: 10,
    what: 'checker data',
    path: () => '/tmp/keepalived_check.data',
    child: 'ipvs',
    format: checkerData,
  },
  {
    signal: 10,
    what: 'BFD data',
    path: () => '/tmp/keepalived_bfd.data',
    child: 'bfd',
    format: bfdData,
  },
  {
    signal: 12,
    what: 'VRRP stats',
    path: ({ statistics }) => statistics,
    format: async (supervisor) => formatStatistics((await supervisor.status()).vrrp),
  },
  {
    signal: 63,
    what: 'and clearing VRRP stats',
    path: ({ statistics }) => statistics,
    format: async (supervisor) => formatStatistics(await supervisor.clearStatistics()),
  },
  {
    signal: 36,
    what: 'VRRP as json',
    path: ({ json }) => json,
    format: vrrpJson,
  },
];

/** With the names that mails have. */
async function globalData(global: GlobalSettings): Promise<string> {
  return formatGlobalData(await fullyNamed(global));
}

async function vrrpJson(supervisor: Supervisor): Promise<string> {
  const { vrrp } = await supervisor.status();
  const { settings } = supervisor;
  if (settings.global.jsonVersion === 2) return formatVrrpJson2(settings, vrrp);
  return formatVrrpJson(settings.vrrpInstances, vrrp);
}

async function vrrpData(supervisor: Supervisor): Promise<string> {
  const { vrrp } = await supervisor.status();
  const { global, vrrpInstances } = supervisor.settings;
  return `${await globalData(global)}${formatVrrpData(vrrpInstances, vrrp)}`;
}

async function checkerData(supervisor: Supervisor): Promise<string> {
  const { virtualServers } = await supervisor.status();
  const { settings } = supervisor;
  return `${await globalData(settings.global)}${formatLvsData(settings.virtualServers, virtualServers)}`;
}

async function bfdData(supervisor: Supervisor): Promise<string> {
  const sessions = await supervisor.sessions();
  return `${await globalData(supervisor.settings.global)}${formatBfdData(sessions)}`;
}

/**
 * Reacts to signals from now on, until the process ends.
 * @param namespace - of the command line
 */
export function listenToSignals(supervisor: Supervisor, log: Log, namespace?: string): void {
  const stop = (): void => {
    log.say('Stopping');
    supervisor.stop();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', () => void supervisor.reload());
  const dumped = new Set(DUMPS.map((dump) => dump.signal));
  for (const signal of dumped) {
    const dumps = DUMPS.filter((dump) => dump.signal === signal);
    onSignal(signal, () => void writeAll(dumps, { supervisor, log, namespace }));
  }
  for (const signal of STRAY_SIGNALS.filter((each) => !dumped.has(each)))
    onSignal(signal, () => log.say(`signal ${signal} has no effect`, 'notice'));
}

async function writeAll(
  dumps: readonly Dump[],
  {
    supervisor,
    log,
    namespace,
  }: {
    readonly supervisor: Supervisor;
    readonly log: Log;
    readonly namespace?: string | undefined;
  },
): Promise<void> {
  const { processes } = await supervisor.status();
  for (const { what, path: pathAmong, child, format } of dumps) {
    const { dumpFiles, dumpMode, place } = supervisor.settings.global;
    const path = dumpPath(pathAmong(dumpFiles), place, namespace);
    if (child !== undefined && !processes.some(({ name }) => name === child)) continue;
    log.say(`Printing ${what} for process(${process.pid}) on signal`);
    try {
      writeDumpFile(path, await format(supervisor), dumpMode);
    } catch (error) {
      log.say(`${path} cannot be written: ${String(error)}`, 'warning');
    }
  }
}
