// kernel: any
// tandemd and keepalived as one virtual router, in all orders of their priorities: after each step
// exactly one master, the right one, within the protocol's time, and no packet that one of them
// finds bad. Several scenarios at the same time, as they mostly wait.
import { test } from 'node:test';
import type { Implementation } from '../lib/daemon.ts';
import { Network } from './network.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

/** At the same time; more would make daemons late on two cores. */
const CONCURRENCY = 10;

void test('beside keepalived', { concurrency: CONCURRENCY }, async (context) => {
  const runs = SCENARIOS.flatMap((scenario) =>
    [0, 1].map((offset) => ({ scenario, order: orderOf(scenario, offset) })),
  );
  await Promise.all(
    runs.map(({ scenario, order }) =>
      context.test(`${scenario.name}: ${order.join(', ')}`, () => play(scenario, order)),
    ),
  );
});

async function play(scenario: Scenario, order: readonly Implementation[]): Promise<void> {
  const network = await Network.create(scenario, order);
  try {
    for (const step of scenario.steps) await network.play(step);
    await network.noBadPacket();
  } finally {
    await network.destroy();
  }
}

/** The daemons in turns, of which one or the other is first. */
function orderOf({ priorities }: Scenario, offset: number): Implementation[] {
  return priorities.map((_, i) => ((i + offset) % 2 === 0 ? 'tandemd' : 'keepalived'));
}
