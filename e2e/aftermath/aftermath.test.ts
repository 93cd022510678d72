// kernel: any
// Whatever is done to a daemon with virtual interfaces and what it stands on: after a stop the box
// is as it was before the start.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import { IPV6, IPV6_INSTANCE } from '../vmac/ipv6-instance.ts';

const IPV4 = '10.30.8.100/24';

const FIRST = `vrrp_instance V {
  interface eth0
  virtual_router_id 51
  version 3
  advert_int 0.2
  priority 255
  use_vmac
  promote_secondaries
  virtual_ipaddress {
    ${IPV4}
  }
  virtual_routes {
    10.99.0.0/24 dev eth0
  }
  virtual_rules {
    from 10.99.0.0/24 table 99 priority 990
  }
}
`;
/** As an administrator may have them; some of what is changed for virtual interfaces. */
const SETTINGS = [
  'net.ipv4.conf.all.rp_filter=1',
  'net.ipv4.conf.default.rp_filter=0',
  'net.ipv4.conf.eth0.rp_filter=0',
  'net.ipv4.conf.eth0.arp_ignore=0',
  'net.ipv4.conf.eth0.arp_filter=0',
  'net.ipv4.conf.eth0.promote_secondaries=0',
];
const LOOKS = [
  ['sysctl', '-a', '-r', '^net\\.ipv[46]\\.conf\\.'],
  ['ip', '-o', '-d', 'link'],
  ['ip', '-o', 'addr'],
  ['ip', '-4', 'route', 'show', 'table', 'all'],
  ['ip', '-6', 'route', 'show', 'table', 'all'],
  ['ip', '-4', 'rule'],
  ['ip', '-6', 'rule'],
  ['nft', 'list', 'ruleset'],
];

/** Machines that do not hear each other. */
let lans: readonly Lan[];

before(async () => {
  const names = ['stopped', 'killed', 'changed', 'cleaned', 'readonly'];
  lans = await Promise.all(
    names.map((name, i) => Lan.create([{ name, address: `10.30.8.${i + 1}/24` }])),
  );
});

after(() => Promise.all(lans.map((each) => each.destroy())));

/** All that a daemon may have changed, each thing in a line. */
async function look(host: Host): Promise<string[]> {
  const outputs = await Promise.all(LOOKS.map((words) => host.exec(words, { mayFail: true })));
  const lines = outputs.flatMap(({ stdout }) => stdout.split('\n').toSorted());
  assert.ok(lines.length > 200, 'sysctl lists all settings');
  return lines.map((line) => line.trim());
}

async function prepared(name: string): Promise<{ host: Host; before: string[] }> {
  const host = lans.flatMap((each) => each.hosts.get(name) ?? [])[0];
  assert.ok(host !== undefined);
  await host.exec(['sysctl', '-q', '-w', ...SETTINGS]);
  await waitUntil('a link-local address', () => isSettled(host), { limitMs: 10_000 });
  return { host, before: await look(host) };
}

async function isSettled(host: Host): Promise<boolean> {
  const { stdout } = await host.exec(['ip', '-6', '-o', 'addr', 'show', 'dev', 'eth0']);
  return stdout.includes('fe80:') && !stdout.includes('tentative');
}

/** Both instances have all that they want. */
async function serves(host: Host): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const [addresses, links, routes, rules] = await Promise.all(
      [
        ['ip', '-o', 'addr'],
        ['ip', '-o', 'link', 'show', 'up'],
        ['ip', 'route'],
        ['ip', 'rule'],
      ].map(async (words) => (await host.exec(words)).stdout),
    );
    return (
      [IPV4, IPV6].every((each) => addresses?.includes(`${each} `)) &&
      ['vrrp.51@', 'vrrp.52@'].every((each) => links?.includes(each)) &&
      routes?.includes('10.99.0.0/24') === true &&
      rules?.includes('lookup 99') === true
    );
  };
  await waitUntil('both instances to be master', isThere, { limitMs: 15_000, everyMs: 50 });
}

