// kernel: any
// tandemctl realserver between a box that asks and a box that must not answer.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run, type Outcome } from '../lib/command.ts';
import { repositoryRoot } from '../lib/program.ts';

const [asking, serving] = [`tdm${process.pid}-ctl-a`, `tdm${process.pid}-ctl-s`];
const VIP = '10.77.0.100';
const OTHER_VIP = '10.77.0.101';
const VIP6 = 'fd77::100';
const folder = mkdtempSync(join(tmpdir(), 'tandem-realserver-'));
const state = join(folder, 'state.json');
const program = join(repositoryRoot(), 'packages/tandemctl/bin/tandemctl.mjs');

function inside(namespace: string, line: string, mayFail = false): Promise<Outcome> {
  const words = line.split(' ');
  return run(['ip', 'netns', 'exec', namespace, ...words], { mayFail, limitMs: 20_000 });
}

function realserver(line: string): Promise<Outcome> {
  return inside(
    serving,
    `${process.execPath} ${program} realserver ${line} --state ${state}`,
    true,
  );
}

async function settings(): Promise<readonly string[]> {
  const names = ['arp_ignore', 'arp_announce'].map((name) => `net.ipv4.conf.all.${name}`);
  const { stdout } = await inside(serving, `sysctl -n ${names.join(' ')}`);
  return stdout.trim().split('\n');
}

async function vips(): Promise<readonly string[]> {
  const { stdout } = await inside(serving, 'ip -o addr show dev lo');
  const all = [...stdout.matchAll(/inet6? (\S+)\/(?:32|128) /g)].map(([, each = '']) => each);
  return all.filter((each) => each !== '::1');
}

/** Whether anybody says that the VIP is his. */
async function isAnswered(): Promise<boolean> {
  const { status } = await inside(asking, `arping -q -f -c 2 -w 1 -I ctl-a ${VIP}`, true);
  return status === 0;
}

/** Through the real server's own address, as a director's packets come. */
async function fetchFrom(vip: string): Promise<string> {
  const server = `const s = require('node:net').createServer((c) => { c.end('served'); s.close(); });
    s.listen(8080, '${vip}')`;
  const child = run(
    ['ip', 'netns', 'exec', serving, 'timeout', '5', process.execPath, '-e', server],
    {
      mayFail: true,
    },
  );
  const client = `const f = () => require('node:net').connect(8080, '${vip}')
    .on('error', () => setTimeout(f, 50)).on('data', (d) => { console.log(String(d)); process.exit(); }); f()`;
  const { stdout } = await run(
    ['ip', 'netns', 'exec', asking, 'timeout', '10', process.execPath, '-e', client],
    {},
  );
  await child;
  return stdout.trim();
}

before(async () => {
  for (const name of [asking, serving]) await run(['ip', 'netns', 'add', name]);
  await run([
    'ip',
    'link',
    'add',
    'ctl-a',
    'netns',
    asking,
    'type',
    'veth',
    'peer',
    'name',
    'ctl-s',
    'netns',
    serving,
  ]);
  for (const [name, link, host] of [
    [asking, 'ctl-a', 1],
    [serving, 'ctl-s', 2],
  ] as const) {
    await inside(name, 'ip link set lo up');
    await inside(name, `ip link set ${link} up`);
    await inside(name, `ip addr add 10.77.0.${host}/24 dev ${link}`);
    await inside(name, `ip addr add fd77::${host}/64 dev ${link} nodad`);
  }
  await inside(asking, `ip route add ${VIP}/32 via 10.77.0.2`);
  await inside(asking, `ip route add ${VIP6}/128 via fd77::2`);
});

after(async () => {
  for (const name of [asking, serving]) await run(['ip', 'netns', 'del', name], { mayFail: true });
  rmSync(folder, { recursive: true });
});

