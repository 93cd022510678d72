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
