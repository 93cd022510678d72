// kernel: any
// Packets to addresses of a master that does not own them, and what switches hear of a backup.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

/** Backups for as long as the tests take, as nobody sends so seldom. */
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
vrrp_instance STRICT {
  interface eth0
  virtual_router_id 55
  version 2
  strict_mode
  virtual_ipaddress {
    10.30.8.103/24
  }
}
vrrp_instance OWNER {
  interface eth0
  virtual_router_id 56
  version 2
  strict_mode
  state MASTER
  priority 255
  virtual_ipaddress {
    10.30.8.104/24
  }
}
vrrp_instance OWNER3 {
  interface eth0
  virtual_router_id 57
  version 3
  no_accept
  state MASTER
  priority 255
  virtual_ipaddress {
    10.30.8.105/24
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
vrrp_instance BACKUP2 {
  interface eth0
  virtual_router_id 58
  version 2
  advert_int 255
  use_vmac
  virtual_ipaddress {
    10.30.8.106/24
  }
}
vrrp_instance BACKUP6 {
  interface eth0
  virtual_router_id 59
  advert_int 40
  use_vmac
  virtual_ipaddress {
    fe80::100:59/64
    2001:db8::102/64
  }
}
`;
/** What masters take packets for, and what they answer for alone. */
const OPEN = ['10.30.8.100', '10.30.8.104', '10.30.8.105'];
const CLOSED = ['10.30.8.101', '10.30.8.103', '2001:db8::101'];
const BACKUPS = [
  { version: 'RFC 9568 §6.4.2, IPv4', address: '10.30.8.102', mac: '00:00:5e:00:01:36' },
  { version: 'RFC 3768 §6.4.2', address: '10.30.8.106', mac: '00:00:5e:00:01:3a' },
  { version: 'RFC 9568 §6.4.2, IPv6', address: '2001:db8::102', mac: '00:00:5e:00:02:3b' },
];

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
    return [...OPEN, ...CLOSED].every((each) => stdout.includes(` ${each}/`));
  };
  await waitUntil('masters', isMaster, { limitMs: 20_000 });
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

void test('RFC 3768 §6.4.3, RFC 9568 §6.4.3, Accept_Mode false: a master that owns no address answers who asks for it, and drops all else', async () => {
  const addresses = [...CLOSED, 'fe80::100:53%eth0'];
  const none = addresses.map(() => false);
  assert.deepEqual(await Promise.all(addresses.map(answers)), none);
  const { stdout } = await client.exec(['ip', 'neigh']);
  for (const each of ['10.30.8.101', '10.30.8.103'])
    assert.match(stdout, new RegExp(`^${each} .*lladdr`, 'm'));
  assert.match(stdout, /^2001:db8::101 .*lladdr 00:00:5e:00:02:35/m);
});

void test('RFC 3768 §6.4.3, RFC 9568 §6.4.3: an owner, and a master with Accept_Mode true, takes what is sent to its addresses', async () => {
  const addresses = ['10.30.8.1', ...OPEN];
  const all = addresses.map(() => true);
  assert.deepEqual(await Promise.all(addresses.map(answers)), all);
});

void test('RFC 9568 §6.4.2, §6.4.3: a master is in the solicited-node group of each of its addresses, a backup in none', async () => {
  const { stdout } = await box.exec(['ip', '-6', 'maddr']);
  const areIn = ['53', '101', '59', '102'].map((each) => stdout.includes(`ff02::1:ff00:${each}\n`));
  assert.deepEqual(areIn, [true, true, false, false], stdout);
});

for (const { version, address, mac } of BACKUPS) {
  void test(`${version}: a backup answers neither who asks for its address nor what is sent to it`, async () => {
    assert.equal(await answers(address), false);
    const known = async (): Promise<string> =>
      (await client.exec(['ip', 'neigh', 'show', address])).stdout;
    assert.doesNotMatch(await known(), /lladdr/);
    await client.exec(['ip', 'neigh', 'replace', address, 'lladdr', mac, 'dev', 'eth0']);
    assert.match(await known(), /lladdr/);
    assert.equal(await answers(address), false);
  });
}

void test('a backup asks for the group with the MAC address of its interface alone', async () => {
  const hasAsked = (): boolean => reports().includes('224.0.0.18');
  await waitUntil('a report of the group', hasAsked, { limitMs: 10_000 });
  assert.doesNotMatch(reports(), /00:00:5e:00:01:(?:36|3a)/);
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
