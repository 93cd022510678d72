// kernel: any
// BFD with keepalived and with BIRD at the other end: what instances make of it, how fast, and that
// keepalived's own instances make the same of it.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan } from '../lib/lan.ts';
import { bfdStatus } from '../lib/status.ts';
import { waitUntil } from '../lib/wait.ts';
import { Bird } from './bird.ts';
import { Box } from './box.ts';

const ADDRESSES = { box: '10.30.6.1', peer: '10.30.6.2' };
const IPV6 = { box: 'fd00:30:6::1', peer: 'fd00:30:6::2' };
/** The other end sends so often, and takes no more. */
const PEER_INTERVAL_MS = 100;
/** A daemon that a busy machine lets wait for less than 3 s must not look dead. */
const MULTIPLIER = 30;
const DETECTION_MS = PEER_INTERVAL_MS * MULTIPLIER;
/** The rest of the way: two processes, a FIFO, and a busy machine. */
const SLACK_MS = 400;

const SESSION = session('peer', [ADDRESSES.box, ADDRESSES.peer], 50);
const LIMIT = { limitMs: 8000 };

void test('BFD', { concurrency: true }, async (context) => {
  await Promise.all([
    context.test('instances follow a session as those of keepalived do', beside),
    context.test("BIRD and we agree on intervals, and notice each other's end in time", withBird),
    context.test('a process that dies is replaced, and neither end notices', replaced),
  ]);
});

async function beside(context: TestContext): Promise<void> {
  const [ours, theirs] = await Promise.all([
    withKeepalived(context, 'tandemd'),
    withKeepalived(context, 'keepalived'),
  ]);
  assert.deepEqual(ours.story(), theirs.story());
}

async function withBird(context: TestContext): Promise<void> {
  const lan = await makeLan(context);
  const sessions = [SESSION, session('ipv6', [IPV6.box, IPV6.peer], 50)].join('\n');
  const box = new Box(lan.host('box'), 'tandemd', sessions);
  const bird = new Bird(lan.host('peer'), {
    intervalMs: PEER_INTERVAL_MS,
    multiplier: MULTIPLIER,
    ends: [
      [ADDRESSES.peer, ADDRESSES.box],
      [IPV6.peer, IPV6.box],
    ],
  });
  box.daemon.start();
  await box.settle('down');
  bird.start();
  await box.settle('up');
  const isUp = async (): Promise<boolean> =>
    Object.values(await bird.states()).join() === 'Up,Up' &&
    (await bfdStatus(box.host, box.daemon)).every(({ state }) => state === 'Up');
  await waitUntil('both sessions at both ends', isUp, LIMIT);
  const agreed = { detectionTimeMs: DETECTION_MS, transmitIntervalMs: PEER_INTERVAL_MS };
  const isAgreed = async (): Promise<boolean> =>
    (await bfdStatus(box.host, box.daemon)).every(
      (each) =>
        each.detectionTimeMs === agreed.detectionTimeMs &&
        each.transmitIntervalMs === agreed.transmitIntervalMs,
    );
  await waitUntil('intervals', isAgreed, LIMIT);
  await bird.kill();
  const noticedMs = await box.settle('down');
  assert.ok(noticedMs < DETECTION_MS + SLACK_MS, `noticed after ${noticedMs} ms`);
  bird.start();
  await box.settle('up');
  await box.daemon.stop();
  const isDown = async (): Promise<boolean> =>
    Object.values(await bird.states()).every((each) => each === 'Down');
  await waitUntil('the end of the sessions', isDown, LIMIT);
}

async function replaced(context: TestContext): Promise<void> {
  const lan = await makeLan(context);
  const box = new Box(lan.host('box'), 'tandemd', SESSION);
  const configuration = session('peer', [ADDRESSES.peer, ADDRESSES.box], PEER_INTERVAL_MS);
  const peer = new Daemon(lan.host('peer'), 'keepalived', { configuration });
  peer.start();
  box.daemon.start();
  await box.settle('up');
  const isCalm = async (): Promise<boolean> =>
    (await bfdStatus(box.host, box.daemon))[0]?.detectionTimeMs === DETECTION_MS;
  await waitUntil('intervals', isCalm, LIMIT);
  const before = box.story();
  const pid = box.daemon.pid('bfd');
  assert.ok(pid !== undefined);
  process.kill(pid, 'SIGKILL');
  const isReplaced = (): boolean => ![undefined, pid].includes(box.daemon.pid('bfd'));
  await waitUntil('a successor', isReplaced, LIMIT);
  const isHeard = async (): Promise<boolean> =>
    (await bfdStatus(box.host, box.daemon))[0]?.state === 'Up';
  await waitUntil('the session of the successor', isHeard, LIMIT);
  assert.deepEqual(box.story(), before);
  assert.ok(!peer.log().includes('Entering Down state'));
}

/** The other end comes, dies, comes back, leaves, comes back, and sees the box leave. */
async function withKeepalived(context: TestContext, implementation: Implementation): Promise<Box> {
  const lan = await makeLan(context);
  const box = new Box(lan.host('box'), implementation, SESSION);
  const configuration = session('box', [ADDRESSES.peer, ADDRESSES.box], PEER_INTERVAL_MS);
  const peer = new Daemon(lan.host('peer'), 'keepalived', { configuration });
  const isOurs = implementation === 'tandemd';
  box.daemon.start();
  await box.settle('down');
  peer.start();
  await box.settle('up');
  await waitUntil(
    'a quick pace',
    () => peer.log().includes(`${DETECTION_MS * 1000} us (was`),
    LIMIT,
  );
  await peer.kill();
  const noticedMs = await box.settle('down');
  if (isOurs) assert.ok(noticedMs < DETECTION_MS + SLACK_MS, `noticed after ${noticedMs} ms`);
  peer.start();
  await box.settle('up');
  await peer.stop();
  await box.settle('down');
  peer.start();
  await box.settle('up');
  await box.daemon.stop();
  const why = isOurs ? 'Neighbor Signaled Session Down' : 'Control Detection Time Expired';
  const isTold = (): boolean => peer.log().includes(`Local diagnostic - ${why}`);
  await waitUntil('the end of the session', isTold, LIMIT);
  await peer.stop();
  return box;
}

async function makeLan(context: TestContext): Promise<Lan> {
  const lan = await Lan.create([
    { name: 'box', address: `${ADDRESSES.box}/24` },
    { name: 'peer', address: `${ADDRESSES.peer}/24` },
  ]);
  context.after(() => lan.destroy());
  for (const name of ['box', 'peer'] as const) {
    const words = ['ip', 'addr', 'add', `${IPV6[name]}/64`, 'dev', 'eth0', 'nodad'];
    await lan.host(name).exec(words);
  }
  return lan;
}

function session(
  name: string,
  [own, other]: readonly [string, string],
  intervalMs: number,
): string {
  return `bfd_instance ${name} {
  source_ip ${own}
  neighbor_ip ${other}
  min_rx ${intervalMs}
  min_tx ${intervalMs}
  multiplier ${MULTIPLIER}
}`;
}
