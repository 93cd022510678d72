import type { Settings } from '@tandem/config';
import { seconds } from '@tandem/time';
import { ip } from '../../vrrp/test/instance-settings.ts';

/** Whole settings: the defaults and what the test is about. */
export function settings({
  global = {},
  ...changes
}: Partial<Omit<Settings, 'global'>> & {
  readonly global?: Partial<Settings['global']>;
} = {}): Settings {
  return {
    global: {
      routerId: 'test',
      enableScriptSecurity: false,
      lvsFlush: false,
      lvsFlushOnStop: false,
      noCheckerEmails: false,
      rsInitNotifies: false,
      noEmailFaults: false,
      notifyFifos: [],
      fifoStatesOnReload: false,
      logUnknownRouters: false,
      vrrpProcess: { locked: false },
      checkerProcess: { locked: false },
      bfdProcess: { locked: false },
      place: { usesPidFolder: false, isInDumpNames: false },
      childWait: seconds(5),
      dumpMode: 0o600,
      dumpFiles: { state: '/tmp/a.data', statistics: '/tmp/a.stats', json: '/tmp/a.json' },
      nftables: { table: 'tandem', priority: -1, counters: false },
      multicastGroup4: ip('224.0.0.18'),
      multicastGroup6: ip('ff02::12'),
      ...global,
    },
    vrrpInstances: [],
    syncGroups: [],
    staticEntries: [],
    trackScripts: [],
    trackFiles: [],
    trackProcesses: [],
    bfdSessions: [],
    virtualServers: [],
    ...changes,
  };
}
