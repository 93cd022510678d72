// kernel: any
// Adverts to peers, and sealed ones, beside keepalived in both roles: exactly one master after each
// step, over IPv4 and IPv6, and no packet that one of them finds bad.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { noBadPacket } from '../lib/bad-packets.ts';
import type { Implementation } from '../lib/daemon.ts';
import { waitUntil } from '../lib/wait.ts';
import { repositoryRoot, programPath } from '../lib/program.ts';
import { status } from '../lib/status.ts';
import { Pair, type PairBox } from './pair.ts';

/** Three intervals and a skew time, and what a loaded machine may take. */
const MASTER_DOWN_MS = 3610 + 5000;
/** Skew times of priority 0: at most 610 ms. */
const HANDOVER_MS = 610 + 1500;
/** VRIDs count from 51. */
const [FORGED_INSTANCE, FORGED_VRID, FORGED_FOR_MS] = ['HMAC', 57, 3500];
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
      await Promise.all(pair.boxes.map(({ daemon }) => daemon.ready()));
      await mastersOn(pair, box1, MASTER_DOWN_MS);
    });
    await act('it stops: the other one takes over at once', async () => {
      await noBadPacket(box1.host, box1.daemon);
      await box1.daemon.stop();
      await mastersOn(pair, box2, HANDOVER_MS);
    });
    await act('it comes back: it is master again', async () => {
      box1.daemon.start();
      await box1.daemon.ready();
      await mastersOn(pair, box1, MASTER_DOWN_MS);
    });
    if (first === 'tandemd' && second === 'tandemd') {
      await act('repeated and forged adverts of a signed instance move nothing', async () => {
        await noBadPacket(box2.host, box2.daemon);
        await forge(pair);
        await mastersOn(pair, box1, 0);
        await forgeriesAreCounted(box2);
      });
    }
    await act('it is killed: the other one takes over when it has been silent', async () => {
      await noBadPacket(box1.host, box1.daemon);
      await box1.daemon.kill();
      await clear(pair, box1);
      await mastersOn(pair, box2, MASTER_DOWN_MS);
    });
    await act('nothing went to the group, and no packet was bad', async () => {
      await noBadPacket(box2.host, box2.daemon, FORGED_INSTANCE);
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
  const holders = async (): Promise<unknown> => [
    await pair.heldBy(master),
    await pair.heldBy(other),
  ];
  const wanted = JSON.stringify([pair.virtualAddresses, []]);
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
async function clear({ virtualAddresses }: Pair, { host }: PairBox): Promise<void> {
  for (const address of virtualAddresses) {
    await host.exec(['ip', 'addr', 'del', address, 'dev', 'eth0'], { mayFail: true });
  }
}

async function forge({ stranger }: Pair): Promise<void> {
  const addon = join(repositoryRoot(), 'packages/raw-socket/build/Release/raw_socket.node');
  const words = [process.execPath, programPath('forger-program')];
  const { stdout } = await stranger.exec([...words, String(FORGED_VRID), String(FORGED_FOR_MS)], {
    environment: { TANDEM_RAW_SOCKET_ADDON: addon },
  });
  assert.ok(Number(stdout) >= 2, `forged ${stdout}`);
}

/** Each outcome of the three kinds of forgery. */
async function forgeriesAreCounted({ host, daemon }: PairBox): Promise<void> {
  const { vrrp } = await status(host, daemon);
  const counters = vrrp.find(({ name }) => name === FORGED_INSTANCE)?.counters ?? {};
  const outcomes = ['auth_ext_replay', 'auth_ext_invalid_hmac', 'auth_ext_missing'];
  for (const each of outcomes) assert.ok((counters[each] ?? 0) >= 2, JSON.stringify(counters));
}
