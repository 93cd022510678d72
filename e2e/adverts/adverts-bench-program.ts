// Measures the adverts of many instances, all of them master at 1 s, tandemd and keepalived in turn,
// beside an ipvs process that has more checks than it has time for, and prints one line of JSON.
// Arguments: seconds to measure, and how many instances, several numbers for several measurements.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { vrrpInstances } from '../config-test/generated-configuration.ts';
import { Background, run } from '../lib/command.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { distribution } from '../lib/distribution.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { cpuUs, memoryOfEach } from '../lib/process-usage.ts';
import { programPath } from '../lib/program.ts';
import { waitUntil } from '../lib/wait.ts';
import { CHECKS, startServers, watchChecks } from './saturation.ts';
import { Wire, type WireAdvert } from './wire.ts';

const IMPLEMENTATIONS: readonly Implementation[] = ['tandemd', 'keepalived'];
/** 1,000 instances, 255 on each. */
const INTERFACES = [0, 1, 2, 3];
/** The master down time of 3.61 s, and time to start, and for adverts to come to be sent together. */
const SETTLING_MS = 20_000;
const INTERVAL_MS = 1000;
/** The vrrp and the ipvs process have this one for both. */
const PROCESSOR = availableParallelism() - 1;
const GLOBALS = `global_defs {\nvrrp_cpu_affinity ${PROCESSOR}\nchecker_cpu_affinity ${PROCESSOR}\n}\n`;
/** How long what came due in a standstill takes to be done. */
const AFTERMATH_MS = 10;
/** Where CPU time comes in ticks. */
const TICK_US = 10_000;

/** A time in which nobody was called. */
type Standstill = readonly [fromMs: number, untilMs: number];

const [seconds = 15, ...counts] = process.argv.slice(2).map(Number);
const results: Record<string, unknown>[] = [];
const lan = await Lan.create([
  { name: 'box', address: '10.30.6.111/24' },
  { name: 'beside', address: '10.30.6.112/24' },
]);
try {
  const [box, beside] = [lan.host('box'), lan.host('beside')];
  const { status } = await box.exec(['ipvsadm', '-Ln'], { mayFail: true });
  const kernelHasIpvs = status === 0;
  // keepalived checks nothing where the kernel has no table; ours does.
  const configuration = `${GLOBALS}${CHECKS}`;
  const besides = new Daemon(beside, 'tandemd', { configuration, flags: ['-C'] });
  await wire(lan);
  for (const host of [box, beside]) await startServers(host);
  for (const instances of counts) {
    for (const implementation of IMPLEMENTATIONS) {
      const checksItself = kernelHasIpvs || implementation === 'tandemd';
      const configuration = `${GLOBALS}${vrrpInstances(instances)}${CHECKS}`;
      const flags = checksItself ? [] : ['-P'];
      const daemon = new Daemon(box, implementation, { configuration, flags });
      const checker = checksItself ? { daemon, host: box } : { daemon: besides, host: beside };
      const result = { instances, implementation, ...(await measure(daemon, checker, instances)) };
      process.stderr.write(`${JSON.stringify(result)}\n`);
      results.push(result);
    }
  }
  const setting = { seconds, kernelHasIpvs };
  process.stdout.write(`${JSON.stringify({ benchmark: 'adverts', ...setting, results })}\n`);
} finally {
  await lan.destroy();
}

/** What leaves an interface of the box is seen on its other end; nothing answers there. */
async function wire({ bridge }: Lan): Promise<void> {
  const box = lan.host('box');
  for (const i of INTERFACES) {
    const pair = ['type', 'veth', 'peer', 'name', `vrrp${i}`, 'netns', box.namespace];
    await bridge.exec(['ip', 'link', 'add', `wire${i}`, 'up', ...pair]);
    await box.exec(['ip', 'addr', 'add', `10.200.${i}.1/24`, 'dev', `vrrp${i}`]);
    await box.exec(['ip', 'link', 'set', `vrrp${i}`, 'up']);
  }
}

