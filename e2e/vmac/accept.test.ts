// kernel: any
// Packets to addresses of a master that does not own them, and what switches hear of a backup.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

/** BACKUP for as long as the tests take, as nobody sends so seldom. */
const CONFIGURATION = `vrrp_instance OPEN {
  interface eth0
  virtual_router_id 51
  version 3
  advert_int 0.2
  virtual_ipaddress {
    10.30.8.100/24
  }
}
vrrp_instance CLOSED {
  interface eth0
  virtual_router_id 52
  version 3
  advert_int 0.2
  no_accept
  virtual_ipaddress {
    10.30.8.101/24
  }
}
vrrp_instance CLOSED6 {
  interface eth0
  virtual_router_id 53
  advert_int 0.2
  use_vmac
  no_accept
  virtual_ipaddress {
    fe80::100:53/64
    2001:db8::101/64
  }
}
vrrp_instance BACKUP {
  interface eth0
  virtual_router_id 54
  version 3
  advert_int 40
  use_vmac
  virtual_ipaddress {
    10.30.8.102/24
  }
}
`;
const VIRTUAL_MAC = '00:00:5e:00:01:36';

let lan: Lan;
let box: Host;
let client: Host;
let daemon: Daemon;

before(async () => {
  lan = await Lan.create([
    { name: 'box', address: '10.30.8.1/24' },
    { name: 'client', address: '10.30.8.9/24' },
  ]);
  box = lan.host('box');
  client = lan.host('client');
  await client.exec(['ip', 'addr', 'add', '2001:db8::9/64', 'dev', 'eth0', 'nodad']);
  const listen = ['tcpdump', '-Z', 'root', '-i', 'br0', '-l', '-n', '-e', '-v', 'igmp'];
  lan.bridge.start('igmp', listen);
  await waitUntil('tcpdump', () => reports().includes('listening on'), { limitMs: 20_000 });
  daemon = new Daemon(box, 'tandemd', { configuration: CONFIGURATION, flags: ['-P'] });
  daemon.start();
  const isMaster = async (): Promise<boolean> => {
    const { stdout } = await box.exec(['ip', '-o', 'addr']);
    return ['10.30.8.100/', '10.30.8.101/', '2001:db8::101/'].every((each) =>
      stdout.includes(each),
    );
  };
  await waitUntil('three masters', isMaster, { limitMs: 20_000 });
});

after(() => lan.destroy());

function reports(): string {
  return readFileSync(join(lan.bridge.folder, 'igmp.log'), 'utf8');
}

async function tables(): Promise<string> {
  const { stdout } = await box.exec(['nft', 'list', 'tables']);
  return stdout;
}

async function answers(address: string): Promise<boolean> {
  const { stdout } = await client.exec(['ping', '-c', '2', '-i', '0.2', '-W', '1', address], {
    mayFail: true,
  });
  return !stdout.includes(' 0 received');
}

void test('RFC 9568 §6.4.3, Accept_Mode false: a master answers for its addresses, and drops all else', async () => {
  const open = ['10.30.8.100', '10.30.8.1'];
  const closed = ['10.30.8.101', '2001:db8::101', 'fe80::100:53%eth0'];
  assert.deepEqual(await Promise.all(open.map(answers)), [true, true]);
  assert.deepEqual(await Promise.all(closed.map(answers)), [false, false, false]);
  const { stdout } = await client.exec(['ip', 'neigh']);
  assert.match(stdout, /10\.30\.8\.101 .*lladdr/);
  assert.match(stdout, /2001:db8::101 .*lladdr 00:00:5e:00:02:35/);
});

void test('RFC 9568 §6.4.2: a backup answers neither who asks for its address nor what is sent to it', async () => {
  const address = '10.30.8.102';
  assert.equal(await answers(address), false);
  const known = async (): Promise<string> => (await client.exec(['ip', 'neigh'])).stdout;
  assert.doesNotMatch(await known(), /10\.30\.8\.102 .*lladdr/);
  await client.exec(['ip', 'neigh', 'replace', address, 'lladdr', VIRTUAL_MAC, 'dev', 'eth0']);
  assert.match(await known(), /10\.30\.8\.102 .*lladdr/);
  assert.equal(await answers(address), false);
});

void test('a backup asks for the group with the MAC address of its interface alone', async () => {
  const hasAsked = (): boolean => reports().includes('224.0.0.18');
  await waitUntil('a report of the group', hasAsked, { limitMs: 10_000 });
  assert.doesNotMatch(reports(), new RegExp(VIRTUAL_MAC));
});

void test('what a firewall flushes at its start is dropped again', async () => {
  await box.exec(['nft', 'flush', 'ruleset']);
  const line = 'table tandem of nftables was gone';
  await waitUntil('a line of the log', () => daemon.log().includes(line), { limitMs: 20_000 });
  await waitUntil('a table', async () => (await tables()) !== '', { limitMs: 20_000 });
  assert.equal(await answers('10.30.8.101'), false);
});

void test('what a process that died has dropped is dropped on, and no more after a reload', async () => {
  const dead = daemon.pid('vrrp');
  assert.ok(dead !== undefined);
  process.kill(dead, 'SIGKILL');
  const isReplaced = (): boolean => ![undefined, dead].includes(daemon.pid('vrrp'));
  await waitUntil('another vrrp process', isReplaced, { limitMs: 20_000 });
  assert.equal(await answers('10.30.8.101'), false);
  daemon.reload(CONFIGURATION.replaceAll('no_accept\n', ''));
  await waitUntil('an answer', () => answers('10.30.8.101'), { limitMs: 10_000 });
  daemon.reload(CONFIGURATION);
  const isClosed = async (): Promise<boolean> => !(await answers('10.30.8.101'));
  await waitUntil('no answer', isClosed, { limitMs: 10_000 });
});

void test('a supervisor that dies leaves no rule behind', async () => {
  assert.match(await tables(), /^table inet tandem$/m);
  daemon.signal('SIGKILL');
  await waitUntil('no table', async () => (await tables()) === '', { limitMs: 20_000 });
});

void test('neither does a stop, and a start removes what all processes that died together left', async () => {
  daemon.start();
  await waitUntil('a table', async () => (await tables()) !== '', { limitMs: 20_000 });
  await daemon.kill();
  assert.match(await tables(), /^table inet tandem$/m);
  daemon.start();
  await daemon.ready();
  await daemon.stop();
  assert.equal(await tables(), '');
  await box.exec(['ip', 'addr', 'replace', '10.30.8.101/24', 'dev', 'eth0']);
  assert.equal(await answers('10.30.8.101'), true);
});
