import { readdirSync, readFileSync } from 'node:fs';
import type { Daemon } from './daemon.ts';

/**
 * @param pid - of a running process
 * @returns time that all its threads have spent on a CPU, in µs
 * @see proc(5), /proc/PID/schedstat
 */
export function cpuUs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1000;
}

/**
 * @param pid - of a running process
 * @returns time that its first thread could have run but had to wait for a CPU, in ms
 * @see proc(5), /proc/PID/schedstat
 */
export function cpuWaitMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
}

/**
 * @param pid - of a running process
 * @returns its memory in MiB; what it shares with others is counted in part
 * @see proc(5), /proc/PID/smaps_rollup
 */
export function memoryMib(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1]) / 1024;
}

/**
 * @param daemon - that runs
 * @returns memory of each of its processes in MiB, to two places
 */
export function memoryOfEach(daemon: Daemon): Record<string, number> {
  const running = (['supervisor', 'vrrp', 'ipvs'] as const).flatMap((name) => {
    const pid = daemon.pid(name);
    return pid === undefined ? [] : [[name, Number(memoryMib(pid).toFixed(2))] as const];
  });
  return Object.fromEntries(running);
}
