// kernel: ipvs, no clock
// A real server that an operator takes out, or a reload, and one that comes back by and by.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { table } from '../lib/ipvs-table.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { repositoryRoot } from '../lib/program.ts';
import { waitUntil } from '../lib/wait.ts';
import { WebServer } from '../lib/web-server.ts';

const VIP = '192.0.2.10';
const SERVER = '192.0.2.1:80';
/** Nothing but what hangs meets it. */
const LIMIT_MS = 60_000;
/** Too long for a second step. */
const CONFIGURATION = `virtual_server ${VIP} 80 {
  delay_loop 1
  lvs_sched wlc
  lvs_method DR
  protocol TCP
  slow_start 36000
  real_server 192.0.2.1 80 {
    weight 100
    TCP_CHECK {
      connect_timeout 30
    }
  }
}
`;

/** Seconds: a step takes four of them, or a tenth of one. */
const CLIMBING = climbingIn(36);
const CLIMBING_FAST = climbingIn(0.9);

/** With another server, and the first one is to keep its connections. */
const WITHOUT_IT = CONFIGURATION.replace('slow_start 36000', 'drain_on_removal 600')
  .replace('real_server 192.0.2.1', 'real_server 192.0.2.2')
  .replace(/TCP_CHECK \{[^}]*\}/, '');

function climbingIn(time: number): string {
  return CONFIGURATION.replace('slow_start 36000', `slow_start ${time}`);
}

interface Box {
  readonly host: Host;
  readonly daemon: Daemon;
}

async function tandemctl({ host, daemon }: Box, ...words: readonly string[]): Promise<string> {
  const program = join(repositoryRoot(), 'packages/tandemctl/bin/tandemctl.mjs');
  const all = [process.execPath, program, ...words, '--control', daemon.controlSocket];
  return (await host.exec(all, { mayFail: true })).stdout;
}

/** Weight of the server in the table; undefined: it is not there. */
async function weight({ host }: Box): Promise<number | undefined> {
  const destinations = (await table(host))[0]?.destinations;
  return destinations?.find(({ server }) => server === SERVER)?.weight;
}

async function weightBecomes(box: Box, wanted: number | undefined): Promise<void> {
  const isSo = async (): Promise<boolean> => (await weight(box)) === wanted;
  await waitUntil(`weight ${wanted}`, isSo, { limitMs: LIMIT_MS, everyMs: 100 });
}

/** A connection from the client that stays; the kernel may have earlier ones still. */
async function connection({ host }: Box, client: Host) {
  const established = async (): Promise<number> =>
    (await host.exec(['ipvsadm', '-Lnc'])).stdout.split('ESTABLISHED').length;
  const before = await established();
  const held = client.start('held', ['bash', '-c', `exec 3<>/dev/tcp/${VIP}/80 && sleep 300`]);
  const connected = async (): Promise<boolean> => (await established()) > before;
  await waitUntil('a connection', connected, { limitMs: LIMIT_MS });
  return held;
}

void test('a real server is drained and taken back, climbs after a recovery, and keeps its connections when a reload removes it', async (context) => {
  const lan = await Lan.create([
    { name: 'box', address: '192.0.2.1/24' },
    { name: 'client', address: '192.0.2.50/24' },
  ]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  await host.exec(['ip', 'addr', 'add', `${VIP}/32`, 'dev', 'eth0']);
  const web = new WebServer(host);
  await web.start();
  const daemon = new Daemon(host, 'tandemd', { configuration: CONFIGURATION, flags: ['-C'] });
  const box: Box = { host, daemon };
  daemon.start();
  await daemon.ready();
  await weightBecomes(box, 100);

  const held = await connection(box, lan.host('client'));
  assert.equal(
    await tandemctl(box, 'drain', SERVER),
    `draining [192.0.2.1]:tcp:80 of [${VIP}]:tcp:80\n`,
  );
  await weightBecomes(box, 0);
  await daemon.reloaded();
  assert.equal(await weight(box), 0);
  assert.match(await tandemctl(box, 'status'), /-> +192\.0\.2\.1:80 +weight 0 +draining/);
  await tandemctl(box, 'drain', SERVER, '--timeout', '0');
  await weightBecomes(box, undefined);
  assert.match(await tandemctl(box, 'status'), /-> +192\.0\.2\.1:80 +weight 0 +drained/);
  await held.stop('SIGKILL', 5000);

  await tandemctl(box, 'undrain', SERVER);
  await weightBecomes(box, 10);
  await web.kill();
  await weightBecomes(box, undefined);
  await web.start();
  await weightBecomes(box, 10);
  // A reload changes how fast it climbs, not how far it is: a step lasts until somebody has seen it.
  const seen = [10];
  const climbed = async (): Promise<boolean> => {
    const now = (await weight(box)) ?? 0;
    if (now !== seen.at(-1)) seen.push(now);
    return now > 10;
  };
  await daemon.reloaded(CLIMBING);
  await waitUntil('a second step', climbed, { limitMs: LIMIT_MS, everyMs: 100 });
  assert.ok((seen.at(-1) ?? 0) < 100, String(seen));
  await daemon.reloaded(CLIMBING_FAST);
  const isWhole = async (): Promise<boolean> => (await climbed()) && seen.at(-1) === 100;
  await waitUntil('the whole weight', isWhole, { limitMs: LIMIT_MS, everyMs: 100 });
  context.diagnostic(`weights after the recovery: ${seen.join(' ')}`);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
  assert.ok(seen.every((each) => each % 10 === 0));

  const kept = await connection(box, lan.host('client'));
  await daemon.reloaded(WITHOUT_IT);
  await daemon.reloaded();
  assert.equal(await weight(box), 0);
  await daemon.kill();
  daemon.start();
  await daemon.ready();
  assert.equal(await weight(box), 0);
  assert.match(await tandemctl(box, 'status'), /-> +192\.0\.2\.1:80 +weight 0 +removed, draining/);
  assert.equal((await table(host))[0]?.destinations.length, 2);
  await tandemctl(box, 'drain', SERVER, '--timeout', '0');
  await weightBecomes(box, undefined);
  assert.doesNotMatch(await tandemctl(box, 'status'), /192\.0\.2\.1:80/);
  await kept.stop('SIGKILL', 5000);
  await daemon.stop();
});