async function measure(
  daemon: Daemon,
  checker: { readonly daemon: Daemon; readonly host: Host },
  instances: number,
): Promise<Record<string, unknown>> {
  const capture = await Wire.start(lan.bridge);
  for (const each of new Set([checker.daemon, daemon])) each.start();
  await delay(SETTLING_MS);
  const pid = vrrpPid(daemon);
  const watched = await watchProcessor(lan.host('box'));
  const checked = await watchChecks(checker.daemon, checker.host);
  const [from, cpuBefore] = [Date.now(), cpuUs(pid)];
  await delay(seconds * 1000);
  const [until, cpuAfter] = [Date.now(), cpuUs(pid)];
  const standstills = await watched();
  const ipvs = await checked();
  const memory = memoryOfEach(daemon);
  for (const each of new Set([daemon, checker.daemon])) await each.stop();
  const adverts = await capture.stop();
  const measured = adverts.filter(({ atMs }) => atMs >= from && atMs < until);
  const intervals = intervalsOf(measured, instances);
  const undisturbed = intervals.filter((each) => !standstills.some((still) => falls(each, still)));
  return {
    latenessMs: distribution(intervals.map(lateness)),
    undisturbed: {
      latenessMs: distribution(undisturbed.map(lateness)),
      part: rounded(undisturbed.length / intervals.length),
    },
    standstills: {
      ms: distribution(standstills.map(([fromMs, untilMs]) => untilMs - fromMs)),
      count: standstills.length,
    },
    ...cpuPerAdvert(cpuAfter - cpuBefore, measured.length),
    allMasterMs: rounded(spreadMs(adverts)),
    memoryMib: memory,
    ipvs,
  };
}

/**
 * Begins to watch. The watch goes before all others only when it has come up: that takes longer than
 * anything that it is to find.
 * @returns ends it; gives when the processor kept even somebody waiting who goes before all others
 */
async function watchProcessor(host: Host): Promise<() => Promise<readonly Standstill[]>> {
  const log = join(host.folder, `ticker-${Date.now()}.log`);
  const ticker = [process.execPath, programPath('ticker-program'), String(seconds + 60)];
  const watch = Background.start(['taskset', '-c', String(PROCESSOR), ...ticker], log);
  await waitUntil('the watch', () => readFileSync(log, 'utf8') !== '', { limitMs: 20_000 });
  await run(['chrt', '--fifo', '--pid', '50', String(watch.pid)]);
  return async () => {
    await watch.stop('SIGKILL');
    const [, ...lines] = readFileSync(log, 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Standstill);
  };
}

/** A kernel that charges whole ticks to whom it finds at their end cannot tell. */
function cpuPerAdvert(us: number, adverts: number): { cpuUsPerAdvert?: number } {
  return us % TICK_US === 0 ? {} : { cpuUsPerAdvert: rounded(us / adverts) };
}

function vrrpPid(daemon: Daemon): number {
  const pid = daemon.pid('vrrp');
  if (pid === undefined) throw new Error(`no vrrp process:\n${daemon.log().slice(-3000)}`);
  return pid;
}

/** Between two adverts of an instance. */
type Interval = readonly [fromMs: number, untilMs: number];

function intervalsOf(adverts: readonly WireAdvert[], instances: number): Interval[] {
  const last = new Map<string, number>();
  const intervals: Interval[] = [];
  for (const { instance, atMs } of adverts) {
    const before = last.get(instance);
    if (before !== undefined) intervals.push([before, atMs]);
    last.set(instance, atMs);
  }
  if (last.size !== instances) throw new Error(`${last.size} of ${instances} instances are master`);
  return intervals;
}

function lateness([fromMs, untilMs]: Interval): number {
  return Math.abs(untilMs - fromMs - INTERVAL_MS);
}

/** Whether one of the two adverts was due while the processor stood still. */
function falls(interval: Interval, [fromMs, untilMs]: Standstill): boolean {
  return interval.some((atMs) => atMs >= fromMs && atMs < untilMs + AFTERMATH_MS);
}

/** @returns from the first advert of the first instance to the first one of the last */
function spreadMs(adverts: readonly WireAdvert[]): number {
  const firsts = new Map<string, number>();
  for (const { instance, atMs } of adverts) if (!firsts.has(instance)) firsts.set(instance, atMs);
  return Math.max(...firsts.values()) - Math.min(...firsts.values());
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
