// kernel: any
// Of IPv6, each leg of a route is a route of its own in the kernel, several routes to one destination
// are one, and a source that goes leaves its route without one, which nobody is told. What has gone of
// a route comes back, once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Daemon } from '../lib/daemon.ts';
import { Lan } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

const LEGS = '2001:db8:a::/64';
const SOURCED = '2001:db8:b::/64';
const MERGED = '2001:db8:c::/64';
const VIP = '2001:db8::10';
const CONFIGURATION = `vrrp_instance V {
interface eth0
virtual_router_id 51
version 3
advert_int 0.1
priority 255
virtual_ipaddress {
fe80::1:51
${VIP}/64
}
virtual_routes {
${LEGS} nexthop via fe80::5 dev eth0 nexthop via fe80::6 dev eth1
${SOURCED} via fe80::5 dev eth0 src ${VIP}
${MERGED} via fe80::5 dev eth0
${MERGED} via fe80::6 dev eth1
}
}
`;

const WHILE_MS = 500;
/** A loop would make hundreds meanwhile. */
const CHANGES_MAX = 30;

const LOSSES = [
  { what: 'the first leg', words: `route del ${LEGS} via fe80::5 dev eth0` },
  { what: 'another leg', words: `route del ${LEGS} via fe80::6 dev eth1` },
  { what: 'a route of several', words: `route del ${MERGED}` },
  { what: 'the address that is a source', words: `addr del ${VIP}/64 dev eth0` },
];

function isWhole(text: string): boolean {
  const times = (address: string): number => text.split(address).length - 1;
  return times('fe80::5') === 3 && times('fe80::6') === 2 && text.includes(`src ${VIP}`);
}

void test('what has gone of a route of IPv6 comes back', async (context) => {
  const prepare =
    'ip link add eth1 type veth peer name eth2; ip link set eth1 up; ip link set eth2 up';
  const lan = await Lan.create([{ name: 'box', address: '10.77.1.1/24', prepare }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  const daemon = new Daemon(host, 'tandemd', { configuration: CONFIGURATION, flags: ['-P'] });
  daemon.start();
  const routes = async (): Promise<string> =>
    (await host.exec(['ip', '-6', 'route', 'show', 'proto', 'keepalived'])).stdout.replaceAll(
      ' \n',
      '\n',
    );
  const whole = async (): Promise<string | undefined> => {
    const text = await routes();
    return isWhole(text) ? text : undefined;
  };
  const first = await waitUntil('all routes', whole, { limitMs: 20_000 }).catch(async () =>
    assert.fail(`${await routes()}\n${daemon.log()}`),
  );
  for (const [i, { what, words }] of LOSSES.entries())
    await context.test(what, async () => {
      const name = `changes-${i}`;
      const monitor = host.start(name, ['ip', '-6', 'monitor', 'route']);
      await delay(WHILE_MS);
      await host.exec(['ip', '-6', ...words.split(' ')]);
      await waitUntil('all routes', whole, { limitMs: 10_000 }).catch(async () =>
        assert.fail(`${await routes()}\n${daemon.log().slice(-2000)}`),
      );
      await delay(WHILE_MS);
      assert.deepEqual(await routes(), first);
      await monitor.stop('SIGTERM');
      const changes = readFileSync(join(host.folder, `${name}.log`), 'utf8').split('\n').length - 1;
      assert.ok(changes <= CHANGES_MAX, `${changes} changes`);
    });
  await daemon.stop();
  assert.equal(await routes(), '');
});
