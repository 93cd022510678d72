// kernel: any
// A container has the kernel's settings to read only: instances that want others serve even so.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

const CONFIGURATION = `vrrp_instance PLAIN {
  interface eth0
  virtual_router_id 61
  priority 200
  advert_int 1
  promote_secondaries
  virtual_ipaddress {
    10.30.14.61/24
  }
}
vrrp_instance VIRTUAL {
  interface eth0
  virtual_router_id 62
  priority 200
  advert_int 1
  use_vmac
  virtual_ipaddress {
    10.30.14.62/24
  }
}
`;
const READ_ONLY = 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys';
const WITHIN = ['unshare', '-m', 'sh', '-c', `${READ_ONLY} && exec "$@"`, 'sh'];
/** One that both want, and two of the virtual interface alone. */
const SETTINGS = ['promote_secondaries', 'accept_local', 'arp_ignore'];

let lan: Lan;
let box: Host;
let daemon: Daemon;

before(async () => {
  lan = await Lan.create([{ name: 'box', address: '10.30.14.1/24' }]);
  box = lan.host('box');
  const options = { configuration: CONFIGURATION, flags: ['-P'], within: WITHIN };
  daemon = new Daemon(box, 'tandemd', options);
  daemon.start();
  await daemon.ready();
});

after(() => lan.destroy());

async function addresses(): Promise<string> {
  return (await box.exec(['ip', '-o', 'addr'])).stdout;
}

async function areThere(): Promise<boolean> {
  const text = await addresses();
  const places = [/eth0 +inet 10\.30\.14\.61\//, /vrrp\.62 +inet 10\.30\.14\.62\//];
  return places.every((each) => each.test(text));
}

void test('who cannot set promote_secondaries, or what a virtual interface needs, is master all the same', async () => {
  await waitUntil('virtual addresses', areThere, { limitMs: 20_000 });
});

void test('it says of each setting once what could not be set, what follows and what helps', () => {
  const lines = daemon
    .log()
    .split('\n')
    .filter((each) => each.includes('cannot set net.'));
  for (const each of SETTINGS) {
    const own = lines.filter((line) => line.includes(`.${each} to 1 (EROFS)`));
    assert.equal(own.length, 1, lines.join('\n'));
    assert.match(own.join(), /: .* Set it from outside/);
  }
  assert.doesNotMatch(daemon.log(), /exited|died|uncaught/i);
});

void test('it leaves nothing behind', async () => {
  await daemon.stop();
  assert.doesNotMatch(await addresses(), /vrrp|10\.30\.14\.6/);
});
