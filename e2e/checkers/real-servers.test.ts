// kernel: ipvs, no clock
// Checkers against Debian's nginx, postfix and unbound and the kernel's own echo, beside keepalived:
// good servers, then bad ones, then good again. Tables, log lines, FIFO lines, notify calls and mails
// are the same.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { table } from '../lib/ipvs-table.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { MailSink } from '../lib/mail-sink.ts';
import { waitUntil } from '../lib/wait.ts';
import { assertSame, createBox, linesByServer, NAMES, settled, type Box } from './boxes.ts';
import { mailsByServer } from './mails.ts';
import { addressOf, OUT } from './case.ts';
import { isMailing, REAL_CASES } from './real-cases.ts';

/**
 * Only what hangs meets it: servers that come back are programs that start, each notice writes a mail,
 * and all of it shares one processor with whatever else the machine does (59 s were seen).
 */
const LIMIT_MS = 180_000;

/** Those that both daemons take out. */
const EDGES = REAL_CASES.filter(({ bad, differs }) => bad === OUT && differs !== true);

const OURS_ALONE = REAL_CASES.flatMap(({ port, differs }, i) =>
  differs === true ? [`${addressOf(i)}:${port}`] : [],
);

void test('Debian’s servers are judged as keepalived judges them', async (context) => {
  const lan = await Lan.create(NAMES.map((name, i) => ({ name, address: `10.9.9.${i + 1}/24` })));
  context.after(() => lan.destroy());
  const plan = { program: 'real-servers-program', cases: REAL_CASES, globals };
  const boxes = await Promise.all(
    NAMES.map(async (name) => {
      await listen(lan.host(name));
      const mails = await MailSink.start(lan.host(name));
      return { ...(await createBox(lan.host(name), name, plan)), mails };
    }),
  );
  await context.test('good servers are up', async () => {
    for (const box of boxes) {
      box.daemon.start();
      await settled(box, 'good', LIMIT_MS);
    }
  });
  await context.test('each fault is seen', async () => {
    for (const { servers } of boxes) servers.signal('SIGUSR2');
    await Promise.all(boxes.map((box) => settled(box, 'bad', LIMIT_MS)));
  });
  await context.test('those that keepalived waits for for ever, too', async () => {
    const [{ host } = assert.fail()] = boxes;
    const isOut = async (): Promise<boolean> => {
      const left = (await table(host)).flatMap((each) => each.destinations);
      return !left.some(({ server }) => OURS_ALONE.includes(server));
    };
    await waitUntil('the end of endless pages', isOut, { limitMs: LIMIT_MS });
  });
  await context.test('and its end', async () => {
    for (const { servers } of boxes) servers.signal('SIGHUP');
    await Promise.all(boxes.map((box) => settled(box, 'good', LIMIT_MS)));
  });
  await context.test('the log says the same of each of them', async () => {
    await assertSame(boxes, linesByServer);
  });
  await context.test('and what has changed about a page, which keepalived does not', () => {
    const [{ daemon } = assert.fail()] = boxes;
    const pattern =
      /url\(\/\) has changed since the last good page: length 44 → 45; .*'s!<\/h1>.*'ed!<\/h1>/;
    assert.match(daemon.log(), pattern);
  });
  await context.test('the FIFO gets the same lines', async () => {
    const told = await assertSame(boxes, (box) => toldIn(box, 'fifo.log'));
    assert.equal(told?.filter((line) => line.startsWith('RS ')).length, 2 * EDGES.length);
  });
  await context.test('the same scripts are run', async () => {
    const told = await assertSame(boxes, (box) => toldIn(box, 'told'));
    assert.equal(told?.length, 2 * EDGES.length);
  });
  await context.test('the mails are the same, each with its header', async () => {
    const told = await assertSame(boxes, (box) => mailsByServer(box, box.mails));
    for (const each of REAL_CASES)
      assert.equal((told?.[each.name]?.length ?? 0) > 1, isMailing(each), each.name);
  });
  await Promise.all(boxes.map(({ daemon }) => daemon.stop()));
});

function globals({ folder }: Host): string {
  return `global_defs {
  enable_script_security
  script_user root
  lvs_notify_fifo ${join(folder, 'fifo')}
  router_id LB
  notification_email {
    admin@example.org
    second@example.org
  }
  notification_email_from lb@example.org
  smtp_server 127.0.0.1
  smtp_helo_name lb.example.org
}
SSL {
  certificate ${join(folder, 'cert.pem')}
  key ${join(folder, 'key.pem')}
}
`;
}

/** Reads the FIFO, and has a script for what is told. */
async function listen(host: Host): Promise<void> {
  const { folder } = host;
  await host.exec(['mkfifo', join(folder, 'fifo')]);
  // Opened for both, it has no end.
  host.start('fifo', ['sh', '-c', `exec cat 0<>${join(folder, 'fifo')}`]);
  writeFileSync(join(folder, 'tell'), `echo "$1 $2" >>${join(folder, 'told')}\n`);
  appendFileSync(join(folder, 'told'), '');
}

/** @returns each line once: a server that was late for a while has told more than others */
function toldIn({ host, cases }: Box, file: string): string[] {
  const lines = readFileSync(join(host.folder, file), 'utf8').split('\n').filter(Boolean);
  const differing = cases.flatMap(({ name, differs }, i) =>
    differs === true ? [`[${addressOf(i)}]`, `${name} `] : [],
  );
  const compared = lines.filter((line) => !differing.some((each) => line.includes(each)));
  return [...new Set(compared)].toSorted();
}
