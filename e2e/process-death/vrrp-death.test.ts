// kernel: any
// What the wire sees when a process of the master dies, where starting a program takes no time.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { AddressWatch } from '../lib/address-watch.ts';
import type { SeenAdvert } from '../lib/capture.ts';
import { onlyInstance, status } from '../lib/status.ts';
import { waitUntil } from '../lib/wait.ts';
import { settle, SKEW_MS } from '../takeover/takeover.ts';
import { Cluster, VIP, vipOn } from '../two-box-cluster/cluster.ts';

/** A backup has not missed its third advert by then. */
const SILENCE_MS_MAX = 3000;
/** What a loaded machine may add. */
const ELSE_MS = 250;

void test('the wire when a process of the master dies', async (context) => {
  const cluster = await Cluster.create({ box1: 'tandemd', box2: 'tandemd', flags: ['-P'] });
  const { box1, box2, capture } = cluster;
  const watch = await AddressWatch.start(box1.host);
  context.after(async () => {
    await watch.stop();
    await cluster.destroy();
  });
  for (const pauseMs of [0, 900]) {
    const name = `the vrrp process ${pauseMs} ms after an advert: the adverts and the VIP go on`;
    await context.test(name, async (inner) => {
      await settle(cluster, pauseMs);
      const before = onlyInstance(await status(box1.host, box1.daemon));
      const pid = box1.daemon.pid('vrrp');
      assert.ok(pid !== undefined);
      const killed = Date.now();
      process.kill(pid, 'SIGKILL');
      const heard = (): SeenAdvert[] => capture.adverts(killed - 1200);
      await waitUntil('adverts', () => heard().length >= 6, { limitMs: 10_000 });
      const gaps = heard().map(({ atMs }, i) => atMs - (heard()[i - 1]?.atMs ?? atMs));
      inner.diagnostic(`longest time between two adverts: ${Math.max(...gaps).toFixed(0)} ms`);
      assert.ok(Math.max(...gaps) < SILENCE_MS_MAX, gaps.join());
      for (const { source, priority } of heard()) {
        assert.deepEqual({ source, priority }, { source: box1.host.address, priority: 200 });
      }
      const changes = watch.changes.filter(({ atMs }) => atMs >= killed);
      assert.deepEqual(changes, []);
      const after = onlyInstance(await status(box1.host, box1.daemon));
      assert.equal(after.state, 'MASTER');
      assert.equal(after.lastTransitionEpochMs, before.lastTransitionEpochMs);
      assert.notEqual(box1.daemon.pid('vrrp'), pid);
      assert.equal(await vipOn(box2), undefined);
    });
  }
  await context.test('the supervisor: its child leaves with priority 0', async (inner) => {
    await settle(cluster);
    const pids = [box1.daemon.pid('supervisor'), box1.daemon.pid('vrrp')];
    const [supervisor, vrrp] = pids;
    assert.ok(supervisor !== undefined && vrrp !== undefined);
    const killed = Date.now();
    process.kill(supervisor, 'SIGKILL');
    const first = await waitUntil(
      'adverts of box 2',
      () => capture.adverts(killed).find(({ source }) => source === box2.host.address),
      { limitMs: 10_000 },
    );
    const last = capture.adverts(killed).filter(({ source }) => source === box1.host.address);
    assert.equal(last.at(-1)?.priority, 0);
    inner.diagnostic(`box 2 is master after ${(first.atMs - killed).toFixed(0)} ms`);
    assert.ok(first.atMs - killed <= SKEW_MS + ELSE_MS);
    const gone = (): boolean => !existsSync(`/proc/${vrrp}`);
    await waitUntil('end of the vrrp process', gone, { limitMs: 5000 });
    assert.equal(await vipOn(box1), undefined);
    assert.deepEqual(await vipOn(box2), { address: `${VIP}/24`, secondary: true });
  });
});
