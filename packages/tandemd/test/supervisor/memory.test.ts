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
