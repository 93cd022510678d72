// Measures takeovers and returns of tandemd and keepalived in turn and prints one line of JSON: how
// much later than the protocol's minimum the first gratuitous ARP is on the wire. Arguments: runs of
// each, version of the protocol, and advert intervals in ms.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AddressWatch } from '../lib/address-watch.ts';
import type { Implementation } from '../lib/daemon.ts';
import { distribution } from '../lib/distribution.ts';
import { memoryOfEach } from '../lib/process-usage.ts';
import { Cluster, type Box } from '../two-box-cluster/cluster.ts';
import {
  comeBack,
  masterDownMs,
  settle,
  skewMs,
  takeOver,
  type Cause,
  type Timing,
} from './takeover.ts';

const IMPLEMENTATIONS: readonly Implementation[] = ['tandemd', 'keepalived'];
const CAUSES: readonly Cause[] = ['kill', 'term', 'link-down'];
const SETTLE_ATTEMPTS = 10;

/** What is measured; a box that was killed or stopped is started again. */
type Event = Cause | 'link-up' | 'start';

function minimumMs(event: Event, timing: Timing): number {
  if (event === 'term') return skewMs('box2', timing);
  return masterDownMs(event === 'link-up' || event === 'start' ? 'box1' : 'box2', timing);
}

interface Contestant {
  readonly implementation: Implementation;
  readonly cluster: Cluster;
  /** Of box 1 and box 2. */
  readonly watches: readonly [AddressWatch, AddressWatch];
  readonly excessMs: Readonly<Record<Event, number[]>>;
}

const [runs = 1, version, ...intervals] = process.argv.slice(2).map(Number);
const results: unknown[] = [];
for (const advertMs of intervals) {
  const timing: Timing = { version: version === 2 && advertMs === 1000 ? 2 : 3, advertMs };
  results.push(...(await compare(timing)));
}
process.stdout.write(`${JSON.stringify({ benchmark: 'takeover', runs, results })}\n`);

async function compare(timing: Timing): Promise<unknown[]> {
  const contestants: Contestant[] = [];
  try {
    for (const implementation of IMPLEMENTATIONS)
      contestants.push(await enter(implementation, timing));
    for (let run = 1; run <= runs; run += 1) {
      for (const cause of CAUSES) {
        for (const contestant of contestants) await measure(contestant, timing, cause);
      }
      process.stderr.write(`${timing.advertMs} ms: run ${run} of ${runs}\n`);
    }
    for (const { cluster } of contestants) await settleAtLast(cluster);
    return [...summary(contestants, timing), memory(contestants, timing)];
  } finally {
    for (const { cluster, watches } of contestants) {
      for (const watch of watches) await watch.stop();
      await cluster.destroy();
    }
  }
}

async function enter(implementation: Implementation, timing: Timing): Promise<Contestant> {
  const plan = { box1: implementation, box2: implementation, flags: ['-P'] };
  const cluster = await Cluster.create(plan);
  for (const box of cluster.boxes) configure(box, timing);
  const watches = [
    await AddressWatch.start(cluster.box1.host),
    await AddressWatch.start(cluster.box2.host),
  ] as const;
  const excessMs = { kill: [], term: [], 'link-down': [], 'link-up': [], start: [] };
  return { implementation, cluster, watches, excessMs };
}

/**
 * The scenario's configuration at another pace. keepalived ends where there is no IPVS and the
 * configuration has a use for it; version 3 has no authentication.
 */
function configure({ host }: Box, { version, advertMs }: Timing): void {
  const file = join(host.folder, 'keepalived.conf');
  const text = readFileSync(file, 'utf8')
    .replace(/^.*lvs_sync_daemon_interface.*\n/m, '')
    .replace(/^ *advert_int .*$/m, `  version ${version}\n  advert_int ${advertMs / 1000}`);
  writeFileSync(file, version === 2 ? text : text.replace(/^ *authentication \{[^}]*\}\n/m, ''));
}

async function measure(contestant: Contestant, timing: Timing, cause: Cause): Promise<void> {
  const { cluster, watches, excessMs } = contestant;
  const [watch1, watch2] = watches;
  await settleAtLast(cluster);
  const { sinceLastAdvertMs } = await takeOver(cluster, watch2, cause);
  excessMs[cause].push(sinceLastAdvertMs - minimumMs(cause, timing));
  const event = cause === 'link-down' ? 'link-up' : 'start';
  excessMs[event].push((await comeBack(cluster, watch1)) - minimumMs(event, timing));
}

/** On a busy machine a master with adverts of 10 ms may lose its place for a moment. */
async function settleAtLast(cluster: Cluster): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await settle(cluster);
    } catch (error) {
      if (attempt === SETTLE_ATTEMPTS) throw error;
    }
  }
}

function summary(contestants: readonly Contestant[], timing: Timing): unknown[] {
  return ([...CAUSES, 'link-up', 'start'] as const).map((event) => {
    const entries = contestants.map(({ implementation, excessMs }) => [
      implementation,
      distribution(excessMs[event]),
    ]);
    const excessMs: unknown = Object.fromEntries(entries);
    return { event, ...timing, minimumMs: minimumMs(event, timing), excessMs };
  });
}

/** Of box 1, which has just been master. */
function memory(contestants: readonly Contestant[], timing: Timing): unknown {
  const entries = contestants.map(({ implementation, cluster }) => [
    implementation,
    memoryOfEach(cluster.box1.daemon),
  ]);
  return { event: 'none', ...timing, memoryMib: Object.fromEntries(entries) as unknown };
}
