// kernel: any
// Adverts to peers, and sealed ones, beside keepalived in both roles: exactly one master after each
// step, over IPv4 and IPv6, and no packet that one of them finds bad.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noBadPacket } from '../lib/bad-packets.ts';
import type { Implementation } from '../lib/daemon.ts';
import { waitUntil } from '../lib/wait.ts';
import { heldBy, Pair, VIRTUAL_ADDRESSES, type PairBox } from './pair.ts';

/** Three intervals and a skew time, and what a start on a loaded machine may take. */
const MASTER_DOWN_MS = 3610 + 5000;
/** Skew times of priority 0: at most 610 ms. */
const HANDOVER_MS = 610 + 1500;
/** Longer than an interval: whoever believes in another master would say so by then. */
const WATCH_MS = 1500;

for (const [first, second] of [
  ['tandemd', 'keepalived'],
  ['keepalived', 'tandemd'],
  ['tandemd', 'tandemd'],
] as const) {
  void test(`unicast: ${first} before ${second}`, (context) =>
    play({ first, second }, async (name, step) => {
      await context.test(name, step);
    }));
}

type Act = (name: string, step: () => Promise<void>) => Promise<void>;

async function play(
  { first, second }: { readonly first: Implementation; readonly second: Implementation },
  act: Act,
): Promise<void> {
  const pair = await Pair.create(first, second);
  const { box1, box2 } = pair;
  try {
    await act('the higher priority is master of all', async () => {
      for (const { daemon } of pair.boxes) daemon.start();
      await mastersOn(pair, box1, MASTER_DOWN_MS);
    });
    await act('it stops: the other one takes over at once', async () => {
      await noBadPacket(box1.host, box1.daemon);
      await box1.daemon.stop();
      await mastersOn(pair, box2, HANDOVER_MS);
    });
    await act('it comes back: it is master again', async () => {
      box1.daemon.start();
      await mastersOn(pair, box1, MASTER_DOWN_MS);
    });
    await act('it is killed: the other one takes over when it has been silent', async () => {
      await noBadPacket(box1.host, box1.daemon);
      await box1.daemon.kill();
      await clear(box1);
      await mastersOn(pair, box2, MASTER_DOWN_MS);
    });
    await act('nothing went to the group, and no packet was bad', async () => {
      await noBadPacket(box2.host, box2.daemon);
      assert.deepEqual(pair.capture.adverts(), []);
    });
  } finally {
    await pair.destroy();
  }
}

/** All addresses come to one box, and stay there. */
async function mastersOn(pair: Pair, master: PairBox, limitMs: number): Promise<void> {
  const other = pair.boxes.find((each) => each !== master);
  assert.ok(other !== undefined);
  const holders = async (): Promise<unknown> => [await heldBy(master), await heldBy(other)];
  const wanted = JSON.stringify([VIRTUAL_ADDRESSES, []]);
  const isSo = async (): Promise<boolean> => JSON.stringify(await holders()) === wanted;
  try {
    await waitUntil(`all addresses on ${master.host.name} alone`, isSo, { limitMs });
    const end = performance.now() + WATCH_MS;
    while (performance.now() < end) assert.equal(JSON.stringify(await holders()), wanted);
  } catch (error) {
    const logs = pair.boxes.map(
      ({ host, daemon }) => `${host.name}:\n${daemon.log().slice(-3000)}`,
    );
    throw new Error(`${String(error)}\n${logs.join('\n')}`, { cause: error });
  }
}

/** What a power failure would take along. */
async function clear({ host }: PairBox): Promise<void> {
  for (const address of VIRTUAL_ADDRESSES) {
    await host.exec(['ip', 'addr', 'del', address, 'dev', 'eth0'], { mayFail: true });
  }
}
