// Measures the adverts of many instances, all of them master at 1 s, tandemd and keepalived in turn,
// and prints one line of JSON. Arguments: seconds to measure, busy processes beside, and how many
// instances, several numbers for several measurements.
import { setTimeout as delay } from 'node:timers/promises';
import { vrrpInstances } from '../config-test/generated-configuration.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { distribution } from '../lib/distribution.ts';
import { Lan } from '../lib/lan.ts';
import { cpuUs, memoryOfEach } from '../lib/process-usage.ts';
import { programPath } from '../lib/program.ts';
import { Wire, type WireAdvert } from './wire.ts';

const IMPLEMENTATIONS: readonly Implementation[] = ['tandemd', 'keepalived'];
/** 1,000 instances, 255 on each. */
const INTERFACES = [0, 1, 2, 3];
/** The master down time of 3.61 s, and time to start. */
const SETTLING_MS = 10_000;
const INTERVAL_MS = 1000;

const [seconds = 15, busy = 2, ...counts] = process.argv.slice(2).map(Number);
const results: Record<string, unknown>[] = [];
const lan = await Lan.create([{ name: 'box', address: '10.30.6.111/24' }]);
try {
  const box = lan.host('box');
  await wire(lan);
  for (let i = 0; i < busy; i += 1)
    box.start('load', [process.execPath, programPath('check-load-program')]);
  for (const instances of counts) {
    for (const implementation of IMPLEMENTATIONS) {
      results.push({ instances, implementation, ...(await measure(implementation, instances)) });
      process.stderr.write(`${instances} instances of ${implementation}\n`);
    }
  }
  const load = `${busy} processes busy with HTTP checks, at the priority of an ipvs process`;
  process.stdout.write(`${JSON.stringify({ benchmark: 'adverts', seconds, load, results })}\n`);
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
  implementation: Implementation,
  instances: number,
): Promise<Record<string, unknown>> {
  const box = lan.host('box');
  const daemon = new Daemon(box, implementation, {
    configuration: vrrpInstances(instances),
    flags: ['-P'],
  });
  const capture = await Wire.start(lan.bridge);
  daemon.start();
  await delay(SETTLING_MS);
  const pid = vrrpPid(daemon);
  const [from, cpuBefore] = [Date.now(), cpuUs(pid)];
  await delay(seconds * 1000);
  const [until, cpuAfter] = [Date.now(), cpuUs(pid)];
  const memory = memoryOfEach(daemon);
  await daemon.stop();
  const adverts = await capture.stop();
  const measured = adverts.filter(({ atMs }) => atMs >= from && atMs < until);
  return {
    latenessMs: distribution(lateness(measured, instances)),
    cpuUsPerAdvert: rounded((cpuAfter - cpuBefore) / measured.length),
    allMasterMs: rounded(spreadMs(adverts)),
    memoryMib: memory,
  };
}

function vrrpPid(daemon: Daemon): number {
  const pid = daemon.pid('vrrp');
  if (pid === undefined) throw new Error(`no vrrp process:\n${daemon.log().slice(-3000)}`);
  return pid;
}

/** @returns |interval - 1 s| of each two adverts of an instance */
function lateness(adverts: readonly WireAdvert[], instances: number): number[] {
  const last = new Map<string, number>();
  const differences: number[] = [];
  for (const { instance, atMs } of adverts) {
    const before = last.get(instance);
    if (before !== undefined) differences.push(Math.abs(atMs - before - INTERVAL_MS));
    last.set(instance, atMs);
  }
  if (last.size !== instances) throw new Error(`${last.size} of ${instances} instances are master`);
  return differences;
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
