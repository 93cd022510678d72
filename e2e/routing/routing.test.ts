// kernel: any
// Routes, rules and addresses with every option: the same file gives the same tables with keepalived
// and with tandemd; what somebody removes comes back, and nothing stays behind.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { repositoryRoot } from '../lib/program.ts';
import { status } from '../lib/status.ts';
import { waitUntil } from '../lib/wait.ts';

const CONFIGURATION = readFileSync(join(repositoryRoot(), 'e2e/routing/keepalived.conf'), 'utf8');
const LIMIT = { limitMs: 20_000 };
/** The last rule of the file. */
const LAST_RULE = 'from 2001:db8:70::/64 lookup 77';
const ROUTE = '10.30.0.0/24 via 10.77.1.9 dev eth0';

interface Box {
  readonly host: Host;
  readonly daemon: Daemon;
}

async function makeBox(
  context: TestContext,
  implementation: Implementation,
  flags: readonly string[] = [],
): Promise<Box> {
  const prepare =
    'ip link add eth1 type veth peer name eth2; ip link set eth1 up; ip link set eth2 up';
  // Each box is alone on its LAN, so that both are master.
  const lan = await Lan.create([{ name: 'box', address: '10.77.1.1/24', prepare }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  const daemon = new Daemon(host, implementation, {
    configuration: CONFIGURATION,
    flags: ['-P', ...flags],
  });
  context.after(() => daemon.stop());
  daemon.start();
  await waitUntil(`${implementation} has set all`, () => hasAll(host), LIMIT);
  return { host, daemon };
}

async function hasAll(host: Host): Promise<boolean> {
  const { rules, routes } = await tables(host);
  return (
    rules.some((each) => each.includes(LAST_RULE)) && routes.some((each) => each.includes(ROUTE))
  );
}

interface Tables {
  readonly routes: readonly string[];
  readonly rules: readonly string[];
  readonly addresses: readonly string[];
}

/** All that is not of the kernel itself, without what passes: numbers that count down, doubts. */
async function tables(host: Host): Promise<Tables> {
  const show = async (words: string): Promise<string[]> => {
    const { stdout } = await host.exec(['ip', '-d', ...words.split(' ')]);
    return stdout.split('\n').filter((each) => each !== '');
  };
  const routes = [
    ...(await show('-4 route show table all')),
    ...(await show('-6 route show table all')),
  ];
  const addresses = (await show('-o addr show')).map((each) => each.replace(/^\d+: /, ''));
  return {
    routes: routes
      .filter((each) => !/proto kernel|table local/.test(each))
      .map((each) => each.replace(/expires \d+sec/, 'expires')),
    rules: [...(await show('-4 rule show')), ...(await show('-6 rule show'))],
    addresses: addresses
      .filter((each) => !/inet6? (?:fe80|127\.|::1)/.test(each))
      .map((each) => each.replace(/ tentative|(?<=preferred_lft) [1-9]\d*sec/g, ''))
      .toSorted(),
  };
}

async function promotes(host: Host): Promise<string> {
  const path = '/proc/sys/net/ipv4/conf/eth0/promote_secondaries';
  return (await host.exec(['cat', path])).stdout.trim();
}

void test('the tables of a master are those that keepalived makes, and go with it', async (context) => {
  const [theirs, ours] = await Promise.all([
    makeBox(context, 'keepalived'),
    makeBox(context, 'tandemd'),
  ]);
  assert.deepEqual(await tables(ours.host), await tables(theirs.host));
  assert.equal(await promotes(ours.host), '1');
  const log = ours.daemon.log();
  assert.match(
    log,
    /\(V\) route 10\.32\.16\.0\/24 .* cannot be set: .*Nexthop has invalid gateway/,
  );
  const [instance] = (await status(ours.host, ours.daemon)).vrrp;
  assert.equal(instance?.state, 'MASTER');
  await ours.daemon.stop();
  const left = await tables(ours.host);
  assert.deepEqual(left.routes, []);
  assert.equal(left.rules.filter((each) => !/lookup (?:local|main|default)/.test(each)).length, 0);
  assert.deepEqual(
    left.addresses.filter((each) => !each.includes('10.77.1.1/')),
    [],
  );
  assert.equal(await promotes(ours.host), '0');
});

void test('what somebody else takes away comes back, with the state unchanged', async (context) => {
  const { host, daemon } = await makeBox(context, 'tandemd');
  const before = await tables(host);
  const since = (await status(host, daemon)).vrrp[0]?.lastTransitionEpochMs;
  await host.exec([
    'sh',
    '-c',
    `ip route del 10.30.0.0/24; ip route del 10.20.0.0/24
    ip route replace 10.32.13.0/24 dev eth0; ip rule del priority 2000; ip rule del priority 1000
    ip -6 route del 2001:db8:8::/64; ip -6 rule del priority 2018
    ip addr del 10.5.5.5/24 dev eth0; ip addr del 10.6.8.6/24 dev eth1`,
  ]);
  const isBack = async (): Promise<boolean> => {
    const { routes, rules, addresses } = await tables(host);
    return (
      includesAll(routes, before.routes) &&
      includesAll(rules, before.rules) &&
      includesAll(addresses, before.addresses)
    );
  };
  await waitUntil('all is back', isBack, { limitMs: 5000 });
  assert.match(daemon.log(), /\(V\) route 10\.30\.0\.0\/24 .* was gone: set again/);
  assert.equal((await status(host, daemon)).vrrp[0]?.lastTransitionEpochMs, since);
  const pid = daemon.pid('vrrp') ?? 0;
  process.kill(pid, 'SIGKILL');
  const isReplaced = (): boolean => (daemon.pid('vrrp') ?? pid) !== pid;
  await waitUntil('a new vrrp process', isReplaced, LIMIT);
  await waitUntil('all is still there', isBack, LIMIT);
});

void test('the supervisor removes what a vrrp process leaves that is not replaced', async (context) => {
  const { host, daemon } = await makeBox(context, 'tandemd', ['-R']);
  process.kill(daemon.pid('vrrp') ?? 0, 'SIGKILL');
  await waitUntil('the daemon ends', () => !daemon.running, LIMIT);
  const left = await tables(host);
  assert.deepEqual(left.routes, []);
  assert.equal(left.rules.filter((each) => each.includes('proto keepalived')).length, 0);
  assert.deepEqual(
    left.addresses.filter((each) => !each.includes('10.77.1.1/')),
    [],
  );
});

function includesAll(present: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((each) => present.includes(each));
}
