import { test } from 'node:test';
import type { Implementation } from '../lib/daemon.ts';
import { Cluster } from './cluster.ts';
import { STEPS } from './steps.ts';

/** Defines the tests of the whole scenario with these daemons. */
export function scenarioTests(box1: Implementation, box2: Implementation): void {
  void test(`two boxes, ${box1} as MASTER and ${box2} as BACKUP`, async (context) => {
    const cluster = await Cluster.create({ box1, box2 });
    context.after(() => cluster.destroy());
    let broken = false;
    for (const step of STEPS) {
      // Later steps start where this one ends: they can tell nothing after a failure.
      if (broken) return;
      await context.test(`${step.number}. ${step.title}`, async (inner) => {
        broken = true;
        try {
          await step.play(cluster, {
            fact: (label, value) => inner.diagnostic(`${label}: ${value}`),
            text: () => undefined,
          });
        } catch (error) {
          for (const { host, daemon } of cluster.boxes) {
            inner.diagnostic(`log of ${host.name}:\n${daemon.log().slice(-3000)}`);
          }
          throw error;
        }
        broken = false;
      });
    }
    await context.test('no statistics of a bad packet', () => noBadPacket(cluster));
  });
}

/** keepalived counts what it drops; all counters of errors must be zero. */
async function noBadPacket(cluster: Cluster): Promise<void> {
  for (const { daemon, host } of cluster.boxes) {
    if (daemon.implementation !== 'keepalived') continue;
    const text = await daemon.statistics();
    const errors = /Packet Errors:([\s\S]*?)Priority Zero/.exec(text)?.[1] ?? '';
    const counts = [...errors.matchAll(/: (\d+)/g)].map(([, count]) => Number(count));
    if (counts.length < 6 || counts.some((count) => count !== 0)) {
      throw new Error(`statistics of ${host.name}:\n${text}`);
    }
  }
}
