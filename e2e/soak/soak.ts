/**
 * Two boxes, the master of which reads its configuration again every second, each time another one.
 * What does not change must not notice: no advert is late, nobody changes state, memory stays.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Capture, type SeenAdvert } from '../lib/capture.ts';
import { Daemon, type Implementation, type ProcessName } from '../lib/daemon.ts';
import { distribution } from '../lib/distribution.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { cpuWaitMs, memoryMib } from '../lib/process-usage.ts';
import { waitUntil } from '../lib/wait.ts';
import { ADDRESSES, configuration, INSTANCES, type Edition } from './configuration.ts';
import { growth, type MemoryUse } from './growth.ts';

/** What to do. */
export interface SoakPlan {
  readonly implementation: Implementation;
  /** Of the backup, which is never reloaded. */
  readonly backup: Implementation;
  /** Between adverts, 10 or more. */
  readonly intervalMs: number;
  /** How long the reloads go on, one in each second. */
  readonly seconds: number;
  /** An advert that comes later than this is late. */
  readonly latenessMsMax: number;
}

/** What came of it. */
export interface SoakReport extends SoakPlan {
  readonly reloads: number;
  /** Of those that were asked for, how many the master says are done. */
  readonly reloadsDone: number;
  readonly adverts: number;
  /** It must send none. */
  readonly advertsOfBackup: number;
  /** By how much the time between adverts of an instance that does not change is too long. */
  readonly latenessMs: Readonly<Record<string, number>>;
  /** How long the vrrp process of the master waited for a CPU in one second, at most. */
  readonly cpuWaitMsMax: number;
  /** Changes of state, as they were logged. */
  readonly transitions: Readonly<Record<'master' | 'backup', readonly string[]>>;
  /** Adverts that were late: whose, when, and by how much; the first of them. */
  readonly late: readonly string[];
  readonly memoryMib: Readonly<Record<string, MemoryUse>>;
  /** What was not as it must be, in words. */
  readonly violations: readonly string[];
}

interface Box {
  readonly host: Host;
  readonly daemon: Daemon;
}

/** Between reloads. */
const PERIOD_MS = 1000;
const MASTER = '10.30.6.111';
const PROCESSES: readonly ProcessName[] = ['supervisor', 'vrrp'];
/** How far the memory of a process may grow from the second quarter to the last one. */
const GROWTH_MIB_MAX = 4;
const LATE_SHOWN_MAX = 20;
/** Below, growth cannot be told from what a garbage collector has not done yet. */
const GROWTH_SECONDS_MIN = 600;

/** @returns what came of it; all is taken down again */
export async function soak(plan: SoakPlan): Promise<SoakReport> {
  const lan = await Lan.create([
    { name: 'box1', address: `${MASTER}/24` },
    { name: 'box2', address: '10.30.6.112/24' },
  ]);
  const [master, backup] = [box(lan, 'box1', plan), box(lan, 'box2', plan)];
  let capture: Capture | undefined;
  try {
    capture = await Capture.start(lan.bridge);
    await settle(master, backup);
    return await reloadAgainAndAgain(plan, { master, backup, capture });
  } finally {
    await Promise.all([master.daemon.stop(), backup.daemon.stop(), capture?.stop()]);
    await lan.destroy();
  }
}

function box(lan: Lan, name: 'box1' | 'box2', plan: SoakPlan): Box {
  const { intervalMs } = plan;
  const host = lan.host(name);
  const isMaster = name === 'box1';
  const text = configuration({ role: isMaster ? 'MASTER' : 'BACKUP', intervalMs }, 0);
  const implementation = isMaster ? plan.implementation : plan.backup;
  return { host, daemon: new Daemon(host, implementation, { configuration: text, flags: ['-P'] }) };
}

async function settle(master: Box, backup: Box): Promise<void> {
  master.daemon.start();
  backup.daemon.start();
  const holds = async (): Promise<boolean> => (await addressesOf(master)) === ADDRESSES;
  await waitUntil('all addresses on the master', holds, { limitMs: 30_000, everyMs: 500 });
  await Promise.all([master.daemon.ready(), backup.daemon.ready()]);
  // The last announcements of the start.
  await delay(2 * PERIOD_MS);
}

