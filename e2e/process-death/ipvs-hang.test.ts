// kernel: ipvs
// An ipvs process that stands still when the daemon is stopped.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syncDaemons, table } from '../lib/ipvs-table.ts';
import { waitUntil } from '../lib/wait.ts';
import { Cluster } from '../two-box-cluster/cluster.ts';

void test('the ipvs process hangs at stop: the supervisor takes its table out', async (context) => {
  const cluster = await Cluster.create({ box1: 'tandemd', box2: 'tandemd' });
  const { host, daemon } = cluster.box1;
  context.after(() => cluster.destroy());
  daemon.start();
  const full = async (): Promise<boolean> =>
    (await table(host)).length > 0 && (await syncDaemons(host)).length > 0;
  await waitUntil('table and sync daemon', full, { limitMs: 60_000 });
  const pid = daemon.pid('ipvs');
  assert.ok(pid !== undefined);
  process.kill(pid, 'SIGSTOP');
  await daemon.stop();
  assert.match(daemon.log(), /Healthcheck process did not end in time: killing it/);
  assert.deepEqual(await table(host), []);
  assert.deepEqual(await syncDaemons(host), []);
});
