// kernel: ipvs
// Every process of a daemon dies once, on the master and on the backup, while clients send requests.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessName } from '../lib/daemon.ts';
import { syncDaemons, table } from '../lib/ipvs-table.ts';
import { waitUntil } from '../lib/wait.ts';
import { bringUp, startBackup } from '../two-box-cluster/bring-up.ts';
import {
  Cluster,
  redirectRules,
  setRules,
  VIP,
  vipOn,
  type Box,
} from '../two-box-cluster/cluster.ts';

const CLIENTS = 3;
/** Long enough for a lost first packet to be sent again. */
const REQUEST_LIMIT_MS = 4000;
const PAUSE_MS = 20;
const WARM_UP_MS = 1500;
/** After so long everything must be as it should. */
const SETTLED_MS = 5000;
/**
 * A program that starts in a tenth of a second elsewhere takes two in a user-mode kernel: with
 * adverts every 2 s instead of every second the successor is as much in time as it would be there.
 */
const ADVERT_SECONDS = 2;
/** A backup has not missed its third advert by then. */
const SILENCE_MS_MAX = 3000 * ADVERT_SECONDS;
/**
 * Box 2's skew time after priority 0, and what a user-mode kernel may add; what the machine stands
 * still comes on top.
 */
const HANDOVER_MS = 610 + 500;

/** What the clients saw while a process died. */
interface Ordeal {
  readonly pid: number;
  readonly killedMs: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly failures: readonly { readonly atMs: number; readonly why: string }[];
}

void test('each process dies under load', async (context) => {
  const cluster = await Cluster.create({ box1: 'tandemd', box2: 'tandemd' });
  context.after(() => cluster.destroy());
  await Promise.all(cluster.boxes.map(adapt));
  await bringUp(cluster);
  const { box1, box2 } = cluster;
  let broken = false;
  const act = async (name: string, play: (inner: TestContext) => Promise<void>): Promise<void> => {
    if (broken) return;
    await context.test(name, async (inner) => {
      broken = true;
      try {
        await play(inner);
      } catch (error) {
        for (const { host, daemon } of cluster.boxes) {
          inner.diagnostic(`log of ${host.name}:\n${daemon.log().slice(-4000)}`);
        }
        throw error;
      }
      broken = false;
    });
  };

  for (const [box, name] of [
    [box1, 'vrrp'],
    [box1, 'ipvs'],
    [box2, 'vrrp'],
    [box2, 'ipvs'],
  ] as const) {
    const role = box === box1 ? 'master' : 'backup';
    await act(`the ${name} process of the ${role}: nobody notices`, async (inner) => {
      const ordeal = await endure(cluster, box, name);
      assertNothingLost(ordeal, inner);
      await assertMaster(cluster, box1, box2);
      assertBox1Alone(cluster, ordeal.killedMs);
      assertNoLongSilence(cluster, ordeal.killedMs, inner);
      assert.ok((box.daemon.pid(name) ?? ordeal.pid) !== ordeal.pid, 'no successor');
    });
  }
  await act('the supervisor of the backup: its children leave', async (inner) => {
    const ordeal = await endure(cluster, box2, 'supervisor');
    assertNothingLost(ordeal, inner);
    await waitUntilGone(box2);
    await assertHolder(box1, box2);
    assertBox1Alone(cluster, ordeal.killedMs);
    assertNoLongSilence(cluster, ordeal.killedMs, inner);
    assert.deepEqual(await table(box2.host), []);
  });
  await act('the supervisor of the master: its children leave, box 2 takes over', async (inner) => {
    // The administrator's script adds a rule each time a backup starts; one is left to delete.
    await setRules(box2, 0);
    await startBackup(cluster, box2);
    cluster.standstill.begin();
    const ordeal = await endure(cluster, box1, 'supervisor');
    await waitUntilGone(box1);
    await assertMaster(cluster, box2, undefined);
    await assertHolder(box2, box1);
    assert.deepEqual(await table(box1.host), []);
    assert.equal(await redirectRules(box1), 1);
    const took = assertHandedOver(cluster, ordeal.killedMs);
    inner.diagnostic(`box 2 is master after ${took.toFixed(0)} ms`);
    const rulesChangedMs = Math.max(...cluster.boxes.flatMap(scriptEnds)) - ordeal.killedMs;
    assertOnlyInFlightLost(ordeal, Math.max(took, rulesChangedMs), inner);
  });
});

/**
 * Changes the administrator's file: the interval, and the original's hole closed by hand, so that a
 * stopped box goes on serving what the new master sends it. The script tells when it has ended.
 */
async function adapt({ host }: Box): Promise<void> {
  const [script, original] = ['redirect.sh', 'original.sh'].map(
    (each) => `/etc/keepalived/${each}`,
  );
  const telling = `#!/bin/sh\n${original} "$@"\ndate +%s%3N >>${join(host.folder, 'ends')}\n`;
  await host.exec(
    ['sh', '-c', `mv ${script} ${original} && cat >${script} && chmod 755 ${script}`],
    {
      input: telling,
    },
  );
  const file = join(host.folder, 'keepalived.conf');
  const stop = `  notify_stop "/etc/keepalived/redirect.sh add ${VIP}"\n`;
  const text = readFileSync(file, 'utf8')
    .replace(/^( *advert_int) 1$/m, `$1 ${ADVERT_SECONDS}`)
    .replace(/^ *notify_fault .*\n/m, (line) => (host.name === 'box1' ? line + stop : line));
  assert.match(text, /advert_int 2/);
  writeFileSync(file, text);
}

