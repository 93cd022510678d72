// kernel: ipvs, no clock
// Checkers against Debian's nginx, postfix and unbound and the kernel's own echo, beside keepalived:
// good servers, then bad ones, then good again. Tables, log lines, FIFO lines, notify calls and mails
// are the same.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Implementation } from '../lib/daemon.ts';
import { table } from '../lib/ipvs-table.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { MailSink } from '../lib/mail-sink.ts';
import { waitUntil } from '../lib/wait.ts';
import { assertSame, createBox, linesByServer, settled, type Box } from './boxes.ts';
import { mailsByServer } from './mails.ts';
import { OUT, type Case } from './case.ts';
import { isMailing, REAL_CASES } from './real-cases.ts';
import { fifoLinesOf, globalsOf, listen, scriptsOf } from './witness.ts';

/**
 * Only what hangs meets it: servers that come back are programs that start, each notice writes a mail,
 * and all of it shares one processor with whatever else the machine does (59 s were seen).
 */
const LIMIT_MS = 180_000;

/** Those that both daemons take out. */
const EDGES = REAL_CASES.filter(({ bad, differs }) => bad === OUT && differs !== true);
const COMPARED = REAL_CASES.filter(({ differs }) => differs !== true);
const OURS_ALONE = REAL_CASES.flatMap(({ address, port, differs }) =>
  differs === true ? [`${address}:${port}`] : [],
);

/**
 * Who checks what: tandemd everything. A keepalived whose peer acknowledges nothing stands still for
 * five seconds at each of its checks, and all its other checks with it: it has no others.
 */
const PLANS: readonly { daemon: Implementation; name: string; cases: readonly Case[] }[] = [
  { daemon: 'tandemd', name: 'tandemd', cases: REAL_CASES },
  { daemon: 'keepalived', name: 'most', cases: COMPARED.filter(({ alone }) => alone !== true) },
  ...COMPARED.filter(({ alone }) => alone === true).map((each) => {
    return { daemon: 'keepalived' as const, name: each.name, cases: [each] };
  }),
];

/** A director whose mails arrive. */
interface Director extends Box {
  readonly mails: MailSink | undefined;
}

void test('Debian’s servers are judged as keepalived judges them', async (context) => {
  const lan = await Lan.create(
    PLANS.map(({ name }, i) => ({ name, address: `10.9.9.${i + 1}/24` })),
  );
  context.after(() => lan.destroy());
  const boxes: Director[] = [];
  // One after the other: they share one processor.
  for (const { daemon, name, cases } of PLANS) {
    const host = lan.host(name);
    await listen(host);
    const mails = cases.some(isMailing) ? await MailSink.start(host) : undefined;
    const plan = { program: 'real-servers-program', cases, globals };
    boxes.push({ ...(await createBox(host, daemon, plan)), mails });
  }
  const [ours = assert.fail(), ...theirs] = boxes;
  const alike = <T>(tell: (sides: readonly Director[]) => T): Promise<T | undefined> =>
    assertSame([[ours], theirs], tell);
  await context.test('good servers are up', async () => {
    // What one is busy with at its start would look like slow servers to the other.
    for (const side of [[ours], theirs]) {
      for (const { daemon } of side) daemon.start();
      await Promise.all(side.map((box) => settled(box, 'good', LIMIT_MS)));
    }
  });
  await context.test('each fault is seen', async () => {
    for (const { servers } of boxes) servers.signal('SIGUSR2');
    await Promise.all(boxes.map((box) => settled(box, 'bad', LIMIT_MS)));
  });
  const isOut = async (): Promise<boolean> => {
    const left = (await table(ours.host)).flatMap((each) => each.destinations);
    return !left.some(({ server }) => OURS_ALONE.includes(server));
  };
  await context.test('those that keepalived waits for for ever, too', async () => {
    await waitUntil('the end of endless pages', isOut, { limitMs: LIMIT_MS });
  });
  await context.test('and its end', async () => {
    for (const { servers } of boxes) servers.signal('SIGHUP');
    await Promise.all(boxes.map((box) => settled(box, 'good', LIMIT_MS)));
  });
  await context.test('the log says the same of each of them', async () => {
    await alike((side) => byCase(side, linesByServer));
  });
  await context.test('and what has changed about a page, which keepalived does not', () => {
    const pattern =
      /url\(\/\) has changed since the last good page: length 44 → 45; .*'s!<\/h1>.*'ed!<\/h1>/;
    assert.match(ours.daemon.log(), pattern);
  });
  await context.test('the FIFO gets the same lines', async () => {
    const told = await alike((side) => toldIn(side, ({ host }) => fifoLinesOf(host)));
    assert.equal(told?.filter((line) => line.startsWith('RS ')).length, 2 * EDGES.length);
  });
  await context.test('the same scripts are run', async () => {
    const told = await alike((side) => toldIn(side, ({ host }) => scriptsOf(host)));
    assert.equal(told?.length, 2 * EDGES.length);
  });
  await context.test('the mails are the same, each with its header', async () => {
    const told = await alike((side) =>
      byCase(side, (box) => (box.mails === undefined ? {} : mailsByServer(box, box.mails))),
    );
    for (const each of COMPARED)
      assert.equal((told?.[each.name]?.length ?? 0) > 1, isMailing(each), each.name);
  });
  await Promise.all(boxes.map(({ daemon }) => daemon.stop()));
});

function globals({ folder }: Host): string {
  return `${globalsOf(folder, 'enable_script_security')}SSL {
  certificate ${join(folder, 'cert.pem')}
  key ${join(folder, 'key.pem')}
}
`;
}

/** @returns what is told of each case that is compared, wherever it is checked */
function byCase(
  side: readonly Director[],
  tell: (box: Director) => Record<string, string[]>,
): Record<string, string[]> {
  const told = Object.assign({}, ...side.map(tell)) as Record<string, string[]>;
  return Object.fromEntries(COMPARED.map(({ name }) => [name, told[name] ?? []]));
}

/**
 * @returns each line once: a server that was late for a while has told more than others. What is
 *   told of no server, as of the virtual one, counts where there are many.
 */
function toldIn(
  side: readonly Director[],
  tell: (box: Director) => readonly string[],
): readonly string[] {
  const compared = side.flatMap((box) =>
    tell(box).filter((line) => {
      const about = REAL_CASES.find(
        ({ name, address }) => line.includes(`[${address}]`) || line.startsWith(`${name} `),
      );
      return about === undefined ? box.cases.length > 1 : about.differs !== true;
    }),
  );
  return [...new Set(compared)].toSorted();
}
