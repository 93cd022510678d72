// kernel: any
// The rules of `redirect` in nftables: a backup answers for the address, and who is master says so
// to the kernel for as long as it lives.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Client } from '../lib/client.ts';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { onlyInstance, status } from '../lib/status.ts';
import { tcpCounter } from '../lib/tcp-counter.ts';
import { waitUntil } from '../lib/wait.ts';
import { WebServer } from '../lib/web-server.ts';
import { addressIn, configurationIn, giveAddress, prefixIn, type Family } from './family.ts';

/** Whether the kernel of the box has been told lately that the box directs. */
async function directs(box: Host, family: Family): Promise<boolean> {
  const words = ['nft', 'list', 'set', 'inet', 'tandem_redirect', `directors${family}`];
  const { stdout } = await box.exec(words, { mayFail: true });
  return stdout.includes(`${addressIn(family, 110)} timeout 2s`);
}

async function hasRules(box: Host): Promise<boolean> {
  return (await box.exec(['nft', 'list', 'ruleset'])).stdout.includes('redirect');
}

/** TCP segments that were lost, as when nobody takes them. */
async function sentAgain(host: Host): Promise<number> {
  const { stdout } = await host.exec(['cat', '/proc/net/snmp']);
  return tcpCounter(stdout, 'RetransSegs');
}

async function holds(box: Host, family: Family): Promise<boolean> {
  const addresses = await box.addresses(family);
  return addresses.some(({ address }) => address === prefixIn(family, 110));
}

for (const family of [4, 6] as const)
  void test(`nftables redirect to a backup, a dead master and one that was stopped, IPv${family}`, (context) =>
    play(family, context));

async function play(family: Family, context: TestContext): Promise<void> {
  const lan = await Lan.create([
    { name: 'box1', address: '10.30.6.111/24' },
    { name: 'box2', address: '10.30.6.112/24' },
    { name: 'client', address: '10.30.6.50/24' },
  ]);
  context.after(() => lan.destroy());
  const [box1, box2, outside] = ['box1', 'box2', 'client'].map((each) => lan.host(each));
  assert.ok(box1 && box2 && outside);
  await Promise.all([box1, box2, outside].map((host) => giveAddress(host, family)));
  await Promise.all([box1, box2].map((host) => new WebServer(host, [80, '[::]:80']).start()));
  const daemonOf = (host: Host, file: string): Daemon => {
    const configuration = configurationIn(family, 'two-box-cluster-redirect', file);
    return new Daemon(host, 'tandemd', { configuration, flags: ['-P'] });
  };
  const first = daemonOf(box1, 'two-box-master.conf');
  const second = daemonOf(box2, 'two-box-backup.conf');
  const vip = addressIn(family, 110);
  /** What a director would do with direct routing. */
  const sendTo = async (number: number): Promise<void> => {
    const via = addressIn(family, number);
    await outside.exec(['ip', 'route', 'replace', vip, 'via', via, 'dev', 'eth0']);
  };
  first.start();
  await waitUntil('box1 to direct', () => directs(box1, family), { limitMs: 20_000 });
  second.start();
  await second.ready();
  assert.equal(await directs(box2, family), false);

  await sendTo(112);
  const client = new Client(outside, vip);
  const answersOf = async (): Promise<unknown> =>
    (await client.send({ count: 4, limitMs: 3000 })).answers;
  assert.deepEqual(await answersOf(), { box2: 4 });
  const { redirects } = onlyInstance(await status(box2, second));
  const box = family === 4 ? 'this box' : `${addressIn(family, 112)} of this box`;
  assert.deepEqual(redirects, [`redirects ${vip} port 80 to ${box} (nftables)`]);

  await box2.exec(['nft', 'flush', 'ruleset']);
  const isSetAgain = (): boolean => second.log().includes('they are set again');
  await waitUntil('box2 to notice', isSetAgain, { limitMs: 20_000 });
  await waitUntil('rules', () => hasRules(box2), { limitMs: 20_000 });
  assert.deepEqual(await answersOf(), { box2: 4 });

  await second.stop();
  assert.deepEqual(await answersOf(), { box2: 4 });
  const lostBefore = await sentAgain(outside);
  const finish = await client.sendUntil({ limitMs: 3000, pauseMs: 5 });
  second.start();
  await second.ready();
  const meanwhile = await finish();
  assert.deepEqual(meanwhile.failures, []);
  assert.deepEqual(Object.keys(meanwhile.answers), ['box2']);
  assert.equal(
    await sentAgain(outside),
    lostBefore,
    'rules that are adopted are there all the time',
  );

  await first.kill();
  await waitUntil('box2 to direct', () => directs(box2, family), { limitMs: 20_000 });
  assert.equal(await directs(box1, family), false);
  assert.ok(await holds(box1, family));
  await sendTo(111);
  assert.deepEqual(await answersOf(), { box1: 4 });

  await second.stop();
  assert.equal(await directs(box2, family), false);
  assert.equal(await holds(box2, family), false);
  await sendTo(112);
  assert.deepEqual(await answersOf(), { box2: 4 });

  assert.match(await second.cleanup(), /^removed nftables table inet tandem_redirect$/m);
  assert.equal(await hasRules(box2), false);
}
