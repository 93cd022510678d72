// kernel: any
// Frames to the MAC address of a virtual router are its master's alone, whatever their address.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

/** Adverts in all ways that they come to a VMAC by. */
const INSTANCES = [
  { id: 51, version: 2, address: '10.30.11.51/24', mac: '00:00:5e:00:01:33', more: '' },
  {
    id: 52,
    version: 3,
    address: '10.30.11.52/24',
    mac: '00:00:5e:00:01:34',
    more: 'vmac_xmit_base',
  },
  { id: 53, version: 3, address: 'fe80::100:53/64', mac: '00:00:5e:00:02:35', more: '' },
  {
    id: 54,
    version: 3,
    address: 'fe80::100:54/64',
    mac: '00:00:5e:00:02:36',
    more: 'vmac_xmit_base',
  },
] as const;
const BOXES = [
  { name: 'one', number: 1, priority: 200 },
  { name: 'two', number: 2, priority: 100 },
] as const;

function configuration(priority: number): string {
  const blocks = INSTANCES.map(
    ({ id, version, address, more }) => `vrrp_instance V${id} {
  interface eth0
  virtual_router_id ${id}
  version ${version}
  priority ${priority}
  advert_int ${version === 2 ? 1 : 0.2}
  use_vmac
  ${more}
  virtual_ipaddress {
    ${address}
  }
}
`,
  );
  return blocks.join('');
}

/** @returns an address that the client sends to the MAC address of that instance */
function addressOf(network: number, host: number, id: number): string {
  const last = `${host}${id - 50}`;
  return id < 53 ? `10.30.${network}.${last}` : `2001:db8:${network}::${last}`;
}

/** For all instances, of a box itself or in another network. */
function addressesOf(network: number, host: number): string[] {
  return INSTANCES.map(({ id }) => addressOf(network, host, id));
}

/** Boxes would ask for it in vain, as they are answered by the MAC addresses of virtual routers. */
const CLIENT = '02:00:00:00:00:09';
const CLIENT_KNOWN = `neigh add 2001:db8:11::9 lladdr ${CLIENT} nud permanent dev eth0`;

let lan: Lan;
let client: Host;
const daemons: Daemon[] = [];

before(async () => {
  lan = await Lan.create([
    ...BOXES.map(({ name, number }) => ({ name, address: `10.30.11.${number}/24` })),
    { name: 'client', address: '10.30.11.9/24' },
    { name: 'far', address: '10.30.12.1/24' },
  ]);
  client = lan.host('client');
  // A switch that has learnt nothing, and so brings each frame to all.
  await ip(
    lan.bridge,
    [...BOXES.map(({ name }) => name), 'client', 'far'].map(
      (each) => `link set ${each} type bridge_slave learning off fdb_flush`,
    ),
  );
  await ip(client, [
    `link set eth0 address ${CLIENT}`,
    'addr add 2001:db8:11::9/64 dev eth0 nodad',
    'route add 10.30.12.0/24 dev eth0',
    'route add 2001:db8:12::/64 dev eth0',
  ]);
  await ip(lan.host('far'), [
    ...added(addressesOf(12, 9)),
    'route add 10.30.11.0/24 dev eth0',
    'route add 2001:db8:11::/64 dev eth0',
    CLIENT_KNOWN,
  ]);
  const hosts = [[12, 9], ...BOXES.map(({ number }) => [11, number])] as const;
  await ip(
    client,
    INSTANCES.flatMap(({ id, mac }) =>
      hosts.map(([network = 0, host = 0]) => {
        const address = addressOf(network, host, id);
        return `neigh add ${address} lladdr ${mac} nud permanent dev eth0`;
      }),
    ),
  );
  for (const { name, number, priority } of BOXES) {
    const box = lan.host(name);
    await ip(box, [
      ...added(addressesOf(11, number)),
      'route add 10.30.12.0/24 dev eth0',
      'route add 2001:db8:12::/64 dev eth0',
      CLIENT_KNOWN,
    ]);
    const options = { configuration: configuration(priority), flags: ['-P'] };
    const daemon = new Daemon(box, 'tandemd', options);
    daemons.push(daemon);
    daemon.start();
    await daemon.ready();
    if (number === 1) await waitUntil('masters', () => isMaster(box), { limitMs: 20_000 });
  }
});

after(() => lan.destroy());

async function ip(host: Host, commands: readonly string[]): Promise<void> {
  await host.exec(['ip', '-batch', '-'], { input: commands.join('\n') });
}

function added(addresses: readonly string[]): string[] {
  return addresses.map((each) =>
    each.includes(':')
      ? `addr add ${each}/64 dev eth0 nodad`
      : `addr add ${each}/24 dev eth0 noprefixroute`,
  );
}

async function isMaster(host: Host): Promise<boolean> {
  const { stdout } = await host.exec(['ip', '-o', 'addr']);
  return INSTANCES.every(({ address }) => stdout.includes(address));
}

/** @returns how often each of them answers the first of two requests */
async function answers(addresses: readonly string[]): Promise<number[]> {
  const counts = addresses.map(async (each) => {
    const ping = ['ping', '-n', '-c', '2', '-i', '0.3', '-W', '1', each];
    const { stdout } = await client.exec(ping, { mayFail: true });
    return stdout.split('icmp_seq=1 ').length - 1;
  });
  return Promise.all(counts);
}

function all(count: number): number[] {
  return INSTANCES.map(() => count);
}

void test('RFC 3768 §6.4.2, §6.4.3, RFC 9568 §6.4.2, §6.4.3: what is sent to the virtual MAC address is discarded by a backup, and taken by the master', async () => {
  assert.deepEqual(await answers(addressesOf(11, 2)), all(0));
  assert.deepEqual(await answers(addressesOf(11, 1)), all(1));
});

void test('RFC 3768 §6.4.2, §6.4.3, RFC 9568 §6.4.2, §6.4.3: it is not forwarded by a backup, and forwarded by the master', async () => {
  for (const { name } of BOXES)
    await lan
      .host(name)
      .exec(['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
  const forwarded = async (): Promise<boolean> =>
    (await answers(addressesOf(12, 9))).every((count) => count > 0);
  // The master has to find the far host first.
  await waitUntil('answers', forwarded, { limitMs: 10_000 });
  assert.deepEqual(await answers(addressesOf(12, 9)), all(1));
});

void test('a backup that discards it hears each advert: it takes nothing over', () => {
  assert.doesNotMatch(daemons[1]?.log() ?? '', /Entering MASTER STATE/);
});

void test('RFC 3768 §6.4.3, RFC 9568 §6.4.3: who takes over takes it from then on', async () => {
  await daemons[0]?.stop();
  await waitUntil('another master', () => isMaster(lan.host('two')), { limitMs: 20_000 });
  assert.deepEqual(await answers(addressesOf(11, 2)), all(1));
});
