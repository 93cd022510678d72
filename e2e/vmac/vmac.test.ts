// kernel: any
// The virtual interface itself, beside the one that keepalived makes of the same configuration.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import { IPV6_INSTANCE } from './ipv6-instance.ts';

const CONFIGURATION = `vrrp_instance V {
  interface eth0
  virtual_router_id 51
  priority 255
  use_vmac
  virtual_ipaddress {
    10.30.8.100/24
  }
}
${IPV6_INSTANCE}`;
const NAMES = ['vrrp.51', 'vrrp.52'];
/** Settings of the kernel that keepalived changes, of vrrp.51, vrrp.52 and eth0. */
const SETTINGS = [
  'net.ipv4.conf.all.rp_filter',
  'net.ipv4.conf.eth0.arp_ignore',
  'net.ipv4.conf.eth0.arp_filter',
  'net.ipv4.conf.vrrp/51.accept_local',
  'net.ipv4.conf.vrrp/51.arp_ignore',
  'net.ipv4.conf.vrrp/51.promote_secondaries',
  'net.ipv4.conf.vrrp/51.rp_filter',
  'net.ipv6.conf.vrrp/51.disable_ipv6',
  'net.ipv6.conf.vrrp/51.addr_gen_mode',
  'net.ipv6.conf.vrrp/52.disable_ipv6',
  'net.ipv6.conf.vrrp/52.addr_gen_mode',
];
/** Of this very interface, or of the moment. */
const OWN = new Set(['ifindex', 'link_index', 'qdisc']);

const boxes: { host: Host; daemon: Daemon }[] = [];
const lans: Lan[] = [];

before(async () => {
  for (const implementation of ['tandemd', 'keepalived'] as const)
    boxes.push(await start(implementation));
});

after(async () => {
  await Promise.all(lans.map((lan) => lan.destroy()));
});

async function start(implementation: Implementation): Promise<(typeof boxes)[number]> {
  const lan = await Lan.create([{ name: 'box', address: '10.30.8.1/24' }]);
  lans.push(lan);
  const host = lan.host('box');
  await host.exec(['sysctl', '-w', 'net.ipv4.conf.all.rp_filter=1']);
  await waitUntil('link-local address', () => isSettled(host), { limitMs: 10_000 });
  const daemon = new Daemon(host, implementation, { configuration: CONFIGURATION, flags: ['-P'] });
  daemon.start();
  await waitUntil(`${implementation} to be master`, () => isMaster(host), { limitMs: 20_000 });
  return { host, daemon };
}

async function isSettled(host: Host): Promise<boolean> {
  const { stdout } = await host.exec(['ip', '-6', '-o', 'addr', 'show', 'dev', 'eth0']);
  return stdout.includes('fe80:') && !stdout.includes('tentative');
}

async function isMaster(host: Host): Promise<boolean> {
  const { stdout } = await host.exec(['ip', '-o', 'addr']);
  return stdout.includes('10.30.8.100/24') && stdout.includes('fe80::52/64');
}

async function links(host: Host): Promise<Record<string, unknown>[]> {
  const { stdout } = await host.exec(['ip', '-j', '-d', 'link']);
  const all = JSON.parse(stdout) as Record<string, unknown>[];
  return all.filter(({ ifname }) => NAMES.includes(String(ifname)));
}

void test('the links and the settings of the kernel are those that keepalived makes', async () => {
  const [ours, theirs] = await Promise.all(
    boxes.map(async ({ host }) => {
      const shown = await links(host);
      const { stdout } = await host.exec(['sysctl', ...SETTINGS]);
      const plain = shown.map((each) => Object.entries(each).filter(([key]) => !OWN.has(key)));
      return { links: plain, settings: stdout.split('\n') };
    }),
  );
  assert.equal(ours?.links.length, NAMES.length);
  assert.deepEqual(ours, theirs);
});

void test('what a crash leaves behind is taken over, and gone after a stop', async () => {
  const [box] = boxes;
  assert.ok(box !== undefined);
  const indexes = async (): Promise<unknown[]> =>
    (await links(box.host)).map(({ ifindex }) => ifindex);
  const made = await indexes();
  await box.daemon.kill();
  assert.deepEqual(await indexes(), made);
  box.daemon.start();
  const hasStarted = (): boolean => box.daemon.log().split('Startup complete').length > 2;
  await waitUntil('the successor', hasStarted, { limitMs: 20_000 });
  await waitUntil('both instances to be master', () => isMaster(box.host), { limitMs: 20_000 });
  assert.deepEqual(await indexes(), made);
  await box.daemon.stop();
  assert.deepEqual(await indexes(), []);
});
