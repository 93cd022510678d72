// kernel: ipvs
// Routes of a VRF, beside keepalived: in the table of the VRF. With tandemd they wait for a VRF that
// comes later, follow it to another table, and leave with it. VRFs are in the kernel that has IPVS.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { status } from '../lib/status.ts';
import { waitUntil } from '../lib/wait.ts';

// A user-mode kernel that waits for a processor would end a process of real time (RLIMIT_RTTIME).
const CONFIGURATION = `global_defs {
  vrrp_priority 0
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  priority 255
  virtual_ipaddress {
    10.77.1.100/24
  }
  virtual_routes {
    10.30.0.0/24 via 10.77.1.9 dev eth0 vrf red
    10.31.0.0/24 dev eth0 table 77 vrf red
    2001:db8:30::/48 dev eth0 vrf red
  }
}
`;
const NETWORKS = ['10.30.0.0/24', '10.31.0.0/24', '2001:db8:30::/48'];
const ADD_RED = 'ip link add red type vrf table 10; ip link set red up';

async function makeBox(
  context: TestContext,
  implementation: Implementation,
  prepare: string,
): Promise<{ host: Host; daemon: Daemon }> {
  const lan = await Lan.create([{ name: 'box', address: '10.77.1.1/24', prepare }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  const daemon = new Daemon(host, implementation, { configuration: CONFIGURATION, flags: ['-P'] });
  context.after(() => daemon.stop());
  daemon.start();
  return { host, daemon };
}

/** The routes of keepalived's protocol, as `ip` prints them. */
async function routes(host: Host): Promise<string[]> {
  const all = await Promise.all(
    ['-4', '-6'].map((family) =>
      host.exec(['ip', family, 'route', 'show', 'table', 'all', 'proto', 'keepalived']),
    ),
  );
  return all.flatMap(({ stdout }) => stdout.split('\n').filter((each) => each !== ''));
}

/** Waits until each route is in that table, and in no other. */
async function areIn(host: Host, table: number): Promise<void> {
  const isSo = async (): Promise<boolean> => {
    const present = await routes(host);
    return (
      present.length === NETWORKS.length &&
      NETWORKS.every((network) =>
        present.some((each) => each.startsWith(network) && each.includes(` table ${table} `)),
      )
    );
  };
  await waitUntil(`all routes are in table ${table}`, isSo, { limitMs: 60_000 });
}

async function areGone(host: Host): Promise<void> {
  const isSo = async (): Promise<boolean> => (await routes(host)).length === 0;
  await waitUntil('no route is left', isSo, { limitMs: 60_000 });
}

/** Waits until the log says so of each route. */
async function said(daemon: Daemon, words: string): Promise<void> {
  const isSo = (): boolean => {
    const lines = daemon.log().split('\n');
    return NETWORKS.every((network) =>
      lines.some((each) => each.includes(` ${network} `) && each.endsWith(words)),
    );
  };
  await waitUntil(`it is said that each route ${words}`, isSo, { limitMs: 60_000 });
}

void test('routes of a VRF are where keepalived puts them, and go with the master', async (context) => {
  const theirs = await makeBox(context, 'keepalived', ADD_RED);
  const ours = await makeBox(context, 'tandemd', ADD_RED);
  await areIn(theirs.host, 10);
  await areIn(ours.host, 10);
  assert.deepEqual(await routes(ours.host), await routes(theirs.host));
  await ours.daemon.stop();
  assert.deepEqual(await routes(ours.host), []);
});

void test('routes of a VRF wait for it, follow it to another table, and go with it', async (context) => {
  const { host, daemon } = await makeBox(context, 'tandemd', '');
  await said(daemon, 'cannot be set: no VRF red');
  await host.exec(['sh', '-c', ADD_RED]);
  await areIn(host, 10);
  await said(daemon, 'is set after all');
  await host.exec(['ip', 'link', 'del', 'red']);
  await areGone(host);
  await host.exec(['sh', '-c', 'ip link add red type vrf table 12; ip link set red up']);
  await areIn(host, 12);
  assert.equal((await status(host, daemon)).vrrp[0]?.state, 'MASTER');
  await daemon.stop();
  assert.deepEqual(await routes(host), []);
});
