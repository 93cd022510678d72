// kernel: any
// A vrrp process that stands still: it holds the VIP and neither sends nor gives way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitUntil } from '../lib/wait.ts';
import { settle } from '../takeover/takeover.ts';
import { Cluster, vipOn, type Box } from '../two-box-cluster/cluster.ts';

/** Three seconds without an answer, and what a loaded machine may add. */
const NOTICED_MS = 3250 + 1500;
/** A child gets so long for its orderly end; then its addresses are taken off in its place. */
const STOPPED_MS = 5000 + 1500;

void test('the vrrp process of the master hangs', async (context) => {
  const cluster = await Cluster.create({ box1: 'tandemd', box2: 'tandemd', flags: ['-P'] });
  const { box1, box2 } = cluster;
  context.after(() => cluster.destroy());

  await context.test('it is replaced, and the VIP is on one box again', async (inner) => {
    await settle(cluster);
    const pid = freeze(box1);
    const frozen = Date.now();
    await waitUntil('another vrrp process', () => (box1.daemon.pid('vrrp') ?? pid) !== pid, {
      limitMs: NOTICED_MS,
    });
    inner.diagnostic(`replaced after ${Date.now() - frozen} ms`);
    assert.match(box1.daemon.log(), /VRRP process does not answer: killing it/);
    await waitUntil('VIP off box 1', async () => (await vipOn(box1)) === undefined, {
      limitMs: 2000,
    });
    await settle(cluster);
    assert.equal(await vipOn(box2), undefined);
  });

  await context.test('at stop: the supervisor takes the VIP off', async (inner) => {
    await settle(cluster);
    freeze(box1);
    const stopped = Date.now();
    await box1.daemon.stop();
    const took = Date.now() - stopped;
    inner.diagnostic(`stopped after ${took} ms`);
    assert.ok(took < STOPPED_MS);
    assert.equal(await vipOn(box1), undefined);
    assert.match(box1.daemon.log(), /The VRRP process left its addresses behind: removed/);
    await waitUntil('VIP on box 2', () => vipOn(box2), { limitMs: 5000 });
  });
});

function freeze({ daemon }: Box): number {
  const pid = daemon.pid('vrrp');
  assert.ok(pid !== undefined);
  process.kill(pid, 'SIGSTOP');
  return pid;
}
