// kernel: ipvs, no clock
// What daemons that were killed have put into the kernel's IPVS table, and others beside them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { syncDaemons, table } from '../lib/ipvs-table.ts';
import { Lan } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

function server(port: number): string {
  return `virtual_server 10.30.8.100 ${port} {
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 10.30.8.9 ${port} {
  }
}
`;
}

const GLOBALS = `global_defs {
  lvs_timeouts tcp 71 tcpfin 72 udp 73
  lvs_sync_daemon eth0
}
`;

void test('a start, or a clean-up, after a death of all processes leaves what others have set', async (context) => {
  const lan = await Lan.create([{ name: 'box', address: '10.30.8.1/24' }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  const services = async (): Promise<string[]> =>
    (await table(host)).map((each) => each.service.split(/ +/).slice(0, 2).join(' '));
  const timeouts = async (): Promise<string> =>
    (await host.exec(['ipvsadm', '-Ln', '--timeout'])).stdout.trim();
  await host.exec(['ipvsadm', '-A', '-t', '10.30.8.200:1', '-s', 'rr']);
  const before = await timeouts();
  const configuration = `${GLOBALS}${server(80)}${server(81)}`;
  const daemon = new Daemon(host, 'tandemd', { configuration, flags: ['-C'] });
  daemon.start();
  await daemon.ready();
  assert.deepEqual((await services()).toSorted(), [
    'TCP 10.30.8.100:80',
    'TCP 10.30.8.100:81',
    'TCP 10.30.8.200:1',
  ]);
  await daemon.kill();
  assert.equal((await syncDaemons(host)).length, 2);

  daemon.configure(server(81));
  daemon.start();
  await daemon.ready();
  assert.deepEqual((await services()).toSorted(), ['TCP 10.30.8.100:81', 'TCP 10.30.8.200:1']);
  assert.deepEqual(await syncDaemons(host), []);
  assert.equal(await timeouts(), before);
  await daemon.kill();

  daemon.configure('static_routes {\n}\n');
  daemon.start();
  await daemon.ready();
  const isClean = async (): Promise<boolean> => (await services()).length === 1;
  await waitUntil('the removal', isClean, { limitMs: 20_000 });
  await daemon.stop();

  daemon.configure(configuration);
  daemon.start();
  await daemon.ready();
  await daemon.kill();
  assert.deepEqual((await daemon.cleanup()).trimEnd().split('\n').toSorted(), [
    'removed IPVS service TCP 10.30.8.100:80',
    'removed IPVS service TCP 10.30.8.100:81',
    'removed IPVS sync daemon, backup',
    'removed IPVS sync daemon, master',
    'removed IPVS timeouts',
  ]);
  assert.deepEqual(await services(), ['TCP 10.30.8.200:1']);
  assert.deepEqual(await syncDaemons(host), []);
  assert.equal(await timeouts(), before);
});
