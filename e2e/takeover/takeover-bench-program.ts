// Measures takeovers and returns of tandemd and keepalived and prints one line of JSON: how much later
// than the protocol's minimum the first gratuitous ARP is on the wire. Arguments: runs of each, version
// of the protocol, and advert intervals in ms.
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
import { Timetable, type Span } from './timetable.ts';

const IMPLEMENTATIONS: readonly Implementation[] = ['tandemd', 'keepalived'];
const CAUSES: readonly Cause[] = ['kill', 'term', 'link-down'];
const SETTLE_ATTEMPTS = 10;
/** Clusters of each kind at the same time, where boxes do nothing but wait for most of it. */
const CLUSTERS = 4;
const PATIENT_MS = 1000;
/** What keeps a processor busy, from the moment on at which it begins. */
const SPANS: Readonly<Record<Event, Span>> = {
  kill: [-20, 150],
  term: [-20, 150],
  'link-down': [-20, 100],
  'link-up': [-20, 100],
  start: [-20, 500],
};
/** Around the moment at which an address should be announced; a daemon that starts may be later. */
const MOMENT: Span = [-20, 50];
const START_MS = 150;
const STEP_MS = 25;

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
}

type Results = Readonly<Record<Implementation, Readonly<Record<Event, number[]>>>>;

const [runs = 1, version, ...intervals] = process.argv.slice(2).map(Number);
const results: unknown[] = [];
for (const advertMs of intervals) {
  const timing: Timing = { version: version === 2 && advertMs === 1000 ? 2 : 3, advertMs };
  results.push(...(await compare(timing)));
}
process.stdout.write(`${JSON.stringify({ benchmark: 'takeover', runs, results })}\n`);

async function compare(timing: Timing): Promise<unknown[]> {
  const isPatient = timing.advertMs >= PATIENT_MS;
  const count = isPatient ? Math.min(CLUSTERS, runs) : 1;
  const contestants: Contestant[] = [];
  try {
    for (let i = 0; i < count; i += 1)
      for (const implementation of IMPLEMENTATIONS)
        contestants.push(await enter(implementation, timing));
    const lanes = isPatient ? contestants.map((each) => [each]) : [contestants];
    const timetable = isPatient ? new Timetable() : undefined;
    const excessMs: Results = { tandemd: nothingYet(), keepalived: nothingYet() };
    await Promise.all(
      lanes.map(async (lane, i) => {
        const times = Math.floor((runs + Math.floor(i / IMPLEMENTATIONS.length)) / count);
        await measureAll(lane, { timing, times, timetable, excessMs });
      }),
    );
    return [...summary(excessMs, timing), memory(contestants, timing)];
  } finally {
    for (const { cluster, watches } of contestants) {
      for (const watch of watches) await watch.stop();
      await cluster.destroy();
    }
  }
}

function nothingYet(): Record<Event, number[]> {
  return { kill: [], term: [], 'link-down': [], 'link-up': [], start: [] };
}

async function enter(implementation: Implementation, timing: Timing): Promise<Contestant> {
  const plan = { box1: implementation, box2: implementation, flags: ['-P'] };
  const cluster = await Cluster.create(plan);
  for (const box of cluster.boxes) configure(box, timing);
  const watches = [
    await AddressWatch.start(cluster.box1.host),
    await AddressWatch.start(cluster.box2.host),
  ] as const;
  return { implementation, cluster, watches };
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

/** What is measured, and where it is noted. */
interface Plan {
  readonly timing: Timing;
  readonly times: number;
  /** Absent where nothing else is measured at the same time. */
  readonly timetable: Timetable | undefined;
  readonly excessMs: Results;
}

async function measureAll(contestants: readonly Contestant[], plan: Plan): Promise<void> {
  for (let run = 1; run <= plan.times; run += 1) {
    for (const cause of CAUSES)
      for (const contestant of contestants) await measure(contestant, plan, cause);
    const names = contestants.map(({ implementation }) => implementation).join(' and ');
    process.stderr.write(`${plan.timing.advertMs} ms, ${names}: run ${run} of ${plan.times}\n`);
  }
  for (const { cluster } of contestants) await settleAtLast(cluster);
}

async function measure(
  { implementation, cluster, watches: [watch1, watch2] }: Contestant,
  { timing, timetable, excessMs }: Plan,
  cause: Cause,
): Promise<void> {
  const results = excessMs[implementation];
  await settleAtLast(cluster);
  // An advert has come just now, as it will have then.
  await timetable?.book(spansOf(cause, timing), timing.advertMs);
  const { sinceLastAdvertMs } = await takeOver(cluster, watch2, cause);
  results[cause].push(sinceLastAdvertMs - minimumMs(cause, timing));
  const event = cause === 'link-down' ? 'link-up' : 'start';
  await timetable?.book(spansOf(event, timing), STEP_MS);
  results[event].push((await comeBack(cluster, watch1)) - minimumMs(event, timing));
}

/** From when it is made to happen. */
function spansOf(event: Event, timing: Timing): Span[] {
  const at = minimumMs(event, timing);
  const [from, until] = MOMENT;
  return [SPANS[event], [at + from, at + until + (event === 'start' ? START_MS : 0)]];
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

function summary(excessMs: Results, timing: Timing): unknown[] {
  return ([...CAUSES, 'link-up', 'start'] as const).map((event) => {
    const entries = IMPLEMENTATIONS.map((each) => [each, distribution(excessMs[each][event])]);
    const minimum = minimumMs(event, timing);
    const distributions: unknown = Object.fromEntries(entries);
    return { event, ...timing, minimumMs: minimum, excessMs: distributions };
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
