// kernel: any
// on_drift: yield is what keepalived does, beside which it is tried; fault lasts until a reload.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { AddressWatch } from '../lib/address-watch.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { status } from '../lib/status.ts';
import { waitUntil } from '../lib/wait.ts';

const LIMIT = { limitMs: 15_000 };
const VIP = '10.77.1.100/24';
/** What the log says of its states, and what it does with its address. */
const STEPS = /\(V\) (?:Entering \w+ STATE|sent 0 priority|setting VIPs\.|removing VIPs\.)$/gm;

/** In a network of which the box has no address of its own; the first one is the primary one. */
const PAIR = ['10.78.0.100/24', '10.78.0.101/24'] as const;

function configuration(words: string): string {
  return instance(
    'V',
    51,
    `priority 250
  ${words}
  virtual_ipaddress {
    ${VIP}
  }
  virtual_routes {
    10.30.0.0/24 via 10.77.1.9 dev eth0
  }`,
  );
}

function instance(name: string, virtualRouterId: number, words: string): string {
  return `vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${virtualRouterId}
  version 3
  advert_int 0.2
  ${words}
}
`;
}

interface Box {
  readonly host: Host;
  readonly daemon: Daemon;
}

async function master(
  context: TestContext,
  implementation: Implementation,
  words: string,
): Promise<Box> {
  // Each box is alone on its LAN.
  const lan = await Lan.create([{ name: 'box', address: '10.77.1.1/24' }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  const daemon = new Daemon(host, implementation, {
    configuration: configuration(words),
    flags: ['-P'],
  });
  context.after(() => daemon.stop());
  daemon.start();
  await waitUntil(`${implementation} has set all`, () => hasAll(host), LIMIT);
  // Lines may come later than what they tell of.
  await waitUntil('it has said so', () => daemon.log().includes('(V) setting VIPs.'), LIMIT);
  return { host, daemon };
}

async function hasAll(host: Host): Promise<boolean> {
  const { stdout } = await host.exec(['ip', 'route', 'show', '10.30.0.0/24']);
  const addresses = await host.addresses();
  return stdout.includes('10.77.1.9') && addresses.some(({ address }) => address === VIP);
}

/** What follows a removal until all is there again. */
async function aftermath({ host, daemon }: Box, removal: string): Promise<string[]> {
  const before = daemon.log().length;
  const news = (): string => daemon.log().slice(before);
  await host.exec(removal.split(' '));
  await waitUntil('MASTER again', () => news().includes('(V) setting VIPs.'), LIMIT);
  await waitUntil('all is back', () => hasAll(host), LIMIT);
  return (news().match(STEPS) ?? []).toSorted();
}

void test('with on_drift yield a master does what keepalived does, for an address and a route', async (context) => {
  const [theirs, ours] = await Promise.all([
    master(context, 'keepalived', ''),
    master(context, 'tandemd', 'on_drift yield'),
  ]);
  for (const removal of [`ip addr del ${VIP} dev eth0`, 'ip route del 10.30.0.0/24']) {
    const expected = [
      '(V) Entering BACKUP STATE',
      '(V) Entering MASTER STATE',
      '(V) removing VIPs.',
      '(V) sent 0 priority',
      '(V) setting VIPs.',
    ];
    const steps = await Promise.all([aftermath(theirs, removal), aftermath(ours, removal)]);
    assert.deepEqual(steps, [expected, expected]);
  }
});

void test('with on_drift yield a sync group is back as a whole after the skew time, as with keepalived', async (context) => {
  const steps = await Promise.all([
    yieldOfGroup(context, 'keepalived', ''),
    yieldOfGroup(context, 'tandemd', 'on_drift yield'),
  ]);
  const ofEach = ['Entering BACKUP STATE', 'Entering MASTER STATE', 'sent 0 priority'];
  const expected = ['V0', 'V1'].flatMap((name) => ofEach.map((each) => `(${name}) ${each}`));
  assert.deepEqual(steps, [expected, expected]);
});

function areMaster(log: string): boolean {
  return (log.match(/Entering MASTER STATE/g) ?? []).length === 2;
}

/** @returns what its log says of its states, where the master-down time is longer than the limit */
async function yieldOfGroup(
  context: TestContext,
  implementation: Implementation,
  words: string,
): Promise<string[]> {
  const lan = await Lan.create([{ name: 'box', address: '10.77.1.1/24' }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  const withInterval = (seconds: string): string =>
    `vrrp_sync_group G {\n  group {\n    V0\n    V1\n  }\n}\n` +
    PAIR.map((address, i) =>
      instance(
        `V${i}`,
        51 + i,
        `priority 250\n  ${words}\n  virtual_ipaddress {\n    ${address}\n  }`,
      ),
    )
      .join('')
      .replaceAll('advert_int 0.2', `advert_int ${seconds}`);
  const daemon = new Daemon(host, implementation, {
    configuration: withInterval('0.2'),
    flags: ['-P'],
  });
  context.after(() => daemon.stop());
  daemon.start();
  const has = async (wanted: readonly string[]): Promise<boolean> => {
    const addresses = await host.addresses();
    return wanted.every((each) => addresses.some(({ address }) => address === each));
  };
  await waitUntil(`both of ${implementation} are there`, () => has(PAIR), LIMIT);
  await waitUntil('they have said so', () => areMaster(daemon.log()), LIMIT);
  const all = [...PAIR, '10.79.0.100/32'];
  daemon.reload(withInterval('10').replace(PAIR[0], `${PAIR[0]}\n    ${all[2]}`));
  await waitUntil(`${implementation} has read that`, () => has(all), LIMIT);
  const before = daemon.log().length;
  await host.exec(['ip', 'addr', 'del', PAIR[1], 'dev', 'eth0']);
  const news = (): string => daemon.log().slice(before);
  await waitUntil(`both of ${implementation} are back`, () => areMaster(news()), LIMIT);
  await waitUntil('all addresses are back', () => has(all), LIMIT);
  const steps = /\(V\d\) (?:Entering \w+ STATE|sent 0 priority)$/gm;
  return (news().match(steps) ?? []).toSorted();
}

void test('with on_drift fault a master stays in FAULT until a reload of the same file', async (context) => {
  const { host, daemon } = await master(context, 'tandemd', 'on_drift fault');
  await host.exec(['ip', 'route', 'del', '10.30.0.0/24']);
  const isOut = async (): Promise<boolean> =>
    (await status(host, daemon)).vrrp[0]?.state === 'FAULT';
  await waitUntil('FAULT', isOut, LIMIT);
  await waitUntil('the address is off', async () => (await host.addresses()).length === 1, LIMIT);
  assert.match(
    (await status(host, daemon)).vrrp[0]?.faults[0]?.reason ?? '',
    /^route 10\.30\.0\.0\/24 .* was removed by somebody else/,
  );
  daemon.reload();
  await waitUntil('all is back', () => hasAll(host), LIMIT);
});

void test('a master that leaves takes no address of another one along, which keepalived does', async (context) => {
  const implementations = ['keepalived', 'tandemd'] as const;
  const kept = await Promise.all(implementations.map((each) => leaveOneOfTwo(context, each)));
  assert.deepEqual(kept, [false, true]);
});

/** @returns whether the address of the one that stays was there all the time, in a kernel as it is */
async function leaveOneOfTwo(
  context: TestContext,
  implementation: Implementation,
): Promise<boolean> {
  const lan = await Lan.create([{ name: 'box', address: '10.77.1.1/24' }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  const numbers = ['all', 'eth0'].map((each) => `net.ipv4.conf.${each}.promote_secondaries`);
  await host.exec(['sysctl', '-w', ...numbers.map((each) => `${each}=0`)]);
  const watch = await AddressWatch.start(host);
  context.after(() => watch.stop());
  const policy = implementation === 'tandemd' ? 'on_drift fault' : '';
  const both = PAIR.map((address, i) =>
    // The first one is master, and has its address, 0.2 s before the other.
    instance(
      `V${i}`,
      51 + i,
      `priority ${254 - i * 250}\n  ${policy}\n  virtual_ipaddress {\n    ${address}\n  }`,
    ),
  );
  const daemon = new Daemon(host, implementation, { configuration: both.join(''), flags: ['-P'] });
  context.after(() => daemon.stop());
  daemon.start();
  await waitUntil('both are there', () => PAIR.every((each) => watch.holds(each)), LIMIT);
  daemon.reload(both[1]);
  await waitUntil('one has gone', () => !watch.holds(PAIR[0]), LIMIT);
  const areRestored = async (): Promise<boolean> =>
    /^0\s+0\s*$/.test((await host.exec(['sysctl', '-n', ...numbers])).stdout);
  await waitUntil('the kernel is as it was', areRestored, LIMIT);
  return !watch.changes.some(({ address, removed }) => removed && address === PAIR[1]);
}

void test('where the kernel lets nothing be set a master stays whose address and route go for a moment by our own doing', async (context) => {
  const lan = await Lan.create([{ name: 'box', address: '10.77.1.1/24' }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  const [first, second] = PAIR;
  const source = second.slice(0, second.indexOf('/'));
  const staying = (addresses: string): string =>
    instance(
      'V1',
      52,
      `priority 4
  on_drift fault
  virtual_ipaddress {
    ${addresses}
  }
  virtual_routes {
    10.30.0.0/24 via 10.77.1.9 dev eth0 src ${source}
  }`,
    );
  const leaving = instance('V0', 51, `priority 254\n  virtual_ipaddress {\n    ${first}\n  }`);
  const names = ['all', 'eth0'].map((each) => `net.ipv4.conf.${each}.promote_secondaries=0`);
  await host.exec(['sysctl', '-w', ...names]);
  const readOnly = 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys';
  const daemon = new Daemon(host, 'tandemd', {
    configuration: leaving + staying(second),
    flags: ['-P'],
    within: ['unshare', '-m', 'sh', '-c', `${readOnly} && exec "$@"`, 'sh'],
  });
  context.after(() => daemon.stop());
  const addresses = async (): Promise<string[]> =>
    (await host.addresses()).map(({ address }) => address);
  const hasRoute = async (): Promise<boolean> =>
    (await host.exec(['ip', 'route', 'show', '10.30.0.0/24'])).stdout.includes(`src ${source}`);
  daemon.start();
  await waitUntil('both are there', async () => PAIR.every(includedIn(await addresses())), LIMIT);
  await waitUntil('the route is there', hasRoute, LIMIT);
  daemon.reload(staying(second));
  await waitUntil('one has gone', async () => !(await addresses()).includes(first), LIMIT);
  // It comes with the next reload, when all of the last one has happened.
  const marker = '10.79.0.100/32';
  daemon.reload(staying(`${second}\n    ${marker}`));
  await waitUntil('both are there', async () => (await addresses()).includes(marker), LIMIT);
  await waitUntil('the route is there again', hasRoute, LIMIT);
  assert.ok((await addresses()).includes(second));
  assert.doesNotMatch(daemon.log(), /FAULT STATE|removed by somebody else/);
});

void test('a master stays whose routes the kernel drops with the last address of an interface that a reload takes off', async (context) => {
  const lan = await Lan.create([{ name: 'box', address: '10.77.1.1/24' }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  await host.exec(['ip', 'link', 'add', 'side0', 'type', 'veth', 'peer', 'name', 'side1']);
  for (const end of ['side0', 'side1']) await host.exec(['ip', 'link', 'set', end, 'up']);
  const routes = ['10.31.0.0/24', '10.32.0.0/24'] as const;
  const withVip = (address: string): string =>
    instance(
      'V',
      51,
      `priority 250
  on_drift fault
  virtual_ipaddress {
    ${address} dev side0
  }
  virtual_routes {
    ${routes[0]} dev side0 scope link
    ${routes[1]} dev side0 scope link no_track
  }`,
    );
  const daemon = new Daemon(host, 'tandemd', { configuration: withVip('10.78.0.100/32') });
  context.after(() => daemon.stop());
  const shown = async (what: string): Promise<string> =>
    (await host.exec(['ip', '-4', what, 'show', 'dev', 'side0'])).stdout;
  const areThere = async (address: string): Promise<boolean> => {
    const present = await shown('route');
    return (
      (await shown('addr')).includes(address) && routes.every((each) => present.includes(each))
    );
  };
  daemon.start();
  await waitUntil('all is there', () => areThere('10.78.0.100/32'), LIMIT);
  daemon.reload(withVip('10.78.0.101/32'));
  await waitUntil('all is there again', () => areThere('10.78.0.101/32'), LIMIT);
  assert.doesNotMatch(daemon.log(), /FAULT STATE|removed by somebody else/);
});

function includedIn<T>(all: readonly T[]): (each: T) => boolean {
  return (each) => all.includes(each);
}
