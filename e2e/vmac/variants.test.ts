// kernel: ipvs, no clock
// Interfaces that are no plain VMAC, beside those that keepalived makes of the same configuration:
// ipvlans for adverts, and macvlans for addresses of other interfaces and of the other family.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

const IPVLAN = `vrrp_instance V {
  interface eth0
  virtual_router_id 51
  priority 255
  use_ipvlan ipv0 10.30.8.50/24 private
  virtual_ipaddress {
    10.30.8.100/24
  }
}
`;
const IPVLAN6 = `vrrp_instance W {
  interface eth0
  virtual_router_id 52
  priority 255
  use_ipvlan fe80::77 private
  virtual_ipaddress {
    fe80::100/64
  }
}
`;
/** The kernel has no macvlans where there are ipvlans. */
const ADDRESSES = `vrrp_instance A {
  interface eth1
  virtual_router_id 61
  priority 255
  version 3
  use_vmac
  use_vmac_addr
  garp_master_delay 0
  garp_extra_if 1
  virtual_ipaddress {
    10.31.8.101/24
    10.32.8.101/24 dev eth2
  }
  virtual_ipaddress_excluded {
    2001:db8::5/64
  }
}
vrrp_instance B {
  interface eth2
  virtual_router_id 62
  priority 255
  version 3
  virtual_ipaddress {
    10.32.8.102/24
    10.32.8.103/24 use_vmac
  }
}
`;
const CONFIGURATION = `global_defs {
  vmac_addr_prefix vadr
  disable_local_igmp
}
${IPVLAN}${IPVLAN6}${ADDRESSES}`;
const IPV4 = ['10.30.8.100', '10.31.8.101', '10.32.8.101', '10.32.8.102', '10.32.8.103'];
const ALL = [...IPV4, 'fe80::100', '2001:db8::5', '10.30.8.50', 'fe80::77'];
const LOCAL_REPORTS = 'net.ipv4.igmp_link_local_mcast_reports';
/** Of this very interface, or of the moment. */
const OWN = new Set(['ifindex', 'link_index', 'qdisc', 'address', 'operstate']);

interface Box {
  readonly lan: Lan;
  readonly host: Host;
  readonly daemon: Daemon;
}

const boxes = new Map<Implementation, Box>();

before(async () => {
  await Promise.all(
    (['tandemd', 'keepalived'] as const).map(async (name) => boxes.set(name, await start(name))),
  );
});

after(() => Promise.all([...boxes.values()].map(({ lan }) => lan.destroy())));

async function start(implementation: Implementation): Promise<Box> {
  const lan = await Lan.create([{ name: 'box', address: '10.30.8.1/24' }]);
  const host = lan.host('box');
  for (const i of [1, 2]) {
    await host.exec(['ip', 'link', 'add', `eth${i}`, 'type', 'veth', 'peer', 'name', `far${i}`]);
    for (const name of [`far${i}`, `eth${i}`]) await host.exec(['ip', 'link', 'set', name, 'up']);
    await host.exec(['ip', 'addr', 'add', `10.3${i}.8.1/24`, 'dev', `eth${i}`]);
  }
  await host.exec(['sysctl', '-q', '-w', 'net.ipv4.conf.all.rp_filter=1']);
  const daemon = new Daemon(host, implementation, { configuration: CONFIGURATION, flags: ['-P'] });
  daemon.start();
  try {
    await holds(host, ALL);
  } catch (error) {
    const there = await addresses(host);
    await lan.destroy();
    throw new Error(`${implementation}: ${there.join(', ')}\n${daemon.log()}`, { cause: error });
  }
  return { lan, host, daemon };
}

/** Each address, less those that the kernel or keepalived makes up, with its interface. */
async function addresses(host: Host): Promise<string[]> {
  const { stdout } = await host.exec(['ip', '-o', 'addr']);
  const all = [...stdout.matchAll(/^\d+: (\S+) +inet6? (\S+)/gm)];
  return all
    .map(([, device = '', address = '']) => `${address} ${device}`)
    .filter((each) => ALL.includes(each.replace(/\/.*/, '')))
    .toSorted();
}

async function holds(host: Host, wanted: readonly string[]): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const there = (await addresses(host)).map((each) => each.replace(/\/.*/, ''));
    return wanted.every((each) => there.includes(each));
  };
  await waitUntil(wanted.join(' '), isThere, { limitMs: 20_000, everyMs: 100 });
}

async function links(host: Host): Promise<Record<string, unknown>[]> {
  const { stdout } = await host.exec(['ip', '-j', '-d', 'link']);
  const all = JSON.parse(stdout) as Record<string, unknown>[];
  return all.filter(({ ifname }) => /^(?:vrrp|vadr|ipv)/.test(String(ifname)));
}

async function indexes(host: Host): Promise<ReadonlyMap<unknown, unknown>> {
  return new Map((await links(host)).map(({ ifname, ifindex }) => [ifname, ifindex]));
}

