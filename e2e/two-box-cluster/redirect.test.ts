// kernel: ipvs
// The two boxes with the option `redirect` in place of the administrator's script: what it loses
// when a box stops is not lost.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Answers } from '../lib/client.ts';
import { table } from '../lib/ipvs-table.ts';
import { onlyInstance, status } from '../lib/status.ts';
import { waitUntil } from '../lib/wait.ts';
import { Cluster, vipOn, type Box } from './cluster.ts';
import { addressIn, type Family } from './family.ts';

/** Of each request; the address is nobody's for less than a second, and a lost packet comes again. */
const LIMIT_MS = 6000;

/** A machine that is ever so busy lets the director speak in one of them. */
const ATTEMPTS = 5;

const IPTABLES = { 4: 'iptables-legacy', 6: 'ip6tables-legacy' } as const;

/** As iptables prints the one address that is meant. */
const WHOLE = {
  4: { length: 32, mask: '255.255.255.255' },
  6: { length: 128, mask: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff' },
} as const;

/** Rules of ours on a box. The first address of IPv6 that an interface has may be the VIP. */
function rules({ vip }: Cluster, { host, family }: Box): readonly string[] {
  const { length, mask } = WHOLE[family];
  const own = `-A TANDEM_REDIRECT -d ${vip}/${length} -p tcp -m tcp --dport 80`;
  const number = Number(host.address.split('.').at(-1));
  const action = family === 4 ? 'REDIRECT' : `DNAT --to-destination ${addressIn(family, number)}`;
  return [
    '-A PREROUTING -j TANDEM_REDIRECT',
    `${own} -m addrtype ! --dst-type LOCAL -j ${action}`,
    `${own} --tcp-flags FIN,SYN,RST,ACK SYN -m recent ! --rcheck --seconds 2 --name tandem-${vip} --mask ${mask} --rdest -j ${action}`,
  ];
}

async function natRules({ host, family }: Box): Promise<readonly string[]> {
  const { stdout } = await host.exec([IPTABLES[family], '-t', 'nat', '-S']);
  return stdout.split('\n').filter((line) => line.startsWith('-A '));
}

/** @returns how many packets each rule has met: on a director, one that was silent for long */
async function redirected({ host, family }: Box): Promise<string> {
  const words = [IPTABLES[family], '-t', 'nat', '-nvxL', 'TANDEM_REDIRECT'];
  return (await host.exec(words)).stdout;
}

/** One box directs and the other one is its backup, each with both servers in its table. */
async function settled(master: Box, backup: Box): Promise<void> {
  const isSo = async (): Promise<boolean> => {
    const tables = await Promise.all([master, backup].map(({ host }) => table(host)));
    return (
      (await vipOn(master)) !== undefined &&
      (await vipOn(backup)) === undefined &&
      tables.every(([service]) => service?.destinations.length === 2)
    );
  };
  const what = `${master.host.name} to direct and ${backup.host.name} to be its backup`;
  await waitUntil(what, isSo, { limitMs: 40_000, everyMs: 200 });
}

/** @returns how many requests a box has answered itself because nobody had said that it directs */
async function answeredInSilence(box: Box): Promise<number> {
  const silent = (await redirected(box)).split('\n').find((line) => line.includes('! recent:'));
  const [packets = ''] = silent?.trim().split(/\s+/) ?? [];
  assert.match(packets, /^\d+$/);
  return Number(packets);
}

/**
 * All of 40 requests are answered, half of them by each box. A director that a busy machine keeps
 * waiting for two seconds counts as dead meanwhile, and its kernel answers: then they are sent again.
 */
async function servesAll({ client }: Cluster, director: Box): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await answeredInSilence(director);
    const { answers, failures } = await client.send({ count: 40, limitMs: LIMIT_MS });
    assert.deepEqual(failures, []);
    const wasSilent = (await answeredInSilence(director)) > before;
    if (wasSilent && attempt < ATTEMPTS) continue;
    assert.deepEqual(answers, { box1: 20, box2: 20 });
    return;
  }
}

/** @returns what became of requests that were sent all the time meanwhile */
async function during({ client }: Cluster, action: () => Promise<void>): Promise<Answers> {
  const finish = await client.sendUntil({ limitMs: LIMIT_MS, pauseMs: 20 });
  await delay(300);
  await action();
  await delay(300);
  return finish();
}

