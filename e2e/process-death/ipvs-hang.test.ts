// kernel: ipvs
// An ipvs process that stands still when the daemon is stopped, and whose predecessor was killed.
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Daemon } from '../lib/daemon.ts';
import type { Host } from '../lib/lan.ts';
import { syncDaemons, table } from '../lib/ipvs-table.ts';
import { waitUntil } from '../lib/wait.ts';
import { Cluster } from '../two-box-cluster/cluster.ts';

async function timeouts(host: Host): Promise<string> {
  const { stdout } = await host.exec(['ipvsadm', '-Ln', '--timeout']);
  return stdout.trim();
}

void test('the ipvs process hangs at stop: the supervisor takes its table out', async (context) => {
  const cluster = await Cluster.create({ box1: 'tandemd', box2: 'tandemd' });
  const { host, daemon } = cluster.box1;
  context.after(() => cluster.destroy());
  const before = await timeouts(host);
  const globals = 'global_defs {\n  lvs_timeouts tcp 71 tcpfin 72 udp 73\n}\n';
  appendFileSync(join(host.folder, 'keepalived.conf'), globals);
  daemon.start();
  const full = async (): Promise<boolean> =>
    (await table(host)).length > 0 && (await syncDaemons(host)).length > 0;
  await waitUntil('table and sync daemon', full, { limitMs: 60_000 });
  assert.equal(await timeouts(host), 'Timeout (tcp tcpfin udp): 71 72 73');
  const first = pidOf(daemon);
  process.kill(first, 'SIGKILL');
  const isReplaced = (): boolean => ![undefined, first].includes(daemon.pid('ipvs'));
  await waitUntil('a successor', isReplaced, { limitMs: 20_000 });
  process.kill(pidOf(daemon), 'SIGSTOP');
  await daemon.stop();
  assert.match(daemon.log(), /Healthcheck process did not end in time: killing it/);
  assert.deepEqual(await table(host), []);
  assert.deepEqual(await syncDaemons(host), []);
  assert.equal(await timeouts(host), before);
});

function pidOf(daemon: Daemon): number {
  const pid = daemon.pid('ipvs');
  assert.ok(pid !== undefined);
  return pid;
}
