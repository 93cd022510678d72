import { setTimeout as delay } from 'node:timers/promises';
import type { AddressWatch } from '../lib/address-watch.ts';
import type { SeenAdvert } from '../lib/capture.ts';
import { waitUntil } from '../lib/wait.ts';
import { VIP, vipOn, type Box, type Cluster } from '../two-box-cluster/cluster.ts';

/** What the boxes wait depends on. */
export interface Timing {
  readonly version: 2 | 3;
  readonly advertMs: number;
}

/** As in the scenario's configuration. */
const ONE_SECOND: Timing = { version: 2, advertMs: 1000 };
const PRIORITIES = { box1: 200, box2: 100 } as const;

/**
 * @returns what a backup waits after an advert of priority 0
 * @see RFC 3768 §6.1, RFC 9568 §6.1 — Skew_Time
 */
export function skewMs(box: keyof typeof PRIORITIES, { version, advertMs }: Timing): number {
  return ((256 - PRIORITIES[box]) / 256) * (version === 2 ? 1000 : advertMs);
}

/** @returns what a backup waits after the last advert: three intervals and the skew time */
export function masterDownMs(box: keyof typeof PRIORITIES, timing: Timing): number {
  return 3 * timing.advertMs + skewMs(box, timing);
}

/** (256 - 100) / 256 s. */
export const SKEW_MS: number = skewMs('box2', ONE_SECOND);
/** 3 s and the skew time. */
export const MASTER_DOWN_MS: number = masterDownMs('box2', ONE_SECOND);

/** How box 1 is made to leave. */
export type Cause = 'kill' | 'term' | 'link-down';

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
  const { box2, capture } = cluster;
  // Box 1 may just announce for the second time.
  const sender = await hardwareAddress(box2);
  const signalled = Date.now();
  const left = leave(cluster, cause);
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

/** Makes box 1 leave. */
function leave(cluster: Cluster, cause: Cause): Promise<void> {
  const { daemon } = cluster.box1;
  if (cause === 'link-down') return setLink(cluster.box1, 'down');
  return cause === 'kill' ? daemon.kill() : daemon.stop();
}

/** Pulling the cable is not the same: the kernel may tell of that up to a second later. */
async function setLink({ host }: Box, state: 'up' | 'down'): Promise<void> {
  await host.exec(['ip', 'link', 'set', 'eth0', state]);
}

/**
 * Makes box 1, which has left, come back and be master again.
 * @param watch - of box 1
 * @returns from the start of the daemon, or from when the kernel tells that the link is up, until
 *   its first gratuitous ARP
 */
export async function comeBack(cluster: Cluster, watch: AddressWatch): Promise<number> {
  const { box1, capture } = cluster;
  const began = Date.now();
  let from = (): number | undefined => began;
  if (box1.daemon.running) {
    await setLink(box1, 'up');
    from = () => watch.linkUpAt('eth0', began);
  } else {
    box1.daemon.start();
  }
  const sender = await hardwareAddress(box1);
  const look = (): number | undefined =>
    capture.gratuitous(VIP, began).find(({ source }) => source === sender)?.atMs;
  const announced = await withLogs(cluster, () =>
    waitUntil('gratuitous ARP of box 1', look, { limitMs: 10_000 }),
  );
  const since = await waitUntil('start of box 1', from, { limitMs: 1000 });
  return announced - since;
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
