// kernel: any
// What instances follow, and sync groups, with keepalived on the other side in both orders: after
// each step every instance has exactly one master, the right one, and no packet was bad.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { noBadPacket } from '../lib/bad-packets.ts';
import type { Implementation } from '../lib/daemon.ts';
import { status } from '../lib/status.ts';
import { Pair, setScript, writeNumber, type Box, type InstanceName } from './pair.ts';

const ORDERS: readonly (readonly [Implementation, Implementation])[] = [
  ['tandemd', 'keepalived'],
  ['keepalived', 'tandemd'],
];

for (const [first, second] of ORDERS) {
  void test(`${first} follows links and scripts, ${second} takes over`, async (context) => {
    const pair = await Pair.create(first, second);
    context.after(() => pair.destroy());
    await play(context, pair);
  });
}

async function play(context: TestContext, pair: Pair): Promise<void> {
  const { box1, box2 } = pair;
  await context.test('box 1 becomes master of everything', async () => {
    box1.daemon.start();
    box2.daemon.start();
    await pair.settle('start', all(box1));
  });
  await context.test(
    'a link down: FAULT, less priority, and the sync group as a whole',
    async () => {
      await pair.setLink(box1, 'eth1', 'down');
      await pair.settle('eth1 down', all(box2));
      if (box1.daemon.implementation === 'tandemd') await checkLedger(box1);
    },
  );
  await context.test('the link up again: all comes back', async () => {
    await pair.setLink(box1, 'eth1', 'up');
    await pair.settle('eth1 up', all(box1));
  });
  await context.test('a script that fails takes its weight from the priority', async () => {
    setScript(box1, 'weight', 'bad');
    await pair.settle('script with weight', { ...all(box1), WEIGHT: box2 });
    setScript(box1, 'weight', 'good');
    await pair.settle('script with weight good again', all(box1));
  });
  await context.test('a script without weight that fails means FAULT', async () => {
    setScript(box1, 'fault', 'bad');
    await pair.settle('script without weight', { ...all(box1), FAULT: box2 });
    setScript(box1, 'fault', 'good');
    await pair.settle('script without weight good again', all(box1));
  });
  await context.test('a number in a file changes the priority', async () => {
    writeNumber(box1, 10);
    await pair.settle('number', { ...all(box1), WEIGHT: box2 });
    writeNumber(box1, 0);
    await pair.settle('number 0 again', all(box1));
  });
  await context.test('a fault of the box that is not master changes nothing', async () => {
    await pair.setLink(box2, 'eth1', 'down');
    await pair.settle('eth1 of box 2 down', all(box1));
    await pair.setLink(box2, 'eth1', 'up');
    await pair.settle('eth1 of box 2 up', all(box1));
  });
  await context.test('box 2 takes everything over when box 1 leaves', async () => {
    await noBadPacket(box1.host, box1.daemon);
    await box1.daemon.stop();
    await pair.settle('box 1 stopped', all(box2));
    await noBadPacket(box2.host, box2.daemon);
  });
}

/** The box is master of every instance. */
function all(box: Box): Record<InstanceName, Box> {
  return { S1: box, S2: box, WEIGHT: box, FAULT: box };
}

/** What an operator is told while eth1 is down. */
async function checkLedger({ host, daemon }: Box): Promise<void> {
  const { vrrp } = await status(host, daemon);
  const of = (name: InstanceName): (typeof vrrp)[number] | undefined =>
    vrrp.find((each) => each.name === name);
  const reasons = (name: InstanceName): string[] | undefined =>
    of(name)?.faults.map(({ reason }) => reason);
  assert.deepEqual(reasons('S1'), ['sync group G: S2 is in FAULT']);
  assert.deepEqual(reasons('FAULT'), ['interface eth1 down']);
  const weight = of('WEIGHT');
  assert.equal(weight?.state, 'BACKUP');
  assert.equal(weight.effectivePriority, 100);
  assert.deepEqual(
    weight.trackers.map(({ name, contribution }) => [name, contribution]),
    [
      ['eth1', -100],
      ['weight', 0],
      ['load', 0],
    ],
  );
}