test('a VIP on lo is announced to all who ask, unless realserver has added it', async () => {
  await inside(serving, `ip addr add ${VIP}/32 dev lo`);
  assert.equal(await isAnswered(), true);
  await inside(serving, `ip addr del ${VIP}/32 dev lo`);
  assert.equal((await realserver(`add ${VIP}`)).status, 0);
  assert.equal((await realserver(`add ${VIP6}`)).status, 0);
  assert.equal(await isAnswered(), false);
  assert.deepEqual(await Promise.all([fetchFrom(VIP), fetchFrom(VIP6)]), ['served', 'served']);
  assert.deepEqual(await vips(), [VIP, VIP6]);
});

test('adding again changes nothing, list shows both, and remove leaves the box as it was', async () => {
  const before = readFileSync(state, 'utf8');
  assert.equal((await realserver(`add ${VIP6}`)).status, 0);
  assert.equal(readFileSync(state, 'utf8'), before);
  assert.equal((await realserver('list')).stdout, `${VIP} on lo\n${VIP6} on lo\n`);
  assert.deepEqual(await settings(), ['1', '2']);
  assert.equal((await realserver(`remove ${VIP}`)).status, 0);
  assert.deepEqual(await settings(), ['0', '0']);
  assert.equal((await realserver(`remove ${VIP6}`)).status, 0);
  assert.deepEqual(await vips(), []);
  assert.equal(existsSync(state), false);
  const again = await realserver(`remove ${VIP}`);
  assert.deepEqual(
    [again.status, again.stderr],
    [1, `tandemctl: ${VIP} was not added by realserver add\n`],
  );
});

/** What the kernel says of an address on lo: its scope and flags. */
async function kindOf(vip: string): Promise<string> {
  const { stdout } = await inside(serving, `ip -o addr show dev lo to ${vip}`);
  return / scope (.*?) *\\/.exec(stdout)?.[1] ?? 'none';
}

test('a VIP is the own address of nothing that leaves the box, and not looked for elsewhere', async () => {
  await realserver(`add ${VIP}`);
  await realserver(`add ${VIP6}`);
  assert.equal(await kindOf(VIP), 'host lo');
  assert.equal(await kindOf(VIP6), 'global nodad deprecated');
  await realserver(`remove ${VIP}`);
  await realserver(`remove ${VIP6}`);
});

async function set(name: string, value: number): Promise<void> {
  await inside(serving, `sysctl -q -w net.ipv4.conf.all.${name}=${value}`);
}

test('the last VIP takes the settings along, and gives back what there was when they were set', async () => {
  await realserver(`add ${VIP}`);
  await set('arp_announce', 1);
  await set('arp_ignore', 8);
  await realserver(`add ${OTHER_VIP}`);
  assert.deepEqual(await settings(), ['8', '2']);
  await realserver(`remove ${VIP}`);
  assert.deepEqual(await settings(), ['8', '2']);
  await realserver(`remove ${OTHER_VIP}`);
  assert.deepEqual(await settings(), ['8', '1']);
  assert.equal(existsSync(state), false);
  await set('arp_announce', 0);
  await set('arp_ignore', 0);
});

test('a VIP is on one interface: on another one it is refused, or was there before and stays', async () => {
  await inside(serving, `ip addr add ${OTHER_VIP}/32 dev ctl-s`);
  await realserver(`add ${VIP}`);
  const refused = await realserver(`add ${VIP} --dev ctl-s`);
  assert.deepEqual(
    [refused.status, refused.stderr],
    [1, `tandemctl: ${VIP} is on lo: remove it first\n`],
  );
  await realserver(`add ${OTHER_VIP}`);
  assert.equal(await kindOf(OTHER_VIP), 'host lo');
  await realserver(`remove ${OTHER_VIP}`);
  await realserver(`add ${OTHER_VIP} --dev ctl-s`);
  const list = await realserver('list');
  assert.equal(list.stdout, `${VIP} on lo\n${OTHER_VIP} on ctl-s, was there before, and stays\n`);
  await realserver(`remove ${OTHER_VIP}`);
  await realserver(`remove ${VIP}`);
  const { stdout } = await inside(serving, 'ip -o addr show dev ctl-s');
  assert.match(stdout, new RegExp(` ${OTHER_VIP}/32 `));
  assert.deepEqual(await vips(), []);
  await inside(serving, `ip addr del ${OTHER_VIP}/32 dev ctl-s`);
});

