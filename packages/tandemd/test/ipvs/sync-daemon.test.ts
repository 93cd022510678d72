import { expect, test } from 'vitest';
import { daemonChanges, wantedDaemons } from '../../src/ipvs/sync-daemon.ts';

const ETH0 = { name: 'ETH0', virtualRouterId: 10, lvsSyncDaemonInterface: 'eth0' };
const MASTER = { role: 'master', interface: 'eth0', syncId: 10 } as const;
const BACKUP = { role: 'backup', interface: 'eth0', syncId: 10 } as const;

test('the role follows the instance, and is backup unless it is MASTER', () => {
  expect(wantedDaemons([ETH0], new Map([['ETH0', 'MASTER']]))).toEqual([MASTER]);
  for (const state of ['BACKUP', 'FAULT', 'INIT'] as const)
    expect(wantedDaemons([ETH0], new Map([['ETH0', state]]))).toEqual([BACKUP]);
  expect(wantedDaemons([ETH0], new Map())).toEqual([BACKUP]);
});

test('instances without a sync interface want none', () => {
  expect(wantedDaemons([{ name: 'A', virtualRouterId: 1 }], new Map())).toEqual([]);
});

test('of several instances the first one gets each role', () => {
  const second = { ...ETH0, name: 'B', virtualRouterId: 11 };
  const third = { ...ETH0, name: 'C', virtualRouterId: 12 };
  const states = new Map([['B', 'MASTER'] as const]);
  expect(wantedDaemons([ETH0, second, third], states)).toEqual([BACKUP, { ...MASTER, syncId: 11 }]);
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
