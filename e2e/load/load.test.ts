// kernel: ipvs
import { test } from 'node:test';
import { loadStep } from '../two-box-cluster/balancing-steps.ts';
import { bringUp } from '../two-box-cluster/bring-up.ts';
import { Cluster } from '../two-box-cluster/cluster.ts';

void test('20,000 requests, 200 at once, through the VIP: none fails, each box answers half within 1 %', async (context) => {
  const cluster = await Cluster.create({ box1: 'tandemd', box2: 'tandemd' });
  context.after(() => cluster.destroy());
  const fact = (label: string, value: string): void => context.diagnostic(`${label}: ${value}`);
  await bringUp(cluster);
  await loadStep(cluster, { count: 20_000, concurrency: 200 }, fact);
});
