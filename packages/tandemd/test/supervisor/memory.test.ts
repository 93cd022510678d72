import { expect, test } from 'vitest';
import { Memory } from '../../src/supervisor/memory.ts';

test('each successor begins above all authentication headers that any before it may have sent', () => {
  const memory = new Memory();
  memory.note('vrrp', { type: 'alive', atMonotonicMs: 1, ahSequence: 5000 });
  memory.note('ipvs', { type: 'alive', atMonotonicMs: 2 });
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
    const { kernelChanges, ipvsMemory } = memory.forChild(name, true);
    return kernelChanges ?? ipvsMemory?.timeouts;
  });
  expect(heard).toEqual([changes, change]);
  expect([memory.leftByVrrp.kernelChanges, memory.leftTable.timeouts]).toEqual([changes, change]);
  memory.forget('vrrp');
  memory.forget('ipvs');
  expect([memory.leftByVrrp.kernelChanges, memory.leftTable.timeouts]).toEqual([[], undefined]);
});

test('the first vrrp process of a daemon hears what one that was killed has changed', () => {
  const changes = [{ path: 'ipv4/conf/all/rp_filter', before: 1, ours: 0 }];
  expect(new Memory(changes).forChild('vrrp', false)).toEqual({ kernelChanges: changes });
});
