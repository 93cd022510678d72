import { createSession } from '@tandem/bfd';
import type { VirtualServerSnapshot } from '@tandem/status';
import { expect, test } from 'vitest';
import { settingsOf } from '../../../bfd/test/sessions.ts';
import { NOTHING_LEFT } from '../../src/kernel-record.ts';
import { Memory } from '../../src/supervisor/memory.ts';
import { vip } from '../vrrp/fake-host.ts';

test('each successor begins above all authentication headers that any before it may have sent', () => {
  const memory = new Memory();
  memory.note('vrrp', { type: 'ah-sequence', highest: 5000 });
  const starts = [1, 2].map(() => memory.forChild('vrrp', true).vrrpMemory?.ahSequence ?? 0);
  expect(starts[0]).toBeGreaterThan(5000);
  expect(starts[1]).toBeGreaterThan(starts[0] ?? 0);
});

test("a successor hears which of the kernel's numbers and timeouts its predecessors have changed", () => {
  const memory = new Memory();
  const changes = [{ path: 'ipv4/conf/all/rp_filter', before: 1, ours: 0 }];
  const before = { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300 };
  const change = { before, ours: { ...before, tcpSeconds: 1 } };
  memory.note('vrrp', { type: 'kernel-changes', changes });
  memory.note('ipvs', { type: 'timeouts-change', change });
  const heard = (['vrrp', 'ipvs'] as const).map((name) => {
    const { leftByVrrp, leftByIpvs } = memory.forChild(name, true);
    return leftByVrrp?.kernelChanges ?? leftByIpvs?.timeouts;
  });
  expect(heard).toEqual([changes, change]);
  memory.forget('vrrp');
  memory.forget('ipvs');
  expect(memory.left).toEqual(NOTHING_LEFT);
});

test('the first processes of a daemon hear what one that was killed has left', () => {
  const left = {
    vrrp: { ...NOTHING_LEFT.vrrp, tables: ['vips'] },
    ipvs: { services: [], daemons: true },
  };
  const memory = new Memory(left);
  expect(memory.forChild('vrrp', false)).toEqual({ leftByVrrp: left.vrrp });
  expect(memory.forChild('ipvs', false)).toEqual({ leftByIpvs: left.ipvs, vrrpStates: [] });
});

test("an address that is the box's own is left by nobody", () => {
  const addresses = [vip('10.77.0.100'), vip('10.77.0.101')];
  const memory = new Memory({ ...NOTHING_LEFT, vrrp: { ...NOTHING_LEFT.vrrp, addresses } });
  memory.note('vrrp', { type: 'spared', addresses: addresses.slice(0, 1) });
  expect(memory.left.vrrp.addresses).toEqual(addresses.slice(1));
});

function server(mark: number, quorumUp: boolean): VirtualServerSnapshot {
  return {
    key: { kind: 'fwmark', mark, family: 4 },
    scheduler: 'rr',
    quorumUp,
    quorum: 1,
    weightSum: 1,
    realServers: [],
  };
}

test('of virtual servers that have changed the last report counts, of others the one before', () => {
  const memory = new Memory();
  const tell = (
    virtualServers: readonly VirtualServerSnapshot[],
    problems: readonly string[],
    part: { part?: true } = { part: true },
  ): void => memory.note('ipvs', { type: 'ipvs-status', virtualServers, problems, ...part });
  tell([server(1, true), server(2, true), server(3, true)], [], {});
  tell([server(2, false)], ['full']);
  expect(memory.virtualServers.all).toEqual([server(1, true), server(2, false), server(3, true)]);
  expect(memory.problems).toEqual(['full']);
  tell([], []);
  expect(memory.virtualServers.all).toEqual([server(1, true), server(2, false), server(3, true)]);
  expect(memory.problems).toEqual([]);
  tell([server(2, true)], [], {});
  expect(memory.virtualServers.all).toEqual([server(2, true)]);
});

test('who follows a session of BFD hears at its start what is known of it', () => {
  const memory = new Memory();
  memory.note('bfd', { type: 'bfd-state', name: 'B1', up: true });
  expect(memory.forChild('vrrp', false)).toMatchObject({ bfdStates: { B1: true } });
  expect(memory.forChild('ipvs', false)).toMatchObject({ bfdStates: { B1: true } });
  expect(memory.loseSessions()).toEqual([{ type: 'bfd-state', name: 'B1', up: false }]);
  expect(memory.forChild('vrrp', false)).not.toHaveProperty('bfdStates');
});

test('a successor of the bfd process gets its sessions, the first one none', () => {
  const memory = new Memory();
  const session = createSession(settingsOf(), 7);
  memory.note('bfd', { type: 'bfd-status', sessions: [session], problems: ['A problem'] });
  expect(memory.problems).toEqual(['A problem']);
  expect(memory.forChild('bfd', false)).toEqual({});
  expect(memory.forChild('bfd', true)).toEqual({ bfdSessions: [session] });
  memory.note('bfd', { type: 'bfd-state', name: 'B1', up: true });
  expect(memory.forChild('bfd', true)).toMatchObject({ bfdStates: { B1: true } });
});
