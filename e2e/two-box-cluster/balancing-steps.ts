import assert from 'node:assert/strict';
import { join } from 'node:path';
import { table, tableText } from '../lib/ipvs-table.ts';
import { repositoryRoot } from '../lib/program.ts';
import { waitUntil } from '../lib/wait.ts';
import { VIP, type Cluster } from './cluster.ts';
import { answeredBy, restored } from './requests.ts';
import { seconds, type Step } from './step.ts';

const DIGEST = 'c7b4690c8c46625ef0f328cd7a24a0a3';
const SERVERS: readonly string[] = ['10.30.6.111:80', '10.30.6.112:80'];

/** Step 1: the page's digest, as it goes into the configuration. */
export const digestStep: Step = {
  number: 1,
  title: 'genhash prints the digest of the page',
  async play(cluster, tell) {
    const ours = cluster.boxes.some(({ daemon }) => daemon.implementation === 'tandemd');
    const program = ours
      ? [process.execPath, join(repositoryRoot(), 'packages/genhash/bin/genhash.mjs')]
      : ['genhash'];
    const page = ['-s', '10.30.6.112', '-p', '80', '--url', '/apache2-default/'];
    const words = [...program, ...page, '--use-virtualhost', 'keepalived.lovediary.co.kr'];
    const verbose = await cluster.outside.exec([...words, '-v']);
    tell.text(verbose.stdout.trimEnd());
    assert.match(verbose.stdout, /Global response time for \[\/apache2-default\/\] = ?\d+/);
    if (ours) assert.match(verbose.stdout, new RegExp(`^MD5SUM = ${DIGEST}$`, 'm'));
    const plain = await cluster.outside.exec(words);
    assert.equal(plain.stdout.trim(), DIGEST);
    tell.fact('digest', DIGEST);
  },
};

/** Step 4: the table on the master. */
export const tableStep: Step = {
  number: 4,
  title: 'The master has an IPVS table with both web servers',
  async play(cluster, tell) {
    await serversInTable(cluster, SERVERS, 15_000);
    tell.text(await tableText(cluster.box1.host));
    const [service, ...others] = await table(cluster.box1.host);
    assert.equal(others.length, 0);
    assert.equal(service?.service, `TCP  ${VIP}:80 rr`);
    for (const { forward, weight } of service.destinations) {
      assert.equal(weight, 100);
      assert.match(forward, /^(?:Route|Local)$/);
    }
  },
};

/** Step 5: requests spread evenly, one after the other and many at once. */
export const spreadStep: Step = {
  number: 5,
  title: 'Requests to the virtual address spread evenly over both boxes',
  async play(cluster, tell) {
    const inARow = { box1: 100, box2: 100 };
    await answeredBy(cluster, inARow);
    tell.fact('200 requests in a row', spread(inARow));
    const load = (): Promise<void> =>
      loadStep(cluster, { count: 2000, concurrency: 200 }, tell.fact.bind(tell));
    await cluster.standstill.outlive(load, () => restored(cluster));
  },
};

/** Many requests at once through the VIP: none fails, each box gets half of them within 1 %. */
export async function loadStep(
  cluster: Cluster,
  options: { count: number; concurrency: number },
  fact: (label: string, value: string) => void,
): Promise<void> {
  const before = cluster.boxes.map(({ web }) => web.answered());
  const result = await cluster.client.load(options);
  const answers = cluster.boxes.map(({ web }, index) => web.answered() - (before[index] ?? 0));
  fact(
    `${options.count} requests, ${options.concurrency} at once`,
    `${spread({ box1: answers[0] ?? 0, box2: answers[1] ?? 0 })}, ${result.failed} failed, ` +
      `${Math.round(result.perSecond)} a second`,
  );
  assert.equal(result.complete, options.count);
  assert.equal(result.failed, 0);
  for (const count of answers) {
    const off = Math.abs(count - options.count / 2);
    assert.ok(off <= options.count / 100, `a box answered ${count} of ${options.count}`);
  }
}

/** Step 6: a web server that dies leaves the table and comes back. */
export const checkerStep: Step = {
  number: 6,
  title: 'A dead web server leaves the table, and comes back',
  async play(cluster, tell) {
    const { box1, box2 } = cluster;
    const checks = box2.web.checks();
    assert.ok(checks.length > 0, 'no health check in the access log');
    for (const check of checks) assert.match(check, /"GET \/apache2-default\/ HTTP\/1\.[01]" 200/);

    const mailsBefore = box1.mail.mails().length;
    const killed = performance.now();
    await box2.web.kill();
    await serversInTable(cluster, SERVERS.slice(0, 1), 25_000);
    tell.fact('out of the table after', seconds(performance.now() - killed));
    const down = /\[?10\.30\.6\.112\]?:tcp:80 .* - DOWN/;
    const mail = await box1.mail.waitFor(down, { after: mailsBefore, limitMs: 40_000 });
    tell.fact('mail', mail.subject);
    await answeredBy(cluster, { box1: 40 });
    tell.fact('40 requests without box 2', spread({ box1: 40 }));

    const started = performance.now();
    await box2.web.start();
    await serversInTable(cluster, SERVERS, 15_000);
    tell.fact('back in the table after', seconds(performance.now() - started));
    const up = /\[?10\.30\.6\.112\]?:tcp:80 .* - UP/;
    const back = await box1.mail.waitFor(up, { after: mailsBefore, limitMs: 40_000 });
    tell.fact('mail', back.subject);
    await answeredBy(cluster, { box1: 10, box2: 10 });
  },
};

/** Waits until the master's table has just these servers. */
async function serversInTable(
  cluster: Cluster,
  servers: readonly string[],
  limitMs: number,
): Promise<void> {
  const look = async (): Promise<boolean> => {
    const [service] = await table(cluster.box1.host);
    const present = (service?.destinations ?? []).filter(({ weight }) => weight > 0);
    return (
      present
        .map(({ server }) => server)
        .sort()
        .join() === servers.join()
    );
  };
  await waitUntil(`table of ${servers.join(' and ')}`, look, { limitMs, everyMs: 100 });
}

function spread(answers: Readonly<Record<string, number>>): string {
  const parts = Object.entries(answers).sort();
  return parts.map(([box, count]) => `${box} ${count}`).join(', ');
}