async function reloadAgainAndAgain(
  plan: SoakPlan,
  { master, backup, capture }: { master: Box; backup: Box; capture: Capture },
): Promise<SoakReport> {
  const boxes = { master, backup };
  const before = { master: transitions(master).length, backup: transitions(backup).length };
  const doneBefore = reloadsDone(master);
  const samples = new Map<string, number[]>();
  const waits: number[] = [];
  const startedAtMs = Date.now();
  for (let reload = 1; reload <= plan.seconds; reload += 1) {
    const part = { role: 'MASTER', intervalMs: plan.intervalMs } as const;
    master.daemon.reload(configuration(part, (reload % 2) as Edition));
    noteMemory(samples, boxes);
    waits.push(cpuWaitMs(pidOf(master)));
    await delay(Math.max(0, startedAtMs + reload * PERIOD_MS - Date.now()));
  }
  // What the last one is still about.
  await delay(2 * PERIOD_MS);
  const adverts = capture.adverts(startedAtMs);
  const intervals = intervalsOf(adverts, plan.intervalMs);
  const report = {
    ...plan,
    reloads: plan.seconds,
    reloadsDone: reloadsDone(master) - doneBefore,
    adverts: intervals.length,
    advertsOfBackup: adverts.filter(({ source }) => source !== MASTER).length,
    latenessMs: distribution(intervals.map(({ latenessMs }) => latenessMs)),
    cpuWaitMsMax: Math.round(largestStep(waits)),
    transitions: {
      master: transitions(master).slice(before.master),
      backup: transitions(backup).slice(before.backup),
    },
    late: lateOnes(intervals, plan.latenessMsMax),
    memoryMib: Object.fromEntries([...samples].map(([name, values]) => [name, growth(values)])),
  };
  const held = [await addressesOf(master), await addressesOf(backup)] as const;
  return { ...report, violations: violationsOf(report, held) };
}

function violationsOf(
  report: Omit<SoakReport, 'violations'>,
  [onMaster, onBackup]: readonly [number, number],
): string[] {
  const { latenessMs, latenessMsMax, memoryMib: memory } = report;
  const grown = Object.entries(memory).filter(
    ([, { secondQuarter, lastQuarter }]) =>
      report.seconds >= GROWTH_SECONDS_MIN && lastQuarter - secondQuarter > GROWTH_MIB_MAX,
  );
  const found: readonly (readonly [boolean, string])[] = [
    [report.reloadsDone !== report.reloads, `${report.reloadsDone} reloads done`],
    [!((latenessMs['max'] ?? Number.NaN) <= latenessMsMax), 'an advert was late'],
    [report.advertsOfBackup > 0, `the backup has sent ${report.advertsOfBackup} adverts`],
    [report.transitions.master.length > 0, 'the master has changed its state'],
    [report.transitions.backup.length > 0, 'the backup has changed its state'],
    [onMaster !== ADDRESSES, `${onMaster} addresses on the master`],
    [onBackup !== 0, `${onBackup} addresses on the backup`],
    ...grown.map(([name]) => [true, `memory of ${name} grows`] as const),
  ];
  return found.flatMap(([isViolation, words]) => (isViolation ? [words] : []));
}

/** Time between two adverts of an instance. */
interface Interval {
  readonly advert: SeenAdvert;
  /** Beyond what it should be. */
  readonly latenessMs: number;
}

/** Those of the instances that do not change. */
function intervalsOf(adverts: readonly SeenAdvert[], intervalMs: number): Interval[] {
  const last = new Map<number, number>();
  return adverts.flatMap((advert) => {
    const { virtualRouterId, atMs } = advert;
    if (virtualRouterId === INSTANCES) return [];
    const before = last.get(virtualRouterId);
    last.set(virtualRouterId, atMs);
    return before === undefined ? [] : [{ advert, latenessMs: atMs - before - intervalMs }];
  });
}

function lateOnes(intervals: readonly Interval[], latenessMsMax: number): string[] {
  const late = intervals.filter(({ latenessMs }) => latenessMs > latenessMsMax);
  return late.slice(0, LATE_SHOWN_MAX).map(({ advert, latenessMs }) => {
    const { atMs, source, virtualRouterId } = advert;
    const time = new Date(atMs).toISOString();
    return `${time} VRID ${virtualRouterId} of ${source}: ${Math.round(latenessMs)} ms`;
  });
}

function largestStep(values: readonly number[]): number {
  return Math.max(0, ...values.map((value, i) => value - (values[i - 1] ?? value)));
}

function pidOf({ daemon }: Box): number {
  const pid = daemon.pid('vrrp');
  if (pid === undefined) throw new Error(`no vrrp process:\n${daemon.log().slice(-3000)}`);
  return pid;
}

async function addressesOf({ host }: Box): Promise<number> {
  const addresses = await host.addresses();
  return addresses.filter(({ address }) => address.startsWith('10.4')).length;
}

function transitions({ daemon }: Box): string[] {
  return daemon.log().match(/^.*Entering (?:MASTER|BACKUP|FAULT) STATE.*$/gm) ?? [];
}

function reloadsDone({ daemon }: Box): number {
  return daemon.log().match(/Reload (?:complete|finished)/gi)?.length ?? 0;
}

function noteMemory(samples: Map<string, number[]>, boxes: Readonly<Record<string, Box>>): void {
  for (const [role, { daemon }] of Object.entries(boxes)) {
    for (const process of PROCESSES) {
      const pid = daemon.pid(process);
      if (pid === undefined) continue;
      const name = `${role} ${process}`;
      const known = samples.get(name) ?? [];
      known.push(memoryMib(pid));
      samples.set(name, known);
    }
  }
}
