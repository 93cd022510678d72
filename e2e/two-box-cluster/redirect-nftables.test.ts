// kernel: any
// The rules of `redirect` in nftables: a backup answers for the address, and who is master says so
// to the kernel for as long as it lives.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from '../lib/client.ts';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { repositoryRoot } from '../lib/program.ts';
import { onlyInstance, status } from '../lib/status.ts';
import { waitUntil } from '../lib/wait.ts';
import { WebServer } from '../lib/web-server.ts';

const VIP = '10.30.6.110';

/** Whether the kernel of the box has been told lately that the box directs. */
async function directs(box: Host): Promise<boolean> {
  const words = ['nft', 'list', 'set', 'inet', 'tandem_redirect', 'directors4'];
  return (await box.exec(words, { mayFail: true })).stdout.includes(`${VIP} timeout 2s`);
}

async function hasRules(box: Host): Promise<boolean> {
  return (await box.exec(['nft', 'list', 'ruleset'])).stdout.includes('redirect');
}

async function holds(box: Host): Promise<boolean> {
  return (await box.addresses()).some(({ address }) => address === `${VIP}/24`);
}

function daemonOf(host: Host, file: string): Daemon {
  const path = join(repositoryRoot(), 'configs/two-box-cluster-redirect', file);
  const configuration = readFileSync(path, 'utf8');
  return new Daemon(host, 'tandemd', { configuration, flags: ['-P'] });
}

void test('nftables redirect to a backup, a dead master and one that was stopped', async (context) => {
  const lan = await Lan.create([
    { name: 'box1', address: '10.30.6.111/24' },
    { name: 'box2', address: '10.30.6.112/24' },
    { name: 'client', address: '10.30.6.50/24' },
  ]);
  context.after(() => lan.destroy());
  const [box1, box2, outside] = ['box1', 'box2', 'client'].map((each) => lan.host(each));
  assert.ok(box1 && box2 && outside);
  await Promise.all([box1, box2].map((host) => new WebServer(host).start()));
  const first = daemonOf(box1, 'two-box-master.conf');
  const second = daemonOf(box2, 'two-box-backup.conf');
  first.start();
  await waitUntil('box1 to direct', () => directs(box1), { limitMs: 20_000 });
  second.start();
  await second.ready();
  assert.equal(await directs(box2), false);

  // What a director would do with direct routing.
  await outside.exec(['ip', 'route', 'add', `${VIP}/32`, 'via', '10.30.6.112']);
  const client = new Client(outside, VIP);
  const answersOf = async (): Promise<unknown> =>
    (await client.send({ count: 4, limitMs: 3000 })).answers;
  assert.deepEqual(await answersOf(), { box2: 4 });
  const { redirects } = onlyInstance(await status(box2, second));
  assert.deepEqual(redirects, [`redirects ${VIP} port 80 to this box (nftables)`]);

  await box2.exec(['nft', 'flush', 'ruleset']);
  const isSetAgain = (): boolean => second.log().includes('they are set again');
  await waitUntil('box2 to notice', isSetAgain, { limitMs: 20_000 });
  await waitUntil('rules', () => hasRules(box2), { limitMs: 20_000 });
  assert.deepEqual(await answersOf(), { box2: 4 });

  await first.kill();
  await waitUntil('box2 to direct', () => directs(box2), { limitMs: 20_000 });
  assert.equal(await directs(box1), false);
  assert.ok(await holds(box1));
  await outside.exec(['ip', 'route', 'replace', `${VIP}/32`, 'via', '10.30.6.111']);
  assert.deepEqual(await answersOf(), { box1: 4 });

  await second.stop();
  assert.equal(await directs(box2), false);
  assert.equal(await holds(box2), false);
  await outside.exec(['ip', 'route', 'replace', `${VIP}/32`, 'via', '10.30.6.112']);
  assert.deepEqual(await answersOf(), { box2: 4 });

  assert.match(await second.cleanup(), /^removed nftables table inet tandem_redirect$/m);
  assert.equal(await hasRules(box2), false);
});
