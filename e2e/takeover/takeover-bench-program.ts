// Measures takeovers of tandemd and keepalived in turn and prints one line of JSON: how much later
// than the protocol's minimum the first gratuitous ARP is on the wire. Argument: runs of each.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AddressWatch } from '../lib/address-watch.ts';
import type { Implementation } from '../lib/daemon.ts';
import { Cluster, type Box } from '../two-box-cluster/cluster.ts';
import { MASTER_DOWN_MS, settle, SKEW_MS, takeOver, type Cause } from './takeover.ts';

const IMPLEMENTATIONS: readonly Implementation[] = ['tandemd', 'keepalived'];
const MINIMUM_MS: Readonly<Record<Cause, number>> = { kill: MASTER_DOWN_MS, term: SKEW_MS };
const CAUSES: readonly Cause[] = ['kill', 'term'];

interface Contestant {
  readonly implementation: Implementation;
  readonly cluster: Cluster;
  readonly watch: AddressWatch;
  readonly excessMs: Readonly<Record<Cause, number[]>>;
}

const runs = Number(process.argv[2]);
const contestants: Contestant[] = [];
try {
  for (const implementation of IMPLEMENTATIONS) contestants.push(await enter(implementation));
  for (let run = 1; run <= runs; run += 1) {
    for (const cause of CAUSES) {
      for (const contestant of contestants) await measure(contestant, cause);
    }
    process.stderr.write(`run ${run} of ${runs}\n`);
  }
  process.stdout.write(`${JSON.stringify(summary())}\n`);
} finally {
  for (const { cluster, watch } of contestants) {
    await watch.stop();
    await cluster.destroy();
  }
}

async function enter(implementation: Implementation): Promise<Contestant> {
  const plan = { box1: implementation, box2: implementation, flags: ['-P'] };
  const cluster = await Cluster.create(plan);
  cluster.boxes.forEach(withoutSyncDaemon);
  const watch = await AddressWatch.start(cluster.lan.host('box2'));
  return { implementation, cluster, watch, excessMs: { kill: [], term: [] } };
}

/** keepalived ends where there is no IPVS and the configuration has a use for it. */
function withoutSyncDaemon({ host }: Box): void {
  const file = join(host.folder, 'keepalived.conf');
  const text = readFileSync(file, 'utf8').replace(/^.*lvs_sync_daemon_interface.*\n/m, '');
  writeFileSync(file, text);
}

async function measure({ cluster, watch, excessMs }: Contestant, cause: Cause): Promise<void> {
  await settle(cluster);
  const { sinceLastAdvertMs } = await takeOver(cluster, watch, cause);
  excessMs[cause].push(sinceLastAdvertMs - MINIMUM_MS[cause]);
}

function summary(): unknown {
  const results = CAUSES.map((cause) => {
    const entries = contestants.map(({ implementation, excessMs }) => [
      implementation,
      distribution(excessMs[cause]),
    ]);
    return [cause, { minimumMs: MINIMUM_MS[cause], excessMs: Object.fromEntries(entries) }];
  });
  return { benchmark: 'takeover', runs, ...Object.fromEntries(results) };
}

function distribution(values: readonly number[]): Record<string, number> {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN).toFixed(2));
  return { median: at(0.5), p95: at(0.95), max: at(1) };
}