async function reversePathFilter(host: Host): Promise<string> {
  const { stdout } = await host.exec(['sysctl', '-n', 'net.ipv4.conf.all.rp_filter']);
  return stdout.trim();
}

async function reload(daemon: Daemon, configuration: string): Promise<void> {
  const times = (): number => daemon.log().split('Reload complete').length;
  const done = times();
  daemon.reload(configuration);
  await waitUntil('the reload', () => times() > done, { limitMs: 10_000, everyMs: 20 });
}

function killVrrp(daemon: Daemon): void {
  const pid = daemon.pid('vrrp');
  assert.ok(pid !== undefined);
  process.kill(pid, 'SIGKILL');
}

function logsOf(daemon: Daemon): (error: unknown) => never {
  return (error) => {
    throw new Error(`${String(error)}\n${daemon.log().slice(-4000)}`, { cause: error });
  };
}

void test('all is as it was', { concurrency: true }, async (context) => {
  await Promise.all([
    context.test('after deaths of processes, links that go down, reloads and a stop', stopped),
    context.test('after a death of the vrrp process that must not be started again', killed),
    context.test('after a death of all and a start with files that want nothing of it', changed),
    context.test('after a death of all and a clean-up', cleaned),
    context.test('where no file can be written, while what is asked for is there', readOnly),
  ]);
});

async function stopped(): Promise<void> {
  const { host, before: then } = await prepared('stopped');
  const both = `${FIRST}${IPV6_INSTANCE}`;
  const daemon = new Daemon(host, 'tandemd', { configuration: both, flags: ['-P'] });
  daemon.start();
  await (async () => {
    await serves(host);
    assert.equal(await reversePathFilter(host), '0', 'there is something to put back');

    const dead = daemon.pid('vrrp');
    killVrrp(daemon);
    await waitUntil('a successor', () => ![undefined, dead].includes(daemon.pid('vrrp')), {
      limitMs: 10_000,
    });
    await reload(daemon, IPV6_INSTANCE);
    await reload(daemon, FIRST.replace('use_vmac', ''));
    assert.equal(await reversePathFilter(host), '1', 'it goes with the last virtual interface');
    await reload(daemon, both);
    await serves(host);

    await host.exec(['ip', 'link', 'set', 'vrrp.51', 'down']);
    await serves(host);
    await host.exec(['ip', 'link', 'del', 'vrrp.52']);
    await serves(host);
    await host.exec(['ip', 'link', 'set', 'eth0', 'down']);
    const isFaulty = (): boolean => daemon.log().includes('(V) Entering FAULT STATE');
    await waitUntil('the fault', isFaulty, { limitMs: 5000, everyMs: 20 });
    await host.exec(['ip', 'link', 'set', 'eth0', 'up']);
    await serves(host);

    await daemon.kill();
    daemon.start();
    await daemon.ready();
    await serves(host);
  })().catch(logsOf(daemon));
  await daemon.stop();
  await waitUntil('a link-local address', () => isSettled(host), { limitMs: 10_000 });
  assert.deepEqual(await look(host), then);
}

async function killed(): Promise<void> {
  const { host, before: then } = await prepared('killed');
  const configuration = FIRST.replace('51', '61').replace(IPV4, '10.30.8.200/24');
  const flags = ['-P', '-R'];
  const daemon = new Daemon(host, 'tandemd', { configuration, flags });
  daemon.start();
  const hasRule = async (): Promise<boolean> =>
    (await host.exec(['ip', 'rule'])).stdout.includes('lookup 99');
  await waitUntil('the master', hasRule, { limitMs: 15_000, everyMs: 50 });
  killVrrp(daemon);
  await waitUntil('the end of the daemon', () => !daemon.running, { limitMs: 10_000 });
  assert.deepEqual(await look(host), then);
}

/** Nothing of the first ones is in it, and until it is master, the box is as it was before these. */
const OTHER = `vrrp_instance W {
  interface eth0
  virtual_router_id 77
  advert_int 30
  virtual_ipaddress {
    10.30.8.177/24
  }
}
`;

