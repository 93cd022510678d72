// kernel: any
// /run has no room for a single byte: the service goes on, and the log says what is missing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

const LIMIT = { limitMs: 20_000 };

function configuration(vip: string): string {
  return `vrrp_instance V {
  interface eth0
  virtual_router_id 51
  priority 255
  version 3
  advert_int 0.2
  virtual_ipaddress {
    ${vip}
  }
}
`;
}

void test('with a full /run a daemon starts, reloads and stops, says what it cannot write, and leaves no empty file', async (context) => {
  // One page, which is taken.
  const prepare = 'mount -t tmpfs -o size=4k tmpfs /run; head -c 4096 /dev/zero >/run/fill';
  const lan = await Lan.create([{ name: 'box', address: '10.77.1.1/24', prepare }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  const holds = async (vip: string): Promise<boolean> =>
    (await host.addresses()).some(({ address }) => address === vip);
  const files = async (): Promise<string[]> =>
    (await host.exec(['find', '/run', '-type', 'f'])).stdout.split('\n').filter(Boolean);

  const daemon = new Daemon(host, 'tandemd', {
    configuration: configuration('10.77.1.100/24'),
    flags: ['-P', '-p', '/run/t.pid', '-r', '/run/v.pid'],
  });
  daemon.start();
  await daemon.ready();
  await waitUntil('the first address', () => holds('10.77.1.100/24'), LIMIT);
  assert.deepEqual(await files(), ['/run/fill']);
  await daemon.reloaded(configuration('10.77.1.101/24'));
  await waitUntil('the second address', () => holds('10.77.1.101/24'), LIMIT);
  await daemon.stop();
  assert.deepEqual(await host.addresses().then((all) => all.map(({ address }) => address)), [
    '10.77.1.1/24',
  ]);
  assert.deepEqual(await files(), ['/run/fill']);

  const said = daemon.log().match(/\S*\.kernel: .*|no pid file.*/g);
  const why = 'no space left on device';
  const unseen = 'who looks for the process there will not find it';
  assert.deepEqual(said?.toSorted(), [
    `/run/t.pid.kernel: ${why}; after a crash nobody will know what to remove`,
    `no pid file /run/t.pid: ${why}; ${unseen}`,
    `no pid file /run/v.pid: ${why}; ${unseen}`,
  ]);
});
