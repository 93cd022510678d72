// kernel: any
// Hosts that have their default route of a virtual router keep it whoever is its master.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

/** So seldom that all but the first few are answers. */
const configuration = (priority: number): string => `vrrp_instance V {
  interface eth0
  virtual_router_id 52
  priority ${priority}
  advert_int 0.2
  use_vmac
  virtual_ipaddress {
    fe80::100:52/64
    2001:db8:9::1/64
  }
  router_advert {
    max_interval 1800
    min_interval 1200
    lifetime 5400
    preference high
  }
}
`;
const ROUTER = /default via fe80::100:52 dev eth0 proto ra .*pref high/;
const VIRTUAL_MAC = '00:00:5e:00:02:34';
const BOXES = ['one', 'two'] as const;
/** An answer is due after 3.5 seconds at the latest, and what goes out unasked 16 seconds later. */
const ANSWER_MS_MAX = 5000;

let lan: Lan;
let client: Host;
const daemons: Daemon[] = [];

before(async () => {
  lan = await Lan.create([
    { name: 'one', address: '10.30.13.1/24' },
    { name: 'two', address: '10.30.13.2/24' },
    { name: 'client', address: '10.30.13.9/24' },
  ]);
  client = lan.host('client');
  await client.exec(['sysctl', '-qw', 'net.ipv6.conf.eth0.accept_ra=1']);
  await client.exec(['ip', 'link', 'set', 'eth0', 'down']);
  for (const name of [...BOXES, 'client']) {
    const filter = 'icmp6 and (ip6[40] = 133 or ip6[40] = 134)';
    const from = ['-i', name, '-Q', 'in', filter];
    const how = ['-Z', 'root', '-s', '512', '-B', '16384', '--immediate-mode'];
    lan.bridge.start(name, ['tcpdump', ...how, '-l', '-n', '-e', '-v', '-tt', ...from]);
    const isListening = (): boolean => captured(name).includes('listening on');
    await waitUntil('tcpdump', isListening, { limitMs: 20_000 });
  }
  for (const [i, name] of BOXES.entries()) {
    await lan.host(name).exec(['sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1']);
    const options = { configuration: configuration(200 - i), flags: ['-P'] };
    const daemon = new Daemon(lan.host(name), 'tandemd', options);
    daemons.push(daemon);
    daemon.start();
    await daemon.ready();
    if (i === 0) await waitUntil('an advertisement', () => advertised('one') > 0, LIMIT);
  }
});

after(() => lan.destroy());

const LIMIT = { limitMs: 20_000 };

/** What a machine has sent. */
function captured(name: string): string {
  return readFileSync(join(lan.bridge.folder, `${name}.log`), 'utf8');
}

function advertised(name: string): number {
  return captured(name).split('router advertisement').length - 1;
}

/** When a machine has sent such packets, in milliseconds since 1970. */
function times(name: string, what: string): number[] {
  const lines = captured(name)
    .split('\n')
    .filter((line) => line.includes(what));
  return lines.map((line) => Number.parseFloat(line) * 1000);
}

async function routes(): Promise<string> {
  return (await client.exec(['ip', '-6', 'route', 'show', 'default'])).stdout;
}

void test('RFC 9568 §6.4.3: a host has its default route by the virtual link-local address, and an address of its prefix', async () => {
  await client.exec(['ip', 'link', 'set', 'eth0', 'up']);
  await waitUntil('a default route', async () => ROUTER.test(await routes()), LIMIT);
  const hasAddress = async (): Promise<boolean> =>
    (await client.exec(['ip', '-6', 'addr'])).stdout.includes('2001:db8:9:');
  await waitUntil('an address', hasAddress, LIMIT);
  const text = captured('one');
  const from = `${VIRTUAL_MAC} > 33:33:00:00:00:01.*hlim 255.*fe80::100:52 > ff02::1`;
  assert.match(text, new RegExp(`${from}: \\[icmp6 sum ok\\] ICMP6, router advertisement`));
  assert.match(text, new RegExp(`source link-address option .*${VIRTUAL_MAC}`));
  assert.match(text, /prefix info option .*2001:db8:9::\/64, Flags \[onlink, auto\]/);
});

void test('RFC 4861 §6.2.6: it is told when it asks', () => {
  const [asked = 0] = times('client', 'router solicitation');
  const [answer = Infinity] = times('one', 'router advertisement').filter((at) => at > asked);
  assert.ok(asked > 0);
  assert.ok(answer - asked < ANSWER_MS_MAX, `${answer - asked} ms`);
});

void test('RFC 9568 §6.4.2: a backup sends no router advertisement', () => {
  assert.equal(advertised('two'), 0);
});

void test('RFC 9568 §6.4.3: it keeps its router through a takeover: the new master advertises the same one, the old one no end of it', async () => {
  const watch = client.start('routes', ['ip', '-6', 'monitor', 'route']);
  await daemons[0]?.stop();
  await waitUntil('an advertisement of the other box', () => advertised('two') > 0, LIMIT);
  assert.match(await routes(), ROUTER);
  await watch.stop('SIGTERM');
  const changes = readFileSync(join(client.folder, 'routes.log'), 'utf8');
  assert.doesNotMatch(changes, /^Deleted default/m);
  const [first = 0] = times('two', 'router advertisement');
  assert.ok(times('one', 'router advertisement').every((at) => at < first));
  assert.doesNotMatch(captured('one') + captured('two'), /router lifetime 0s/);
  assert.match(captured('two'), new RegExp(`${VIRTUAL_MAC} > .*fe80::100:52 > ff02::1`));
});