function box(name: Implementation): Box {
  const found = boxes.get(name);
  assert.ok(found !== undefined);
  return found;
}

void test('the interfaces, and what is on which, are those of keepalived', async () => {
  const [ours, theirs] = await Promise.all(
    (['tandemd', 'keepalived'] as const).map(async (name) => {
      const { host } = box(name);
      const shown = await links(host);
      const plain = shown.map((each) => Object.entries(each).filter(([key]) => !OWN.has(key)));
      return { links: plain, addresses: await addresses(host) };
    }),
  );
  assert.equal(ours?.links.length, 6);
  assert.deepEqual(ours, theirs);
});

void test('adverts leave with the address of the ipvlan, and those of others are heard there', async () => {
  const { lan, host } = box('tandemd');
  const words = ['-i', 'br0', '-c', '1', '-l', '-n', 'host', '10.30.8.50', 'and', 'proto', '112'];
  const { stdout } = await lan.bridge.exec(['timeout', '10', 'tcpdump', '-Z', 'root', ...words]);
  assert.match(stdout, /10\.30\.8\.50 > 224\.0\.0\.18: VRRPv2, .* vrid 51, prio 255/);
  const { stdout: settings } = await host.exec(['sysctl', 'net.ipv4.conf.ipv0.rp_filter']);
  // Where all.rp_filter was 1, as it is for whom nothing was changed.
  assert.match(settings, /= 0/);
});

void test('a macvlan for addresses alone is announced every second, as by keepalived', async () => {
  const listen = ['tcpdump', '-Z', 'root', '-i', 'far2', '-c', '5', '-l', '-n', '-e', '-tt'];
  const packets = ['arp', 'and', 'ether', 'src', '00:00:5e:00:01:3d'];
  for (const { host } of boxes.values()) {
    const { stdout } = await host.exec(['timeout', '20', ...listen, ...packets]);
    const times = stdout.match(/who-has 10\.32\.8\.101 /g) ?? [];
    const left = [...stdout.matchAll(/^[\d.]+/gm)].map(([time]) => Number(time));
    const gaps = left.slice(1).map((time, i) => time - (left[i] ?? 0));
    assert.equal(times.length, 5, stdout);
    // One that was late makes two gaps of another length.
    const [, median = 0] = gaps.toSorted((a, b) => a - b);
    assert.ok(median > 0.9 && median < 1.25, stdout);
    const { stdout: reports } = await host.exec(['sysctl', '-n', LOCAL_REPORTS]);
    assert.equal(reports.trim(), '0');
  }
});

void test('what a crash leaves behind is taken over', async () => {
  const { host, daemon } = box('tandemd');
  const made = await indexes(host);
  await daemon.kill();
  assert.deepEqual(await indexes(host), made);
  daemon.start();
  await daemon.ready();
  await holds(host, ALL);
  assert.deepEqual(await indexes(host), made);
});

void test('a reload makes anew what has changed, and leaves all else alone', async () => {
  const { host, daemon } = box('tandemd');
  const made = await indexes(host);
  const changed = CONFIGURATION.replaceAll(' private', ' vepa').replace('/24 use_vmac\n', '/24\n');
  await daemon.reloaded(changed);
  await holds(host, ALL);
  const now = await indexes(host);
  assert.deepEqual(
    [...now.keys()].toSorted(),
    [...made.keys()].filter((each) => each !== 'vadr.62').toSorted(),
  );
  for (const name of ['vrrp.61', 'vadr.61', 'vadr6.61'])
    assert.equal(now.get(name), made.get(name));
  for (const name of ['ipv0', 'vrrp.52']) assert.notEqual(now.get(name), made.get(name));
  const modes = (await links(host)).flatMap(
    ({ linkinfo }) => JSON.stringify(linkinfo).match(/vepa/) ?? [],
  );
  assert.equal(modes.length, 2);
  assert.doesNotMatch(daemon.log().split('Reloading').at(-1) ?? '', /\([AB]\) Entering/);
  await daemon.reloaded(CONFIGURATION);
  await holds(host, ALL);
});

void test('a supervisor that dies, and a stop, leave nothing behind', async () => {
  const { host, daemon } = box('tandemd');
  daemon.signal('SIGKILL');
  const isClean = async (): Promise<boolean> => (await indexes(host)).size === 0;
  await waitUntil('all to be gone', isClean, { limitMs: 20_000, everyMs: 100 });
  assert.deepEqual(await addresses(host), []);
  daemon.start();
  await holds(host, ALL);
  await daemon.stop();
  assert.deepEqual([await addresses(host), [...(await indexes(host))]], [[], []]);
  const settings = ['net.ipv4.conf.all.rp_filter', LOCAL_REPORTS];
  const { stdout } = await host.exec(['sysctl', '-n', ...settings]);
  assert.deepEqual(stdout.trim().split('\n'), ['1', '1']);
});
