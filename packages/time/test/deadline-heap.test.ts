import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeadlineHeap, instant, type HeapEntry } from '../src/index.ts';

test('a heap that is filled and thinned out gives its entries in order', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ at: fc.nat(50), leaves: fc.boolean() })), (planned) => {
      const heap = new DeadlineHeap<HeapEntry>();
      const entries = planned.map(({ at }) => ({ at: instant(at), index: -1 }));
      for (const entry of entries) heap.insert(entry);
      const kept = entries.filter((entry, i) => {
        if (planned[i]?.leaves) heap.remove(entry);
        return entry.index >= 0;
      });
      const order = [];
      for (let first = heap.first; first !== undefined; first = heap.first) {
        order.push(first.at);
        heap.remove(first);
      }
      expect(order).toEqual(kept.map(({ at }) => at).sort((a, b) => a - b));
      expect(entries.every(({ index }) => index < 0)).toBe(true);
    }),
  );
});
