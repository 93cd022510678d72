// kernel: any
// Where many servers do not answer and the box has too few descriptors for so many connections, those
// that do answer stay: what this box is short of is no failure of a server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import { WebServer } from '../lib/web-server.ts';

/** Of each process; the half of it would do without checks. */
const DESCRIPTORS = 80;
const SILENT = 200;
const LIMIT = { limitMs: 60_000 };
const NAME = 'service [127.0.0.1]:tcp:80';

function server(address: string, delay: number, timeout: number): string {
  const check = [
    'TCP_CHECK {',
    `delay_loop ${delay}`,
    `connect_timeout ${timeout}`,
    'retry 0',
    'warmup 0',
    '}',
  ];
  return [`real_server ${address} 80 {`, ...check, '}', ''].join('\n');
}

function configuration(): string {
  const silent = Array.from({ length: SILENT }, (_, i) => server(`10.30.6.${i + 2}`, 1, 5));
  const service = 'lb_algo rr\nlb_kind NAT\nprotocol TCP\n';
  return `virtual_server 10.30.7.100 80 {
${service}${server('127.0.0.1', 1, 5)}}
virtual_server 10.30.7.101 80 {
${service}${silent.join('')}}
`;
}

void test('a box that is short of descriptors keeps a server that answers', async (context) => {
  const lan = await Lan.create([{ name: 'box', address: '10.30.6.1/24' }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  // Nobody is asked for a neighbour's address, so that nobody says that there is none.
  await host.exec(['ip', 'link', 'set', 'eth0', 'arp', 'off']);
  const web = new WebServer(host);
  await web.start();
  context.after(() => web.kill());
  const daemon = new Daemon(host, 'tandemd', {
    configuration: configuration(),
    flags: ['-C'],
    within: ['prlimit', `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`],
  });
  context.after(() => daemon.stop());
  daemon.start();
  const isShort = (): boolean =>
    daemon.log().includes('checks cannot be made, and leave their servers as they are: ');
  await waitUntil('no descriptor for all of the checks', isShort, LIMIT);
  const isChecked = (): boolean => daemon.log().includes('Removing service [10.30.6.');
  await waitUntil('a server that does not answer is out', isChecked, LIMIT);
  assert.ok(!daemon.log().includes(`Removing ${NAME}`), daemon.log());
});