/** A table of another name, too, in which a master is closed. */
const GUARDED = `global_defs {
  nftables vips
}
${FIRST}${IPV6_INSTANCE}vrrp_instance X {
  interface eth0
  virtual_router_id 53
  version 3
  advert_int 0.1
  priority 254
  no_accept
  virtual_ipaddress {
    10.30.8.153
  }
}
`;

async function changed(): Promise<void> {
  const { host, before: then } = await prepared('changed');
  const daemon = new Daemon(host, 'tandemd', { configuration: GUARDED, flags: ['-P'] });
  await (async () => {
    for (const next of [OTHER, 'static_routes {\n}\n']) {
      daemon.configure(GUARDED);
      daemon.start();
      await serves(host);
      assert.match(await output(host, ['nft', 'list', 'tables']), /inet vips/);
      await daemon.kill();
      daemon.configure(next);
      daemon.start();
      await daemon.ready();
      await waitUntil('the removal', () => isAs(host, then), { limitMs: 5000 }).catch(
        async (late: unknown) => {
          assert.deepEqual(await look(host), then, 'the removal');
          throw late;
        },
      );
      await daemon.stop();
    }
  })().catch(logsOf(daemon));
  assert.deepEqual(await look(host), then);
}

async function isAs(host: Host, then: readonly string[]): Promise<boolean> {
  return JSON.stringify(await look(host)) === JSON.stringify(then);
}

async function output(host: Host, words: readonly string[]): Promise<string> {
  return (await host.exec(words, { mayFail: true })).stdout;
}

async function cleaned(): Promise<void> {
  const { host, before: then } = await prepared('cleaned');
  const daemon = new Daemon(host, 'tandemd', { configuration: GUARDED, flags: ['-P'] });
  daemon.start();
  await serves(host).catch(logsOf(daemon));
  assert.match(
    await daemon.cleanup(),
    /^nothing is done: tandemd runs, pid \d+ of .*supervisor.pid/,
  );
  await daemon.kill();
  const would = (await daemon.cleanup('--dry-run')).trimEnd().split('\n');
  await serves(host);
  assert.deepEqual(
    would.filter((line) => !line.includes('setting')).toSorted(),
    [
      'would remove address 10.30.8.100/24 on vrrp.51',
      'would remove address 10.30.8.153/32 on eth0',
      ...would.filter((line) => line.includes('vrrp.52') && line.includes('address')),
      'would remove interface vrrp.51',
      'would remove interface vrrp.52',
      'would remove nftables table inet vips',
      'would remove route 10.99.0.0/24 dev eth0',
      'would remove rule from 10.99.0.0/24 table 99 preference 990',
    ].toSorted(),
  );
  const done = (await daemon.cleanup()).trimEnd().split('\n');
  assert.deepEqual(
    done,
    would.map((line) => line.replace('would remove', 'removed')),
  );
  assert.deepEqual(await look(host), then);
  assert.match(await daemon.cleanup(), /^there is no record .*: nothing is left/);
}

async function readOnly(): Promise<void> {
  const { host, before: then } = await prepared('readonly');
  const configuration = OTHER.replace('vrrp_instance W {', 'vrrp_instance W {\n  priority 255');
  const daemon = new Daemon(host, 'tandemd', {
    configuration,
    flags: ['-P', '-p', '/sys/a.pid', '-r', '/sys/b.pid'],
  });
  daemon.start();
  const isMaster = async (): Promise<boolean> =>
    (await output(host, ['ip', '-o', 'addr'])).includes('10.30.8.177/24');
  await waitUntil('the address', isMaster, { limitMs: 10_000, everyMs: 20 }).catch(logsOf(daemon));
  await daemon.stop();
  for (const path of ['/sys/a.pid', '/sys/a.pid.kernel', '/sys/b.pid'])
    assert.ok(
      daemon.log().includes(`${path}: permission denied; `),
      `${path} is named in\n${daemon.log()}`,
    );
  assert.deepEqual(await look(host), then);
}
