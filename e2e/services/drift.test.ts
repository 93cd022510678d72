// kernel: ipvs, no clock
// What others do to the table between two configurations is made good by the reload, which touches
// nothing that is as it should be: counters go on.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

const VIP = '198.51.100.1';
const SERVERS = ['192.0.2.2', '192.0.2.3'];

/** The second virtual server is another one after the reload. */
function configuration(scheduler: string): string {
  const servers = SERVERS.map((each) => `real_server ${each} 80 {\n TCP_CHECK {\n }\n}\n`).join('');
  const service = (address: string, words: string): string =>
    `virtual_server ${address} 80 {\n protocol TCP\n lvs_method NAT\n ${words}\n delay_loop 60\n${servers}}\n`;
  const suspended = service('198.51.100.3', 'lvs_sched rr\n ha_suspend');
  return service(VIP, 'lvs_sched rr') + service('198.51.100.2', scheduler) + suspended;
}

function lines(address: string, scheduler: string): string[] {
  return [
    `-A -t ${address}:80 -s ${scheduler}`,
    ...SERVERS.map((each) => `-a -t ${address}:80 -r ${each}:80 -m -w 1`),
  ];
}

test('a reload after drift leaves the wanted table, and counters that go on', async (context) => {
  const lan = await Lan.create([{ name: 'box', address: '192.0.2.1/24' }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  const ipvsadm = async (words: string): Promise<string> =>
    (await host.exec(['ipvsadm', ...words.split(' ')])).stdout;
  const daemon = new Daemon(host, 'tandemd', {
    configuration: configuration('lvs_sched rr'),
    flags: ['-C'],
  });
  const logged = (text: string): Promise<boolean> =>
    waitUntil(text, () => daemon.log().includes(text), { limitMs: 20_000 });
  daemon.start();
  await logged('Startup complete');
  await logged('Suspending healthchecker for service [192.0.2.3]:tcp:80 for VS [198.51.100.3]');

  await host.exec(['ip', 'addr', 'add', `${VIP}/32`, 'dev', 'lo']);
  await host.exec(['ip', 'addr', 'add', '198.51.100.3/32', 'dev', 'lo']);
  await logged('Activating healthchecker for service [192.0.2.3]:tcp:80 for VS [198.51.100.3]');
  await host.exec(['timeout', '1', 'bash', '-c', `: </dev/tcp/${VIP}/80`], { mayFail: true });
  const connections = async (): Promise<string | undefined> =>
    /^TCP +198\.51\.100\.1:80 +(\d+)/m.exec(await ipvsadm('-Ln --stats'))?.[1];
  // The kernel adds up its counters every two seconds.
  const counted = async (): Promise<boolean> => (await connections()) === '1';
  await waitUntil('a counted connection', counted, { limitMs: 10_000 });

  // All three at once, so that the look between two of them does not come first.
  const drift = `-d -t ${VIP}:80 -r 192.0.2.3:80\n-D -t 198.51.100.2:80\n-A -t 203.0.113.9:80 -s wlc\n`;
  await host.exec(['ipvsadm', '-R'], { input: drift });
  writeFileSync(join(host.folder, 'keepalived.conf'), configuration('lvs_sched wrr'));
  daemon.signal('SIGHUP');
  await logged('Reload complete');
  const wanted = [
    ...lines(VIP, 'rr'),
    ...lines('198.51.100.2', 'wrr'),
    ...lines('198.51.100.3', 'rr'),
    '-A -t 203.0.113.9:80 -s wlc',
  ];
  const table = (await ipvsadm('-Sn'))
    .trim()
    .split('\n')
    .map((each) => each.trim());
  assert.deepEqual(table.toSorted(), wanted.toSorted());
  assert.equal(await connections(), '1');
  await daemon.stop();
  assert.equal((await ipvsadm('-Sn')).trim(), '-A -t 203.0.113.9:80 -s wlc');
});
