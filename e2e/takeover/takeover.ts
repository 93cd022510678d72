import { setTimeout as delay } from 'node:timers/promises';
import type { AddressWatch } from '../lib/address-watch.ts';
import type { SeenAdvert } from '../lib/capture.ts';
import { waitUntil } from '../lib/wait.ts';
import { VIP, vipOn, type Box, type Cluster } from '../two-box-cluster/cluster.ts';

/** (256 - 100) / 256 s: what the backup waits after an advert of priority 0. */
export const SKEW_MS = 609.375;
/** Three intervals and the skew time: what the backup waits after the last advert. */
export const MASTER_DOWN_MS = 3000 + SKEW_MS;

/** How box 1 is made to leave. */
export type Cause = 'kill' | 'term';

/** One takeover by box 2; times of the wire are the kernel's. */
export interface Takeover {
  /** From the signal until the first gratuitous ARP. */
  readonly sinceSignalMs: number;
  /** From the signal until the VIP is on box 2. */
  readonly addressSinceSignalMs: number;
  /** From box 1's last advert, of priority 0 or not, until the first gratuitous ARP. */
  readonly sinceLastAdvertMs: number;
  /** From box 1's last advert until the first one of box 2. */
  readonly advertSinceLastAdvertMs: number;
  readonly lastPriority: number;
}

/**
 * Makes box 1 master and box 2 a backup that knows it.
 * @param pauseMs - how long after an advert of box 1 to return
 */
export async function settle(cluster: Cluster, pauseMs = 0): Promise<void> {
  const { box1, box2, capture } = cluster;
  for (const { daemon } of [box1, box2]) if (!daemon.running) daemon.start();
  const owned = async (): Promise<boolean> =>
    (await vipOn(box1)) !== undefined && (await vipOn(box2)) === undefined;
  await withLogs(cluster, () => waitUntil('VIP on box 1 only', owned, { limitMs: 60_000 }));
  const since = Date.now();
  // The second one has come just now.
  const heard = (): boolean => advertsOf(cluster, 1, since).length >= 2;
  await waitUntil('adverts of box 1', heard, { limitMs: 10_000, everyMs: 5 });
  if (pauseMs > 0) await delay(pauseMs);
  const foreign = capture.adverts(since).filter(({ source }) => source === box2.host.address);
  if (foreign.length > 0) throw new Error('box 2 sends adverts beside box 1');
}

/** Makes box 1 leave and measures how box 2 takes over. */
export async function takeOver(
  cluster: Cluster,
  watch: AddressWatch,
  cause: Cause,
): Promise<Takeover> {
  const { box1, box2, capture } = cluster;
  // Box 1 may just announce for the second time.
  const sender = await hardwareAddress(box2);
  const signalled = Date.now();
  const left = cause === 'kill' ? box1.daemon.kill() : box1.daemon.stop();
  const look = (): number | undefined =>
    capture.gratuitous(VIP, signalled).find(({ source }) => source === sender)?.atMs;
  const announced = await waitUntil('gratuitous ARP of box 2', look, { limitMs: 10_000 });
  const addressed = await waitUntil('VIP on box 2', () => watch.cameAt(`${VIP}/24`, signalled), {
    limitMs: 5000,
  });
  await left;
  const last = advertsOf(cluster, 1, 0).at(-1);
  const first = advertsOf(cluster, 2, signalled)[0];
  if (last === undefined || first === undefined) throw new Error('no adverts');
  if ((await vipOn(box2)) === undefined) throw new Error('no VIP on box 2');
  return {
    sinceSignalMs: announced - signalled,
    addressSinceSignalMs: addressed - signalled,
    sinceLastAdvertMs: announced - last.atMs,
    advertSinceLastAdvertMs: first.atMs - last.atMs,
    lastPriority: last.priority,
  };
}

/** What the daemons have logged tells why something has not come about. */
async function withLogs<T>({ boxes }: Cluster, wait: () => Promise<T>): Promise<T> {
  try {
    return await wait();
  } catch (error) {
    const logs = boxes.map(({ host, daemon }) => `${host.name}:\n${daemon.log().slice(-3000)}`);
    throw new Error(`${String(error)}\n${logs.join('\n')}`, { cause: error });
  }
}

async function hardwareAddress({ host }: Box): Promise<string> {
  const { stdout } = await host.exec(['ip', '-o', 'link', 'show', 'eth0']);
  return /link\/ether (\S+)/.exec(stdout)?.[1] ?? '';
}

function advertsOf({ boxes, capture }: Cluster, number: 1 | 2, sinceMs: number): SeenAdvert[] {
  const source = boxes[number - 1]?.host.address;
  return capture.adverts(sinceMs).filter((advert) => advert.source === source);
}
