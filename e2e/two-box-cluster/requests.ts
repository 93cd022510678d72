import assert from 'node:assert/strict';
import { waitUntil } from '../lib/wait.ts';
import { setRules, vipOn, type Cluster } from './cluster.ts';

/**
 * Sends requests one after the other, while box 1 directs and box 2 is its backup: none fails.
 * @param expected - how many each box must answer
 */
export async function answeredBy(
  cluster: Cluster,
  expected: Readonly<Record<string, number>>,
): Promise<void> {
  const count = Object.values(expected).reduce((sum, each) => sum + each, 0);
  const send = async (): Promise<void> => {
    const seen = await cluster.client.send({ count, limitMs: 3000 });
    assert.deepEqual(seen, { answers: expected, failures: [] });
  };
  await cluster.standstill.outlive(send, () => restored(cluster));
}

/**
 * Waits until box 1 directs and box 2 is its backup again: after a standstill of all, box 2 may have
 * taken over for a moment, until it heard box 1. The administrator's scripts may then have run at the
 * same time, in any order.
 */
export async function restored({ capture, box1, box2 }: Cluster): Promise<void> {
  const since = Date.now();
  const isSettled = async (): Promise<boolean> =>
    capture.adverts(since).filter(({ source }) => source === box1.host.address).length >= 3 &&
    (await vipOn(box2)) === undefined;
  await waitUntil('box 1 to direct again', isSettled, { limitMs: 40_000, everyMs: 200 });
  await setRules(box1, 0);
  await setRules(box2, 1);
}
