import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lanes } from '../src/lanes.ts';

test('whatever ends when, tasks of a lane run in order and alone, and no more than allowed at once', async () => {
  const lane = fc.constantFrom('a', 'b', 'c', 'd');
  const turns = fc.integer({ min: 0, max: 9 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(lane, turns)), fc.integer({ min: 1, max: 3 }), check),
  );
});

/** @param tasks - the lane of each, and how many turns of the event loop it takes */
async function check(tasks: readonly (readonly [string, number])[], atOnce: number): Promise<void> {
  const lanes = new Lanes(atOnce);
  const running = new Set<string>();
  const ended: number[] = [];
  const violations: string[] = [];
  tasks.forEach(([lane, turns], i) =>
    lanes.add(lane, async () => {
      if (running.has(lane)) violations.push(`${lane} runs already`);
      running.add(lane);
      if (running.size > atOnce) violations.push(`${running.size} run at once`);
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
      running.delete(lane);
      ended.push(i);
    }),
  );
  await lanes.whenIdle();
  expect(violations).toEqual([]);
  expect([ended.length, lanes.unfinished]).toEqual([tasks.length, 0]);
  for (const lane of new Set(tasks.map(([each]) => each))) {
    const order = ended.filter((i) => tasks[i]?.[0] === lane);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  }
}
