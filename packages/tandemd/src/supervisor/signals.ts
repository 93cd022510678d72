/** What the daemon does on signals. @see keepalived(8) SIGNALS */
import { onSignal } from '@tandem/raw-socket';
import { formatStatistics } from '@tandem/status';
import { writeDumpFile } from './dump-file.ts';
import type { Log } from './log.ts';
import type { Supervisor } from './supervisor.ts';
import { formatVrrpData } from './vrrp-data.ts';
import { formatVrrpJson } from './vrrp-json.ts';

interface Dump {
  readonly signal: number;
  /** In the log line `Printing WHAT for process(N) on signal`. */
  readonly what: string;
  readonly path: string;
  readonly format: (
    settings: Parameters<typeof formatVrrpJson>[0],
    snapshots: Parameters<typeof formatVrrpJson>[1],
  ) => string;
}

/** SIGRTMIN is 34 under glibc, so that 36 is keepalived's JSON signal and 63 its STATS_CLEAR. */
const DUMPS: readonly Dump[] = [
  { signal: 10, what: 'VRRP data', path: '/tmp/keepalived.data', format: formatVrrpData },
  {
    signal: 12,
    what: 'VRRP stats',
    path: '/tmp/keepalived.stats',
    format: (_settings, snapshots) => formatStatistics(snapshots),
  },
  { signal: 36, what: 'VRRP as json', path: '/tmp/keepalived.json', format: formatVrrpJson },
];

/** Signals that keepalived knows and that do nothing here yet; unhandled they would kill. */
const IGNORED: readonly number[] = [63, 64];

/** Reacts to signals from now on, until the process ends. */
export function listenToSignals(supervisor: Supervisor, log: Log): void {
  const stop = (): void => {
    log.say('Stopping');
    supervisor.stop();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', () => void supervisor.reload());
  for (const dump of DUMPS) onSignal(dump.signal, () => void write(dump, supervisor, log));
  for (const signal of IGNORED) {
    onSignal(signal, () => log.say(`signal ${signal} has no effect yet`, 'notice'));
  }
}

async function write(dump: Dump, supervisor: Supervisor, log: Log): Promise<void> {
  log.say(`Printing ${dump.what} for process(${process.pid}) on signal`);
  const { vrrp } = await supervisor.status();
  try {
    writeDumpFile(dump.path, dump.format(supervisor.settings.vrrpInstances, vrrp));
  } catch (error) {
    log.say(`${dump.path} cannot be written: ${String(error)}`, 'warning');
  }
}
