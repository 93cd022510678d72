// kernel: ipvs
import { test } from 'node:test';
import { loadStep, tableStep } from '../two-box-cluster/balancing-steps.ts';
import { Cluster } from '../two-box-cluster/cluster.ts';
import { startBackupStep, startMasterStep } from '../two-box-cluster/failover-steps.ts';

void test('20,000 requests, 200 at once, through the VIP: none fails, each box answers half within 1 %', async (context) => {
  const cluster = await Cluster.create({ box1: 'tandemd', box2: 'tandemd' });
  context.after(() => cluster.destroy());
  const fact = (label: string, value: string): void => context.diagnostic(`${label}: ${value}`);
  for (const step of [startMasterStep, startBackupStep, tableStep]) {
    await step.play(cluster, { fact: () => undefined, text: () => undefined });
  }
  await loadStep(cluster, { count: 20_000, concurrency: 200 }, fact);
});
