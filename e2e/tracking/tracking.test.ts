// kernel: any
// What instances follow, and sync groups, with keepalived on the other side in both orders: after
// each step every instance has exactly one master, the right one, within the protocol's time, and no
// packet was bad.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { noBadPacket } from '../lib/bad-packets.ts';
import type { Implementation } from '../lib/daemon.ts';
import { status } from '../lib/status.ts';
import {
  DOWN_MS,
  HANDOVER_MS,
  LINK_MS,
  Pair,
  SCRIPT_MS,
  setScript,
  writeNumber,
  type Box,
  type InstanceName,
} from './pair.ts';

/** Two daemons' start on a busy machine, and what the protocol waits. */
const START_MS = 10_000;

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
  const test = (name: string, run: () => Promise<void>): Promise<void> => context.test(name, run);
  await test('box 1 becomes master of everything', async () => {
    const start = async (): Promise<void> => {
      for (const { daemon } of [box1, box2]) daemon.start();
      await Promise.all([box1, box2].map(({ daemon }) => daemon.ready()));
    };
    await pair.step('start', start, { masters: all(box1), withinMs: START_MS });
  });
  await test('a link down: FAULT, less priority, and the sync group as a whole', async () => {
    const down = (): Promise<void> => pair.setLink(box1, 'eth1', 'down');
    await pair.step('eth1 down', down, { masters: all(box2), withinMs: DOWN_MS });
    if (box1.daemon.implementation === 'tandemd') await checkLedger(box1);
  });
  await test('the link up again: all comes back', async () => {
    const up = (): Promise<void> => pair.setLink(box1, 'eth1', 'up');
    await pair.step('eth1 up', up, { masters: all(box1), withinMs: LINK_MS + DOWN_MS });
  });
  await test('a script that fails takes its weight from the priority', async () => {
    const set = (to: 'good' | 'bad') => async (): Promise<void> => setScript(box1, 'weight', to);
    const withinMs = SCRIPT_MS + DOWN_MS;
    await pair.step('bad', set('bad'), { masters: { ...all(box1), WEIGHT: box2 }, withinMs });
    await pair.step('good again', set('good'), { masters: all(box1), withinMs });
  });
  await test('a script without weight that fails means FAULT', async () => {
    const set = (to: 'good' | 'bad') => async (): Promise<void> => setScript(box1, 'fault', to);
    const withinMs = SCRIPT_MS + HANDOVER_MS;
    await pair.step('bad', set('bad'), { masters: { ...all(box1), FAULT: box2 }, withinMs });
    const later = SCRIPT_MS + DOWN_MS;
    await pair.step('good again', set('good'), { masters: all(box1), withinMs: later });
  });
  await test('a number in a file changes the priority', async () => {
    const write = (number: number) => async (): Promise<void> => writeNumber(box1, number);
    const withinMs = DOWN_MS;
    await pair.step('10', write(10), { masters: { ...all(box1), WEIGHT: box2 }, withinMs });
    await pair.step('0 again', write(0), { masters: all(box1), withinMs });
  });
  await test('a fault of the box that is not master changes nothing', async () => {
    for (const state of ['down', 'up'] as const) {
      const set = (): Promise<void> => pair.setLink(box2, 'eth1', state);
      await pair.step(`eth1 of box 2 ${state}`, set, { masters: all(box1), withinMs: 0 });
    }
  });
  await test('box 2 takes everything over when box 1 leaves', async () => {
    await noBadPacket(box1.host, box1.daemon);
    const stop = (): Promise<void> => box1.daemon.stop();
    await pair.step('stop', stop, { masters: all(box2), withinMs: HANDOVER_MS });
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
