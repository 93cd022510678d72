// kernel: ipvs, no clock
// What a client meets at services of every kind: which real server answers, and who in its place;
// and what becomes of what others do to the table meanwhile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { table } from '../lib/ipvs-table.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import { WebServer } from '../lib/web-server.ts';
import { kernelTable } from './kernel-table.ts';

/** Nothing but what hangs meets it. */
const LIMIT_MS = 60_000;
const SERVERS = { rs1: '192.0.2.2', rs2: '192.0.2.3', sorry: '192.0.2.4' } as const;
/** Two neighbours, on one machine. */
const CLIENTS = ['192.0.2.50', '192.0.2.51'] as const;
const MARK = 5;
const ALL = 'net.ipv4.conf.all';
/** What listens, by what it is about. */
const VIPS = {
  sticky: '192.0.2.101',
  alike: '192.0.2.102',
  mark: '192.0.2.103',
  mark6: 'fd00:2::103',
  first: '192.0.2.104',
  middle: '192.0.2.105',
  last: '192.0.2.106',
  quorum: '192.0.2.107',
} as const;
/** Datagrams to them reach nobody who would answer. */
const PACKETS = '192.0.2.108';
const FLOW = '192.0.2.109';
const DATAGRAMS = 6;
const FOREIGN = '-A -t 203.0.113.9:80 -s rr';

const ADDRESSES = [SERVERS.rs1, SERVERS.rs2];
const ADDRESSES6 = ['fd00:2::2', 'fd00:2::3'];
const STICKY = 'protocol TCP\npersistence_timeout 600';
const QUORUM = `protocol TCP\ndelay_loop 1\nquorum 2\nsorry_server ${SERVERS.sorry} 80\nsorry_server_inhibit`;
const CONFIGURATION = [
  service(`${VIPS.sticky} 80`, STICKY, servers(ADDRESSES, '80')),
  service(
    `${VIPS.alike} 80`,
    `${STICKY}\npersistence_granularity 255.255.255.0`,
    servers(ADDRESSES, '80'),
  ),
  service(`fwmark ${MARK}`, 'ip_family inet', servers(ADDRESSES, '')),
  service(`fwmark ${MARK}`, 'ip_family inet6', servers(ADDRESSES6, '')),
  `virtual_server_group range {\n${VIPS.first}-106 80\n}\n`,
  service('group range', 'protocol TCP', servers(ADDRESSES, '80')),
  service(
    `${VIPS.quorum} 80`,
    QUORUM,
    servers(ADDRESSES, '80', 'TCP_CHECK {\nconnect_timeout 30\n}'),
  ),
  service(`${PACKETS} 53`, 'protocol UDP\nops', servers(ADDRESSES, '53')),
  service(`${FLOW} 53`, 'protocol UDP', servers(ADDRESSES, '53')),
].join('');

function service(what: string, words: string, realServers: string): string {
  return `virtual_server ${what} {\nlvs_sched rr\nlvs_method DR\n${words}\n${realServers}}\n`;
}

function servers(addresses: readonly string[], port: string, check = ''): string {
  return addresses.map((each) => `real_server ${each} ${port} {\n${check}\n}\n`).join('');
}

/** Names of the boxes that answer requests to these addresses, one after the other. */
async function answers(client: Host, addresses: readonly string[]): Promise<readonly string[]> {
  const script = `for address; do
  exec 3<>/dev/tcp/$address/80 && printf 'GET /apache2-default/ HTTP/1.0\\r\\n\\r\\n' >&3
  name=nobody
  while IFS=' \r' read -r key value <&3; do [ "$key" = X-Box: ] && name=$value; done
  echo "$name"
done`;
  const words = ['timeout', '50', 'bash', '-c', script, 'bash', ...addresses];
  const { stdout } = await client.exec(words, { mayFail: true, limitMs: LIMIT_MS });
  return stdout.split('\n').filter(Boolean);
}

/** The same, as if another client had sent them. */
async function answersTo(
  client: Host,
  from: string,
  addresses: readonly string[],
): Promise<readonly string[]> {
  const routes = addresses.map((each) => `route replace ${each}/32 dev eth0 src ${from}`);
  await client.exec(['ip', '-batch', '-'], { input: routes.join('\n') });
  return answers(client, addresses);
}

async function prepareServer(host: Host, number: number): Promise<void> {
  // Only the director's ARP is to name the virtual addresses.
  await host.exec([
    'sysctl',
    '-qw',
    ...['ignore=1', 'announce=2'].map((each) => `${ALL}.arp_${each}`),
  ]);
  await addAddresses(host, Object.values(VIPS), 'lo');
  await host.exec(['ip', 'addr', 'add', `fd00:2::${number}/64`, 'nodad', 'dev', 'eth0']);
  await new WebServer(host, ['80', '[::]:80']).start();
}

async function prepareDirector(host: Host): Promise<void> {
  await addAddresses(host, [...Object.values(VIPS), PACKETS, FLOW], 'eth0');
  await host.exec(['ip', 'addr', 'add', 'fd00:2::1/64', 'nodad', 'dev', 'eth0']);
  for (const [program, vip] of [
    ['iptables-legacy', VIPS.mark],
    ['ip6tables-legacy', VIPS.mark6],
  ] as const) {
    const match = ['-A', 'PREROUTING', '-d', vip, '-p', 'tcp', '--dport', '80'];
    await host.exec([program, '-t', 'mangle', ...match, '-j', 'MARK', '--set-mark', `${MARK}`]);
  }
}