/** @returns when the script has ended, each time, in ms since 1970 */
function scriptEnds({ host }: Box): number[] {
  return readFileSync(join(host.folder, 'ends'), 'utf8').split('\n').filter(Boolean).map(Number);
}

/** Kills one process while clients send requests, and waits as long as things may be in disorder. */
async function endure(cluster: Cluster, box: Box, name: ProcessName): Promise<Ordeal> {
  const options = { limitMs: REQUEST_LIMIT_MS, pauseMs: PAUSE_MS };
  const clients = Array.from({ length: CLIENTS }, () => cluster.client.sendUntil(options));
  const stops = await Promise.all(clients);
  await delay(WARM_UP_MS);
  const pid = box.daemon.pid(name);
  assert.ok(pid !== undefined, `no pid file of ${name}`);
  const killedMs = Date.now();
  process.kill(pid, 'SIGKILL');
  await delay(SETTLED_MS);
  const results = await Promise.all(stops.map((stop) => stop()));
  const answers: Record<string, number> = {};
  for (const [host, count] of results.flatMap((result) => Object.entries(result.answers))) {
    answers[host] = (answers[host] ?? 0) + count;
  }
  return { pid, killedMs, answers, failures: results.flatMap(({ failures }) => failures) };
}

function assertNothingLost({ answers, failures }: Ordeal, context: TestContext): void {
  context.diagnostic(`requests answered: ${JSON.stringify(answers)}, lost: ${failures.length}`);
  assert.deepEqual(failures, []);
  assertSpread(answers);
}

/** Both boxes go on serving; the share depends on what happened when. */
function assertSpread(answers: Readonly<Record<string, number>>): void {
  for (const name of ['box1', 'box2']) assert.ok((answers[name] ?? 0) > 50, `${name} idles`);
}

/**
 * Requests in flight are cut off at three moments, one of each client: when the director leaves,
 * when the script on box 1 adds its rule, and when that on box 2 deletes its own. A connection
 * survives neither change of a REDIRECT rule, whoever makes it.
 */
function assertOnlyInFlightLost(ordeal: Ordeal, lastMs: number, context: TestContext): void {
  const { answers, failures, killedMs } = ordeal;
  const shown = JSON.stringify(failures.map(({ atMs, why }) => [atMs - killedMs, why]));
  context.diagnostic(`requests answered: ${JSON.stringify(answers)}, lost: ${shown}`);
  assertSpread(answers);
  assert.ok(failures.length <= 3 * CLIENTS, shown);
  for (const { atMs } of failures)
    assert.ok(atMs - killedMs <= lastMs, `lost after ${lastMs} ms: ${shown}`);
}

/** The VIP is on one box only. */
async function assertHolder(master: Box, other: Box): Promise<void> {
  assert.deepEqual(await vipOn(master), { address: `${VIP}/24`, secondary: true });
  assert.equal(await vipOn(other), undefined);
}

/** VIP, table and sync daemons are those of this master, and of its backup if there is one. */
async function assertMaster(cluster: Cluster, master: Box, backup: Box | undefined): Promise<void> {
  for (const box of backup === undefined ? [master] : [master, backup]) {
    const [service, ...others] = await table(box.host);
    assert.equal(service?.service, `TCP  ${VIP}:80 rr`, box.host.name);
    assert.deepEqual(others, []);
    const weights = service.destinations.map(({ server, weight }) => [server, weight]).sort();
    const all = cluster.boxes.map(({ host }) => [`${host.address}:80`, 100]);
    assert.deepEqual(weights, all, box.host.name);
  }
  assert.deepEqual(await syncDaemons(master.host), [{ role: 'master', interface: 'eth0' }]);
  if (backup === undefined) return;
  assert.deepEqual(await syncDaemons(backup.host), [{ role: 'backup', interface: 'eth0' }]);
  await assertHolder(master, backup);
}

function assertBox1Alone({ box1, capture }: Cluster, sinceMs: number): void {
  const foreign = capture.adverts(sinceMs).filter(({ source }) => source !== box1.host.address);
  assert.deepEqual(foreign, []);
}

/** Some box sends adverts all the time. */
function assertNoLongSilence({ capture }: Cluster, killedMs: number, context: TestContext): void {
  const adverts = capture.adverts(killedMs - 1000 * ADVERT_SECONDS);
  const gaps = adverts.slice(1).map(({ atMs }, index) => atMs - (adverts[index]?.atMs ?? 0));
  context.diagnostic(`longest time between two adverts: ${Math.max(...gaps).toFixed(0)} ms`);
  assert.ok(gaps.length >= 2);
  assert.ok(Math.max(...gaps) < SILENCE_MS_MAX, `silence of ${Math.max(...gaps)} ms`);
}

/** @returns time from the kill until box 2 has announced the VIP */
function assertHandedOver({ capture, box2, standstill }: Cluster, killedMs: number): number {
  const [first] = capture.adverts(killedMs).filter(({ source }) => source === box2.host.address);
  const announced = capture.gratuitous(VIP, first?.atMs ?? Number.POSITIVE_INFINITY)[0];
  assert.ok(announced !== undefined, 'box 2 has not announced the VIP');
  const took = announced.atMs - killedMs;
  const bound = HANDOVER_MS + standstill.longestMs;
  assert.ok(took <= bound, `took ${took} ms, which may be ${bound}`);
  return took;
}

async function waitUntilGone({ host, daemon }: Box): Promise<void> {
  const gone = (): boolean =>
    (['vrrp', 'ipvs'] as const).every((name) => !existsSync(`/proc/${daemon.pid(name) ?? 0}`));
  await waitUntil(`end of all processes on ${host.name}`, gone, { limitMs: 5000 });
}
