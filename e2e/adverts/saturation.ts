/** Real HTTP checks of real servers, many more than the ipvs process has time for. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { checkedServers } from '../checkers/bench-configuration.ts';
import type { Daemon } from '../lib/daemon.ts';
import type { Host } from '../lib/lan.ts';
import { cpuUs, cpuWaitMs } from '../lib/process-usage.ts';
import { tcpCounter } from '../lib/tcp-counter.ts';
import { WebServer } from '../lib/web-server.ts';

/** 20,000 checks in a second. */
export const CHECKS: string = checkedServers({
  kind: 'HTTP_GET',
  count: 2000,
  periodMs: 100,
  path: '/apache2-default/index.html',
});

/**
 * Every 2.048 s the kernel ends, in one go that nothing interrupts, the sockets in TIME_WAIT whose minute
 * is over. Of 10,000 connections in a second that takes 5 to 8 ms, on the machine of who has closed
 * first: that of the servers, which is another one where that many are checked. There are none here.
 */
const NO_TIME_WAIT = 'echo 0 >/proc/sys/net/ipv4/tcp_max_tw_buckets';

/** Starts what is checked, on loopback. */
export async function startServers(host: Host): Promise<void> {
  await host.exec(['sh', '-c', NO_TIME_WAIT]);
  const server = new WebServer(host);
  // Of millions of requests.
  symlinkSync('/dev/null', join(host.folder, 'access.log'));
  await server.start();
}

/** What an ipvs process has done in a time. */
export interface Saturation {
  readonly checksPerSecond: number;
  /** Part of the time in which it had a processor. */
  readonly ran: number;
  /** Part of the time in which it had none, but something to do. */
  readonly waited: number;
}

/**
 * Begins to watch.
 * @param daemon - of the ipvs process
 * @param host - where it runs
 * @returns what it has done since
 */
export async function watchChecks(daemon: Daemon, host: Host): Promise<() => Promise<Saturation>> {
  const pid = daemon.pid('ipvs');
  if (pid === undefined) throw new Error(`no ipvs process:\n${daemon.log().slice(-3000)}`);
  const now = async (): Promise<Sample> => ({
    checks: await connections(host),
    atMs: performance.now(),
    ranMs: cpuUs(pid) / 1000,
    waitedMs: cpuWaitMs(pid),
  });
  const before = await now();
  return async () => {
    const after = await now();
    const ms = after.atMs - before.atMs;
    return {
      checksPerSecond: Math.round(((after.checks - before.checks) * 1000) / ms),
      ran: part(after.ranMs - before.ranMs, ms),
      waited: part(after.waitedMs - before.waitedMs, ms),
    };
  };
}

interface Sample {
  readonly checks: number;
  readonly atMs: number;
  readonly ranMs: number;
  readonly waitedMs: number;
}

/** Connections that this machine has begun; nobody but the checks begins any. */
async function connections(host: Host): Promise<number> {
  const { stdout } = await host.exec(['cat', '/proc/net/snmp']);
  return tcpCounter(stdout, 'ActiveOpens');
}

function part(ms: number, ofMs: number): number {
  return Number((ms / ofMs).toFixed(3));
}