async function addAddresses(
  host: Host,
  addresses: readonly string[],
  device: string,
): Promise<void> {
  const lines = addresses.map(
    (each) => `addr add ${each}${each.includes(':') ? '/128 nodad' : '/32'} dev ${device}`,
  );
  await host.exec(['ip', '-batch', '-'], { input: lines.join('\n') });
}

/** How many connections the kernel has counted to each server of a service. */
async function connections(host: Host, address: string): Promise<readonly number[]> {
  const { stdout } = await host.exec(['ipvsadm', '-Ln', '--stats', '-u', `${address}:53`]);
  return [...stdout.matchAll(/-> \S+ +(\d+)/g)].map(([, count]) => Number(count));
}

/** Its servers in the table, with their weights. */
async function weights(host: Host, address: string): Promise<readonly string[]> {
  const found = (await table(host)).find((each) => each.service.includes(` ${address}:`));
  return (found?.destinations ?? []).map(({ server, weight }) => `${server} ${weight}`).toSorted();
}

void test('clients are sent where the configuration says, whatever others do to the table', async (context) => {
  const lan = await Lan.create([
    { name: 'box', address: '192.0.2.1/24' },
    { name: 'client', address: `${CLIENTS[0]}/24` },
    ...Object.entries(SERVERS).map(([name, address]) => ({ name, address: `${address}/24` })),
  ]);
  context.after(() => lan.destroy());
  const [host, client] = [lan.host('box'), lan.host('client')];
  await Promise.all([
    prepareDirector(host),
    ...Object.keys(SERVERS).map((name, i) => prepareServer(lan.host(name), i + 2)),
    client.exec(['ip', 'addr', 'add', `${CLIENTS[1]}/24`, 'dev', 'eth0']),
    client.exec(['ip', 'addr', 'add', 'fd00:2::50/64', 'nodad', 'dev', 'eth0']),
  ]);
  const daemon = new Daemon(host, 'tandemd', { configuration: CONFIGURATION, flags: ['-C'] });
  daemon.start();
  await daemon.ready();

  const turns = [VIPS.mark, VIPS.mark6, VIPS.first, VIPS.middle, VIPS.last, VIPS.quorum];
  const first = await answers(client, turns);
  const second = await answers(client, turns);
  for (const [i, each] of turns.entries())
    assert.deepEqual([first[i], second[i]].toSorted(), ['rs1', 'rs2'], each);

  const both = [VIPS.sticky, VIPS.alike];
  const [one, other] = [
    await answersTo(client, CLIENTS[0], [...both, ...both]),
    await answersTo(client, CLIENTS[1], both),
  ];
  assert.deepEqual(one.slice(2), one.slice(0, 2), 'a persistent client stays where it was');
  assert.notEqual(other[0], one[0], 'another client has its own turn');
  assert.equal(other[1], one[1], 'a neighbour within the granularity goes along');

  for (const each of [PACKETS, FLOW])
    await client.exec([
      'bash',
      '-c',
      `exec 3<>/dev/udp/${each}/53; for i in {1..${DATAGRAMS}}; do echo $i >&3; done`,
    ]);
  // The kernel adds up its counters every two seconds.
  const counted = async (): Promise<boolean> => {
    const [packets, flow] = [await connections(host, PACKETS), await connections(host, FLOW)];
    return packets.join(' ') === '3 3' && flow.toSorted().join(' ') === '0 1';
  };
  await waitUntil('a server for each datagram, and one for a flow', counted, { limitMs: 20_000 });

  const wanted = await kernelTable(host, []);
  const changes = [
    `-D -t ${VIPS.sticky}:80`,
    `-e -t ${VIPS.alike}:80 -r ${SERVERS.rs1}:80 -g -w 77`,
    `-E -u ${FLOW}:53 -s wlc`,
    `-a -f ${MARK} -r 192.0.2.9:80 -g`,
    FOREIGN,
  ];
  await host.exec(['ipvsadm', '-R'], { input: `${changes.join('\n')}\n` });
  const isGood = async (): Promise<boolean> =>
    (await kernelTable(host, [])).toSorted().join('\n') ===
    [...wanted, FOREIGN].toSorted().join('\n');
  await waitUntil('all to be made good', isGood, { limitMs: LIMIT_MS });
  assert.match(daemon.log(), /the table was changed by others, made good: /);

  const before = await weights(host, VIPS.quorum);
  await host.exec(['ip', 'route', 'add', 'unreachable', `${SERVERS.rs2}/32`]);
  const waits = async (): Promise<boolean> =>
    (await weights(host, VIPS.quorum)).join() === `${SERVERS.sorry}:80 1`;
  await waitUntil('the sorry server alone', waits, { limitMs: LIMIT_MS });
  assert.deepEqual(await answers(client, [VIPS.quorum, VIPS.quorum]), ['sorry', 'sorry']);
  await host.exec(['ip', 'route', 'del', 'unreachable', `${SERVERS.rs2}/32`]);
  const isBack = async (): Promise<boolean> =>
    (await weights(host, VIPS.quorum)).join() === before.join();
  await waitUntil('both servers again', isBack, { limitMs: LIMIT_MS });
  assert.ok(before.includes(`${SERVERS.sorry}:80 0`));
  assert.deepEqual((await answers(client, [VIPS.quorum, VIPS.quorum])).toSorted(), ['rs1', 'rs2']);

  await daemon.reloaded(`global_defs {\nlvs_flush_on_stop\n}\n${CONFIGURATION}`);
  await daemon.stop();
  assert.deepEqual(await table(host), []);
});