/** A command that has /etc/systemd/system and /run/tandem to itself, on a box with no systemd. */
function onBox(words: string): Promise<Outcome> {
  const mounts = [
    `mkdir -p ${folder}/units ${folder}/run /etc/systemd/system /run/tandem /run/systemd`,
    `mount --bind ${folder}/units /etc/systemd/system`,
    `mount --bind ${folder}/run /run/tandem`,
    'mount -t tmpfs none /run/systemd',
  ];
  // The mounts are those of `ip netns exec`, and go with it.
  const script = `${mounts.join(' && ')} && exec ${words}`;
  return run(['ip', 'netns', 'exec', serving, 'sh', '-c', script], {
    mayFail: true,
    limitMs: 20_000,
  });
}

const command = `${process.execPath} ${program} realserver`;
const unit = join(folder, 'units/tandem-realserver.service');

function startLines(): readonly string[] {
  const starts = readFileSync(unit, 'utf8').matchAll(/^ExecStart=(.*)$/gm);
  return [...starts].map(([, line = '']) => line);
}

/** All that a start of the box loses, and what its unit does then. */
async function restart(): Promise<void> {
  await inside(serving, 'ip addr flush dev lo');
  await inside(serving, 'sysctl -q -w net.ipv4.conf.all.arp_ignore=0');
  await inside(serving, 'sysctl -q -w net.ipv4.conf.all.arp_announce=0');
  rmSync(join(folder, 'run'), { recursive: true, force: true });
  for (const line of startLines()) assert.deepEqual(await onBox(line), OK);
}

const OK = { status: 0, stdout: '', stderr: '' };

test('persistent VIPs are there after a start, with what has been added since, until remove', async () => {
  const first = await onBox(`${command} add ${VIP} --persistent`);
  assert.equal(first.status, 0);
  assert.match(first.stderr, /^tandemctl: warning: systemd does not run here/);
  await restart();
  assert.deepEqual(await vips(), [VIP]);
  assert.deepEqual(await settings(), ['1', '2']);
  assert.equal((await onBox(`${command} add ${VIP6} --persistent`)).status, 0);
  assert.equal(startLines().length, 2);
  await restart();
  assert.deepEqual(await vips(), [VIP, VIP6]);
  const list = await onBox(`${command} list`);
  assert.equal(list.stdout, `${VIP} on lo, at every start\n${VIP6} on lo, at every start\n`);
  assert.deepEqual(await onBox(`${command} remove ${VIP}`), OK);
  await restart();
  assert.deepEqual(await vips(), [VIP6]);
  // The state is lost, as where the start of the box has failed.
  rmSync(join(folder, 'run'), { recursive: true });
  assert.equal((await onBox(`${command} list`)).stdout, `${VIP6} on lo, from the next start on\n`);
  assert.deepEqual(await onBox(`${command} remove ${VIP6}`), OK);
  assert.equal(existsSync(unit), false);
  assert.equal((await onBox(`${command} remove ${VIP6}`)).status, 1);
  await inside(serving, 'ip addr flush dev lo');
});

test('what others have set or added stays', async () => {
  await inside(serving, 'sysctl -q -w net.ipv4.conf.all.arp_ignore=2');
  await inside(serving, `ip addr add ${VIP}/32 dev lo`);
  await realserver(`add ${VIP}`);
  assert.deepEqual(await settings(), ['2', '2']);
  await inside(serving, 'sysctl -q -w net.ipv4.conf.all.arp_announce=1');
  await realserver(`remove ${VIP}`);
  assert.deepEqual(await settings(), ['2', '1']);
  assert.deepEqual(await vips(), [VIP]);
  const wrong = await realserver(`add ${VIP} --dev nope`);
  assert.deepEqual([wrong.status, wrong.stderr], [1, 'tandemctl: there is no interface nope\n']);
});
