// kernel: ipvs
// VMACs on an interface of a VRF, beside keepalived: both put them into that VRF, take over from each
// other there, and follow the interface; tandemd puts them back, too, and its addresses, which go with each
// move, do not count as removed by somebody else. VRFs are in the kernel that has IPVS.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

const VIP = '10.30.8.100';
const VIP6 = '2001:db8:8::100';
const VMACS = ['vrrp.51', 'vrrp.52'];
const LIMIT = { limitMs: 60_000, everyMs: 100 };
const INTO_RED =
  'ip link add red type vrf table 10; ip link set red up; ip link set eth0 master red';

interface Box {
  readonly host: Host;
  readonly daemon: Daemon;
}
const boxes = new Map<Implementation, Box>();
let lan: Lan;

before(async () => {
  lan = await Lan.create([
    { name: 'tandemd', address: '10.30.8.1/24', prepare: INTO_RED },
    { name: 'keepalived', address: '10.30.8.2/24', prepare: INTO_RED },
    {
      name: 'client',
      address: '10.30.8.3/24',
      prepare: 'ip addr add 2001:db8:8::3/64 dev eth0 nodad',
    },
  ]);
  for (const [implementation, priority] of [
    ['tandemd', 200],
    ['keepalived', 100],
  ] as const) {
    const host = lan.host(implementation);
    // A user-mode kernel that waits for a processor would end a process of real time (RLIMIT_RTTIME).
    const configuration = `global_defs {
  vrrp_priority 0
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  version 3
  advert_int 1
  use_vmac
  virtual_ipaddress {
    ${VIP}/24
  }
}
vrrp_instance V6 {
  interface eth0
  virtual_router_id 52
  priority ${priority}
  version 3
  advert_int 1
  use_vmac
  ${implementation === 'tandemd' ? 'on_drift fault' : ''}
  virtual_ipaddress {
    fe80::100/64
    ${VIP6}/64
  }
}
`;
    boxes.set(implementation, {
      host,
      daemon: new Daemon(host, implementation, { configuration, flags: ['-P'] }),
    });
  }
});

after(async () => {
  for (const { daemon } of boxes.values()) await daemon.stop();
  await lan.destroy();
});

function box(name: Implementation): Box {
  const found = boxes.get(name);
  assert.ok(found !== undefined);
  return found;
}

async function isIn(host: Host, vrf: string | undefined): Promise<boolean> {
  const { stdout } = await host.exec(['ip', '-o', 'link']);
  return VMACS.every((name) => {
    const line = stdout.split('\n').find((each) => each.includes(` ${name}@`));
    return line !== undefined && / master (\S+)/.exec(line)?.[1] === vrf;
  });
}

/** How many of the two addresses a box has. */
async function held({ host }: Box): Promise<number> {
  const { stdout } = await host.exec(['ip', '-o', 'addr']);
  return [`${VIP}/24`, `${VIP6}/64`].filter((each) => stdout.includes(each)).length;
}

async function holdsAlone(one: Box, other: Box): Promise<void> {
  const isSo = async (): Promise<boolean> => (await held(one)) === 2 && (await held(other)) === 0;
  await waitUntil(`${one.host.name} holds the addresses alone`, isSo, LIMIT);
}

async function answers(): Promise<boolean> {
  const pings = [VIP, VIP6].map((each) => `ping -c 1 -W 2 ${each} >/dev/null`).join(' && ');
  const { stdout } = await lan.host('client').exec(['sh', '-c', `${pings} && echo yes || true`]);
  return stdout.trim() === 'yes';
}

async function areReached(): Promise<void> {
  await waitUntil('the addresses answer', answers, LIMIT);
}

void test('both put the VMAC into the VRF, and serve from there in turn', async () => {
  const [ours, theirs] = [box('tandemd'), box('keepalived')];
  for (const { daemon } of [ours, theirs]) daemon.start();
  for (const { host } of [ours, theirs])
    await waitUntil(`${host.name} has its VMAC in red`, () => isIn(host, 'red'), LIMIT);
  await holdsAlone(ours, theirs);
  await areReached();
  await ours.daemon.stop();
  await holdsAlone(theirs, ours);
  ours.daemon.start();
  await holdsAlone(ours, theirs);
  await areReached();
});

void test('a VMAC that somebody takes out of the VRF is put back, and serves', async () => {
  const ours = box('tandemd');
  await ours.host.exec(['sh', '-c', VMACS.map((name) => `ip link set ${name} nomaster`).join(';')]);
  await waitUntil('it is back', () => isIn(ours.host, 'red'), LIMIT);
  await holdsAlone(ours, box('keepalived'));
  await areReached();
  assert.match(ours.daemon.log(), /VMAC vrrp\.51 is not in the VRF of eth0 - restoring it/);
});

void test('the VMAC follows its interface out of the VRF and into it, as with keepalived', async () => {
  for (const { host } of [box('tandemd'), box('keepalived')]) {
    await host.exec(['ip', 'link', 'set', 'eth0', 'nomaster']);
    await waitUntil(`that of ${host.name} is in no VRF`, () => isIn(host, undefined), LIMIT);
  }
  await holdsAlone(box('tandemd'), box('keepalived'));
  await areReached();
  for (const { host } of [box('tandemd'), box('keepalived')]) {
    await host.exec(['ip', 'link', 'set', 'eth0', 'master', 'red']);
    await waitUntil(`that of ${host.name} is in red again`, () => isIn(host, 'red'), LIMIT);
  }
  await holdsAlone(box('tandemd'), box('keepalived'));
  await areReached();
});
