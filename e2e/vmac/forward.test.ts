// kernel: any
// A master is a router: what comes to its virtual MAC address goes on to another network.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

const CONFIGURATION = `vrrp_instance V4 {
  interface eth0
  virtual_router_id 51
  version 2
  advert_int 1
  use_vmac
  virtual_ipaddress {
    10.30.9.100/24
  }
}
vrrp_instance V6 {
  interface eth0
  virtual_router_id 52
  advert_int 0.2
  use_vmac
  virtual_ipaddress {
    fe80::100:52/64
  }
}
`;

let lan: Lan;
let client: Host;

before(async () => {
  lan = await Lan.create([
    { name: 'box', address: '10.30.9.1/24' },
    { name: 'client', address: '10.30.9.9/24' },
    { name: 'far', address: '10.30.10.9/24' },
  ]);
  client = lan.host('client');
  const box = lan.host('box');
  const far = lan.host('far');
  const settings = [
    'ipv4.ip_forward=1',
    'ipv4.conf.all.send_redirects=0',
    'ipv6.conf.all.forwarding=1',
  ];
  await box.exec(['sysctl', '-qw', ...settings.map((each) => `net.${each}`)]);
  await ip(box, 'addr add 10.30.10.1/24 dev eth0');
  await ip(box, 'addr add 2001:db8:9::1/64 dev eth0 nodad');
  await ip(box, 'addr add 2001:db8:10::1/64 dev eth0 nodad');
  await ip(far, 'addr add 2001:db8:10::9/64 dev eth0 nodad');
  await ip(far, 'route add default via 10.30.10.1');
  await ip(far, 'route add default via 2001:db8:10::1');
  await ip(client, 'addr add 2001:db8:9::9/64 dev eth0 nodad');
  await ip(client, 'route add 10.30.10.0/24 via 10.30.9.100');
  await ip(client, 'route add 2001:db8:10::/64 via fe80::100:52 dev eth0');
  new Daemon(box, 'tandemd', { configuration: CONFIGURATION, flags: ['-P'] }).start();
  const isMaster = async (): Promise<boolean> => {
    const { stdout } = await box.exec(['ip', '-o', 'addr']);
    return ['10.30.9.100/', 'fe80::100:52/'].every((each) => stdout.includes(each));
  };
  await waitUntil('two masters', isMaster, { limitMs: 20_000 });
});

after(() => lan.destroy());

async function ip(host: Host, words: string): Promise<void> {
  await host.exec(['ip', ...words.split(' ')]);
}

const CASES = [
  {
    rule: 'RFC 3768 §6.4.3, IPv4',
    far: '10.30.10.9',
    neighbour: /^10\.30\.9\.100 .*lladdr 00:00:5e:00:01:33/m,
  },
  {
    rule: 'RFC 9568 §6.4.3, IPv6',
    far: '2001:db8:10::9',
    neighbour: /^fe80::100:52 .*lladdr 00:00:5e:00:02:34/m,
  },
];

for (const { rule, far, neighbour } of CASES) {
  void test(`${rule}: a master answers for its address with the virtual MAC address, and forwards what comes to that`, async () => {
    const answers = async (): Promise<boolean> => {
      const { stdout } = await client.exec(['ping', '-c', '1', '-W', '1', far], { mayFail: true });
      return stdout.includes(' 1 received');
    };
    await waitUntil('an answer from the other network', answers, { limitMs: 10_000 });
    const { stdout } = await client.exec(['ip', 'neigh']);
    assert.match(stdout, neighbour);
  });
}
