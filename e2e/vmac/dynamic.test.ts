// kernel: any
// Interfaces that come after the start of the daemon, go, are renamed, and come back as others;
// those that are there the whole time serve the whole time. Beside keepalived, as far as it goes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

const CONFIGURATION = `global_defs {
  dynamic_interfaces allow_if_changes
}
vrrp_instance STAYS {
  interface eth0
  virtual_router_id 51
  priority 255
  virtual_ipaddress {
    10.30.8.100/24
  }
}
vrrp_instance LATE {
  interface eth7
  virtual_router_id 52
  version 3
  advert_int 0.1
  virtual_ipaddress {
    10.37.8.100/24
  }
}
vrrp_instance VMAC {
  interface eth7
  virtual_router_id 53
  version 3
  advert_int 0.1
  use_vmac
  virtual_ipaddress {
    10.37.8.101/24
  }
}
`;
const STAYS = '10.30.8.100/24 eth0';
const LATE = ['10.37.8.100/24 eth7', '10.37.8.101/24 vrrp.53'];

const boxes = new Map<Implementation, { lan: Lan; host: Host; daemon: Daemon }>();

before(async () => {
  await Promise.all(
    (['tandemd', 'keepalived'] as const).map(async (implementation) => {
      const lan = await Lan.create([{ name: 'box', address: '10.30.8.1/24' }]);
      const host = lan.host('box');
      const flags = ['-P'];
      const daemon = new Daemon(host, implementation, { configuration: CONFIGURATION, flags });
      boxes.set(implementation, { lan, host, daemon });
      daemon.start();
      await has(host, [STAYS]);
    }),
  );
});

after(() => Promise.all([...boxes.values()].map(({ lan }) => lan.destroy())));

function box(name: Implementation): { host: Host; daemon: Daemon } {
  const found = boxes.get(name);
  assert.ok(found !== undefined);
  return found;
}

/** Virtual addresses with their interfaces. */
async function held(host: Host): Promise<string[]> {
  const { stdout } = await host.exec(['ip', '-4', '-o', 'addr']);
  const all = [...stdout.matchAll(/^\d+: (\S+) +inet (\S+)/gm)];
  return all
    .map(([, device = '', address = '']) => `${address} ${device}`)
    .filter((each) => /\.8\.10\d\//.test(each))
    .toSorted();
}

async function has(host: Host, wanted: readonly string[]): Promise<void> {
  const isSo = async (): Promise<boolean> =>
    JSON.stringify(await held(host)) === JSON.stringify(wanted);
  await waitUntil(wanted.join(', '), isSo, { limitMs: 15_000, everyMs: 50 });
}

/** Makes eth7, of a kind that has something else below it, with an address. */
async function make(host: Host, words: readonly string[]): Promise<void> {
  await host.exec(['ip', 'link', 'add', 'eth7', ...words]);
  await host.exec(['ip', 'addr', 'add', '10.37.8.1/24', 'dev', 'eth7']);
  await host.exec(['ip', 'link', 'set', 'eth7', 'up']);
}

async function makeVeth(host: Host): Promise<void> {
  await make(host, ['type', 'veth', 'peer', 'name', 'far7']);
  await host.exec(['ip', 'link', 'set', 'far7', 'up']);
}

void test('an instance comes up when its interface appears, as with keepalived', async () => {
  for (const { host } of boxes.values()) assert.deepEqual(await held(host), [STAYS]);
  await Promise.all(
    [...boxes.values()].map(async ({ host, daemon }) => {
      const line = "interface eth7 which doesn't currently exist - will use if created";
      assert.ok(daemon.log().includes(line), daemon.log());
      await makeVeth(host);
      await has(host, [STAYS, ...LATE]);
    }),
  );
  await box('keepalived').daemon.stop();
});

void test('interfaces that go, come back as others and are renamed do not disturb the rest', async () => {
  const { host, daemon } = box('tandemd');
  const logged = daemon.log().length;
  await host.exec(['ip', 'link', 'del', 'eth7']);
  await has(host, [STAYS]);
  await make(host, ['link', 'eth0', 'type', 'macvlan', 'mode', 'bridge']);
  await has(host, [STAYS, ...LATE]);
  await host.exec(['ip', 'link', 'set', 'eth7', 'down']);
  await host.exec(['ip', 'link', 'set', 'eth7', 'name', 'other7']);
  await has(host, [STAYS]);
  await host.exec(['ip', 'link', 'set', 'other7', 'name', 'eth7']);
  await host.exec(['ip', 'link', 'set', 'eth7', 'up']);
  await has(host, [STAYS, ...LATE]);
  assert.doesNotMatch(daemon.log().slice(logged), /\(STAYS\) [Ee]ntering/);
});

void test('a start after a crash, and a reload, do not wait for an interface either', async () => {
  const { host, daemon } = box('tandemd');
  await daemon.kill();
  await host.exec(['ip', 'link', 'del', 'eth7']);
  daemon.start();
  await daemon.ready();
  const instance = CONFIGURATION.slice(CONFIGURATION.indexOf('vrrp_instance LATE'));
  const other = instance.replaceAll('eth7', 'eth8').replaceAll('10.37', '10.38');
  await daemon.reloaded(CONFIGURATION + other.replaceAll(/(LATE|VMAC)/g, 'OTHER_$1'));
  await has(host, [STAYS]);
  await makeVeth(host);
  await has(host, [STAYS, ...LATE]);
  await daemon.stop();
  assert.deepEqual(await held(host), []);
  const { stdout } = await host.exec(['ip', 'link']);
  assert.doesNotMatch(stdout, /vrrp\.53/);
});
