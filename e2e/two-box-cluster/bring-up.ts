import { syncDaemons, table } from '../lib/ipvs-table.ts';
import { waitUntil } from '../lib/wait.ts';
import { redirectRules, vipOn, type Box, type Cluster } from './cluster.ts';

/** Starts both daemons and waits until box 1 directs, box 2 is its backup, and both serve. */
export async function bringUp(cluster: Cluster): Promise<void> {
  const { box1, box2 } = cluster;
  box1.daemon.start();
  const directs = async (): Promise<boolean> =>
    (await vipOn(box1)) !== undefined && (await redirectRules(box1)) === 0 && complete(box1);
  await waitUntil('box 1 to direct', directs, { limitMs: 40_000, everyMs: 200 });
  await startBackup(cluster, box2);
}

/** Starts a box's daemon and waits until it is a backup that redirects what it is sent. */
export async function startBackup({ capture }: Cluster, box: Box): Promise<void> {
  box.daemon.start();
  const backs = async (): Promise<boolean> => {
    const [daemon] = await syncDaemons(box.host);
    return daemon?.role === 'backup' && (await redirectRules(box)) === 1 && complete(box);
  };
  await waitUntil(`${box.host.name} to be a backup`, backs, { limitMs: 40_000, everyMs: 200 });
  const since = Date.now();
  const heard = (): boolean => capture.adverts(since).length >= 2;
  await waitUntil('adverts', heard, { limitMs: 10_000 });
}

async function complete({ host }: Box): Promise<boolean> {
  const [service] = await table(host);
  return service?.destinations.length === 2;
}