for (const family of [4, 6] as const)
  void test(`a box that stops or dies answers what the new director forwards to it, IPv${family}`, (context) =>
    playIn(family, context));

async function playIn(family: Family, context: TestContext): Promise<void> {
  const cluster = await Cluster.create({
    box1: 'tandemd',
    box2: 'tandemd',
    configurations: 'two-box-cluster-redirect',
    family,
  });
  context.after(() => cluster.destroy());
  try {
    await play(cluster, context);
  } catch (error) {
    for (const box of cluster.boxes) {
      const { host, daemon } = box;
      const found = [daemon.log().slice(-3000), await redirected(box)].join('\n');
      context.diagnostic(`log of ${host.name}, and what it has redirected:\n${found}`);
    }
    throw error;
  }
}

async function play(cluster: Cluster, context: TestContext): Promise<void> {
  const { box1, box2, vip } = cluster;
  const all = (box: Box): readonly string[] => rules(cluster, box);
  box1.daemon.start();
  await waitUntil(`${vip} on box1`, () => vipOn(box1), { limitMs: 40_000 });
  box2.daemon.start();
  await settled(box1, box2);
  for (const box of cluster.boxes) assert.deepEqual(await natRules(box), all(box));
  await servesAll(cluster, box1);
  const [idle, used] = await Promise.all(cluster.boxes.map(redirectLine));
  assert.match(idle ?? '', /when it is no director any more \(iptables\)$/);
  assert.match(used ?? '', new RegExp(`^redirects ${vip} port 80 to .*this box \\(iptables\\)$`));

  const stopped = await during(cluster, async () => {
    await box1.daemon.stop();
    await waitUntil(`${vip} on box2`, () => vipOn(box2), { limitMs: 20_000 });
  });
  context.diagnostic(`requests during the stop: ${JSON.stringify(stopped)}`);
  assert.deepEqual(await table(box1.host), []);
  assert.equal(await vipOn(box1), undefined);
  assert.deepEqual(await natRules(box1), all(box1));
  await servesAll(cluster, box2);

  box1.daemon.start();
  await settled(box1, box2);
  assert.deepEqual(await natRules(box1), all(box1));
  await servesAll(cluster, box1);

  const killed = await during(cluster, async () => {
    await box1.daemon.kill();
    await waitUntil(`${vip} on box2`, () => vipOn(box2), { limitMs: 20_000 });
  });
  context.diagnostic(`requests during the death: ${JSON.stringify(killed)}`);
  noneLost(killed);
  // The kernel of the dead box has all that it had.
  assert.notEqual(await vipOn(box1), undefined);
  assert.equal((await table(box1.host))[0]?.destinations.length, 2);
  await servesAll(cluster, box2);

  // A director does without; it is missed when the box directs no more.
  await box2.host.exec([IPTABLES[cluster.family], '-t', 'nat', '-F', 'PREROUTING']);
  box1.daemon.start();
  await settled(box1, box2);
  for (const box of cluster.boxes) {
    const isWhole = async (): Promise<boolean> => isDeepStrictEqual(await natRules(box), all(box));
    await waitUntil(`all rules of ${box.host.name}`, isWhole, { limitMs: 40_000, everyMs: 200 });
  }
  await servesAll(cluster, box1);
  await box2.daemon.reloaded(box2.daemon.configuration().replace(/^ *redirect\n/m, ''));
  assert.deepEqual(await natRules(box2), []);
  await box1.daemon.stop();
  assert.deepEqual(await natRules(box1), all(box1));
  assert.match(await box1.daemon.cleanup(), /^removed iptables chain TANDEM_REDIRECT$/m);
  assert.deepEqual(await natRules(box1), []);
  noneLost(stopped);
}

/**
 * None but the one whose connection is under way when the box that knows it stops to direct, or when
 * the address moves while that box answers it itself: nobody else knows it, and it is reset when the
 * client sends something. A client that waits for the answer to what was received sends nothing, and
 * the box cannot send from an address that it has no more: that request times out.
 */
function noneLost({ failures }: Answers): void {
  assert.ok(failures.length <= 1, `lost: ${JSON.stringify(failures)}`);
}

async function redirectLine({ host, daemon }: Box): Promise<string | undefined> {
  return onlyInstance(await status(host, daemon)).redirects?.[0];
}
