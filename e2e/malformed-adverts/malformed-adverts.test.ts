// kernel: any
// What no backup and no master may obey: adverts that would make every box give way, each with one
// fault. They must raise a counter, and do nothing else.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { programPath, repositoryRoot } from '../lib/program.ts';
import { onlyInstance, status, type Status } from '../lib/status.ts';
import { waitUntil } from '../lib/wait.ts';
import { Cluster, VIP, vipOn, type Box } from '../two-box-cluster/cluster.ts';
import { malformedAdverts } from './malformed-advert.ts';

const COUNT = 1000;
/** Rounds until the heap has grown to its size, and until all that must keep it are over. */
const WARM_UP_ROUNDS = 4;
const ROUNDS = 9;
/** A leak of an advert's size each would be twice as much in the rounds that count. */
const GROWTH_KIB_MAX = 4096;
/** Between ten adverts: a thousand take two seconds, and no queue overflows. */
const PAUSE_MS = 20;
const ADVERT_MS = 1000;
const TOLERANCE_MS = 300;

void test('1,000 malformed adverts of every kind raise their counters and do nothing else', async (context) => {
  const cluster = await Cluster.create({ box1: 'tandemd', box2: 'tandemd', flags: ['-P'] });
  context.after(() => cluster.destroy());
  await settle(cluster);

  const since = Date.now();
  const before = await Promise.all(cluster.boxes.map(statusOf));
  const logsBefore = cluster.boxes.map(({ daemon }) => daemon.log().length);
  const expected: Record<string, number> = {};
  const memory: number[][] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    await throwAdverts(cluster, round);
    for (const { counter } of malformedAdverts(round, COUNT)) {
      if (counter !== undefined) expected[counter] = (expected[counter] ?? 0) + 1;
    }
    for (const [index, box] of cluster.boxes.entries()) {
      await countersRise(box, before[index], expected);
    }
    memory.push(cluster.boxes.map(residentKib));
  }
  context.diagnostic(`counters of ${ROUNDS * COUNT} adverts: ${JSON.stringify(expected)}`);

  for (const [index, box] of cluster.boxes.entries()) {
    const name = box.host.name;
    const old = instanceOf(before[index]);
    const now = onlyInstance(await statusOf(box));
    assert.equal(now.state, index === 0 ? 'MASTER' : 'BACKUP', name);
    assert.equal(now.lastTransitionEpochMs, old.lastTransitionEpochMs, `${name} changed state`);
    assert.deepEqual(now.master, old.master, name);
    assert.equal(now.effectivePriority, old.effectivePriority, name);
    const log = box.daemon.log().slice(logsBefore[index]);
    assert.doesNotMatch(log, /Entering|Transition|Stopp|exited|died|Error/, name);

    const sizes = memory.map((both) => both[index] ?? 0);
    context.diagnostic(`${name}: vrrp process ${sizes.join(', ')} KiB after each round`);
    const growth = (sizes.at(-1) ?? 0) - (sizes[WARM_UP_ROUNDS - 1] ?? 0);
    assert.ok(growth <= GROWTH_KIB_MAX, `${name}: memory grew by ${growth} KiB`);
  }
  assert.deepEqual(await vipOn(cluster.box1), { address: `${VIP}/24`, secondary: true });
  assert.equal(await vipOn(cluster.box2), undefined);
  assert.deepEqual(cluster.capture.gratuitous(VIP, since), []);
  assertRegularAdverts(cluster, since);
});

function statusOf(box: Box): Promise<Status> {
  return status(box.host, box.daemon);
}

function instanceOf(whole: Status | undefined): ReturnType<typeof onlyInstance> {
  assert.ok(whole);
  return onlyInstance(whole);
}

/** Box 1 is master, has announced the VIP for the second time, and box 2 listens to it. */
async function settle({ box1, box2, capture }: Cluster): Promise<void> {
  for (const { daemon } of [box1, box2]) daemon.start();
  await waitUntil('VIP on box 1', () => vipOn(box1), { limitMs: 60_000 });
  const announced = (): boolean => {
    const [first, ...others] = capture.gratuitous(VIP);
    return first !== undefined && others.some(({ atMs }) => atMs > first.atMs + 1500);
  };
  await waitUntil('second set of gratuitous ARPs', announced, { limitMs: 10_000 });
  const heard = async (): Promise<boolean> =>
    onlyInstance(await statusOf(box2)).master?.priority === 200;
  await waitUntil('box 2 to hear box 1', heard, { limitMs: 10_000 });
}

async function throwAdverts(cluster: Cluster, seed: number): Promise<void> {
  const numbers = [seed, COUNT, PAUSE_MS].map(String);
  const words = [process.execPath, programPath('advert-thrower-program'), ...numbers];
  const addon = join(repositoryRoot(), 'packages/raw-socket/build/Release/raw_socket.node');
  await cluster.outside.exec(words, { environment: { TANDEM_RAW_SOCKET_ADDON: addon } });
}

/** All counters but those of good adverts have risen by just as much. */
async function countersRise(
  box: Box,
  before: Status | undefined,
  expected: Readonly<Record<string, number>>,
): Promise<void> {
  const old = instanceOf(before).counters;
  let rises: Record<string, number> = {};
  const look = async (): Promise<boolean> => {
    const now = onlyInstance(await statusOf(box)).counters;
    const all = Object.keys(now).map(
      (name) => [name, (now[name] ?? 0) - (old[name] ?? 0)] as const,
    );
    rises = Object.fromEntries(
      all.filter(([name, rise]) => rise !== 0 && !isOfGoodAdverts(box, name)),
    );
    return Object.entries(expected).every(([name, rise]) => (rises[name] ?? 0) >= rise);
  };
  try {
    await waitUntil('counters', look, { limitMs: 5000, everyMs: 200 });
  } catch {
    // The comparison says more.
  }
  assert.deepEqual(rises, expected, box.host.name);
}

/** The master sends adverts and receives none; the backup the other way round. */
function isOfGoodAdverts(box: Box, counter: string): boolean {
  return counter === (box.host.name === 'box1' ? 'advert_sent' : 'advert_rcvd');
}

/** Memory of the vrrp process. */
function residentKib({ daemon }: Box): number {
  const pid = daemon.pid('vrrp');
  const text = readFileSync(`/proc/${pid ?? 'self'}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1]);
}

function assertRegularAdverts({ box1, box2, capture }: Cluster, sinceMs: number): void {
  const adverts = capture.adverts(sinceMs);
  assert.deepEqual(
    adverts.filter(({ source }) => source === box2.host.address),
    [],
  );
  const ours = adverts.filter(({ source }) => source === box1.host.address);
  for (const [index, { atMs, priority }] of ours.entries()) {
    assert.equal(priority, 200);
    const gap = atMs - (ours[index - 1]?.atMs ?? atMs - ADVERT_MS);
    assert.ok(Math.abs(gap - ADVERT_MS) <= TOLERANCE_MS, `${gap} ms between two adverts`);
  }
  // None left out, and none but those that are due.
  assert.ok(Math.abs(ours.length - (Date.now() - sinceMs) / ADVERT_MS) <= 2, `${ours.length}`);
}
