// kernel: any
// IPv6 needs an MTU of 1280: below it the kernel takes all of IPv6 off an interface, with the groups
// that sockets have joined there. A backup hears its master again when the MTU is back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { onlyInstance, status, type InstanceStatus } from '../lib/status.ts';
import { waitUntil } from '../lib/wait.ts';

const LIMIT = { limitMs: 20_000 };

function configuration(priority: number): string {
  return `vrrp_instance V {
interface eth0
virtual_router_id 51
version 3
advert_int 0.1
priority ${priority}
virtual_ipaddress {
fe80::1:51
fd00:6::110/64
}
}
`;
}

function start(host: Host, priority: number): Daemon {
  const text = configuration(priority);
  const daemon = new Daemon(host, 'tandemd', { configuration: text, flags: ['-P'] });
  daemon.start();
  return daemon;
}

function is(host: Host, daemon: Daemon, state: string): Promise<InstanceStatus> {
  const look = async (): Promise<InstanceStatus | undefined> => {
    const instance = onlyInstance(await status(host, daemon));
    return instance.state === state ? instance : undefined;
  };
  return waitUntil(`${state} of ${host.name}`, look, LIMIT);
}

function heard({ counters }: InstanceStatus): number {
  return counters['advert_rcvd'] ?? 0;
}

void test('a backup whose MTU was too small for IPv6 hears its master again', async (context) => {
  const lan = await Lan.create([
    { name: 'box1', address: '10.30.6.111/24' },
    { name: 'box2', address: '10.30.6.112/24' },
  ]);
  context.after(() => lan.destroy());
  const [box1, box2] = [lan.host('box1'), lan.host('box2')];
  const [first, second] = [start(box1, 200), start(box2, 100)];
  await Promise.all([first.ready(), second.ready()]);
  await is(box1, first, 'MASTER');
  await is(box2, second, 'BACKUP');

  await box2.exec(['ip', 'link', 'set', 'eth0', 'mtu', '1200']);
  await is(box2, second, 'FAULT');
  await box2.exec(['ip', 'link', 'set', 'eth0', 'mtu', '1500']);
  const before = await is(box2, second, 'BACKUP');
  const hears = async (): Promise<InstanceStatus | undefined> => {
    const instance = onlyInstance(await status(box2, second));
    return heard(instance) > heard(before) + 10 ? instance : undefined;
  };
  const { state } = await waitUntil('ten adverts', hears, LIMIT);
  assert.equal(state, 'BACKUP');
});
