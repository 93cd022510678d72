import { expect, test } from 'vitest';
import { ip } from '../../../vrrp/test/instance-settings.ts';
import { daemonChanges, wantedDaemons, type SyncSettings } from '../../src/ipvs/sync-daemon.ts';

const ETH0 = { name: 'ETH0', virtualRouterId: 10, lvsSyncDaemonInterface: 'eth0' };
const MASTER = { role: 'master', interface: 'eth0', syncId: 0 } as const;
const BACKUP = { role: 'backup', interface: 'eth0', syncId: 0 } as const;

function of(...vrrpInstances: SyncSettings['vrrpInstances']): SyncSettings {
  return { global: {}, vrrpInstances };
}

test('the role follows the instance, and is backup unless it is MASTER', () => {
  expect(wantedDaemons(of(ETH0), new Map([['ETH0', 'MASTER']]))).toEqual([MASTER]);
  for (const state of ['BACKUP', 'FAULT', 'INIT'] as const)
    expect(wantedDaemons(of(ETH0), new Map([['ETH0', state]]))).toEqual([BACKUP]);
  expect(wantedDaemons(of(ETH0), new Map())).toEqual([BACKUP]);
});

test('instances without a sync interface want none', () => {
  expect(wantedDaemons(of({ name: 'A', virtualRouterId: 1 }), new Map())).toEqual([]);
});

test('keepalived: an instance of its own keyword has sync id 0, whatever its VRID', () => {
  expect(wantedDaemons(of({ ...ETH0, virtualRouterId: 77 }), new Map())).toEqual([BACKUP]);
});

test('of several instances the first one gets each role', () => {
  const second = { ...ETH0, name: 'B', lvsSyncDaemonInterface: 'eth1' };
  const third = { ...ETH0, name: 'C', lvsSyncDaemonInterface: 'eth2' };
  const states = new Map([['B', 'MASTER'] as const]);
  expect(wantedDaemons(of(ETH0, second, third), states)).toEqual([
    BACKUP,
    { ...MASTER, interface: 'eth1' },
  ]);
});

test('a change of role stops one and starts the other; nothing changes twice', () => {
  expect(daemonChanges([MASTER], [BACKUP])).toEqual({ stop: ['backup'], start: [MASTER] });
  expect(daemonChanges([MASTER], [MASTER])).toEqual({ stop: [], start: [] });
  expect(daemonChanges([], [MASTER, BACKUP])).toEqual({ stop: ['master', 'backup'], start: [] });
});

test('another interface or sync id is a restart', () => {
  for (const old of [
    { ...MASTER, interface: 'eth1' },
    { ...MASTER, syncId: 9 },
  ])
    expect(daemonChanges([MASTER], [old])).toEqual({ stop: ['master'], start: [MASTER] });
});

test('lvs_sync_daemon follows its instance, with the VRID of that unless it has an id', () => {
  const lvsSyncDaemon = { interface: 'eth1', instance: 'ETH0', ttl: 3 } as const;
  const vrrpInstances = [{ name: 'ETH0', virtualRouterId: 10 }];
  const states = new Map([['ETH0', 'MASTER'] as const]);
  const daemon = { role: 'master', interface: 'eth1', syncId: 10, ttl: 3 } as const;
  expect(wantedDaemons({ global: { lvsSyncDaemon }, vrrpInstances }, states)).toEqual([daemon]);
  const withId = { global: { lvsSyncDaemon: { ...lvsSyncDaemon, syncId: 5 } }, vrrpInstances };
  expect(wantedDaemons(withId, new Map())).toEqual([{ ...daemon, role: 'backup', syncId: 5 }]);
});

test('lvs_sync_daemon without an instance sends and listens, and comes before those of instances', () => {
  const global = { lvsSyncDaemon: { interface: 'eth1' } };
  expect(wantedDaemons({ global, vrrpInstances: [ETH0] }, new Map())).toEqual([
    { role: 'master', interface: 'eth1', syncId: 0 },
    { role: 'backup', interface: 'eth1', syncId: 0 },
  ]);
});

test('an option that differs is a restart; what the kernel chose is left alone', () => {
  const running = { ...MASTER, maximumLength: 1472, port: 8848, ttl: 1 };
  expect(daemonChanges([MASTER], [running])).toEqual({ stop: [], start: [] });
  const other = { ...MASTER, ttl: 3 };
  expect(daemonChanges([other], [running])).toEqual({ stop: ['master'], start: [other] });
});

test('a length that the kernel has changed to one that it allows is left alone', () => {
  const group = ip('ff02::81');
  for (const [wanted, maximumLength] of [
    [{ ...BACKUP, maximumLength: 600 }, 1024],
    [{ ...MASTER, maximumLength: 600 }, 600],
    [{ ...MASTER, maximumLength: 65_507, group }, 65_487],
    [{ ...BACKUP, maximumLength: 65_507 }, 65_507],
  ] as const) {
    const running = { ...wanted, maximumLength, port: 8848, ttl: 1 };
    expect(daemonChanges([wanted], [running])).toEqual({ stop: [], start: [] });
    const other = { ...running, maximumLength: 1400 };
    expect(daemonChanges([wanted], [other]).start).toEqual([wanted]);
  }
});
