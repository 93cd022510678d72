// kernel: ipvs, no clock
// Answers that are later than a check waits, or that do not end, beside keepalived: the servers are
// out, and back when they answer in time again. Tables, log, FIFO, scripts and mails are the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lan } from '../lib/lan.ts';
import { MailSink } from '../lib/mail-sink.ts';
import { assertSame, createBox, linesIn, NAMES, settled, type Box } from './boxes.ts';
import { OUT } from './case.ts';
import { LATE_CASES } from './late-cases.ts';
import { mailsByServer } from './mails.ts';
import { fifoLinesOf, globalsOf, listen, scriptsOf } from './witness.ts';

/** Only what hangs meets it: each mail is half a second of the user-mode kernel. */
const LIMIT_MS = 180_000;
const EDGES = 2 * LATE_CASES.filter(({ bad }) => bad === OUT).length;

/** A director whose mails arrive. */
interface Director extends Box {
  readonly mails: MailSink;
}

void test('late answers are judged as keepalived judges them', async (context) => {
  const lan = await Lan.create(NAMES.map((name, i) => ({ name, address: `10.9.9.${i + 1}/24` })));
  context.after(() => lan.destroy());
  const boxes: Director[] = [];
  for (const name of NAMES) {
    const host = lan.host(name);
    await listen(host);
    const mails = await MailSink.start(host);
    const globals = (): string => globalsOf(host.folder, 'enable_script_security');
    const plan = { program: 'real-servers-program', cases: LATE_CASES, globals };
    boxes.push({ ...(await createBox(host, name, plan)), mails });
  }
  await context.test('good servers are up', async () => {
    // One after the other: what one is busy with at its start would look like slow servers.
    for (const box of boxes) {
      box.daemon.start();
      await settled(box, 'good', LIMIT_MS);
    }
  });
  // At its start a busy machine is late by itself, and then there are no retries to tell of.
  const started = new Map<Director, number>();
  await context.test('those that answer too late are out', async () => {
    for (const box of boxes) started.set(box, box.daemon.log().length);
    for (const { servers } of boxes) servers.signal('SIGUSR2');
    await Promise.all(boxes.map((box) => settled(box, 'bad', LIMIT_MS)));
  });
  await context.test('they come back when they answer in time', async () => {
    for (const { servers } of boxes) servers.signal('SIGHUP');
    await Promise.all(boxes.map((box) => settled(box, 'good', LIMIT_MS)));
  });
  await context.test('the log says the same of each of them', async () => {
    await assertSame(boxes, (box) => linesIn(box.daemon.log().slice(started.get(box)), box.cases));
  });
  await context.test('the FIFO gets the same lines', async () => {
    const told = await assertSame(boxes, ({ host }) => once(fifoLinesOf(host)));
    assert.equal(told?.filter((line) => line.startsWith('RS ')).length, EDGES);
  });
  await context.test('the same scripts are run', async () => {
    const told = await assertSame(boxes, ({ host }) => once(scriptsOf(host)));
    assert.equal(told?.length, EDGES);
  });
  await context.test('the mails are the same', async () => {
    const told = await assertSame(boxes, (box) => mailsByServer(box, box.mails), LIMIT_MS);
    for (const { name, bad } of LATE_CASES)
      if (bad === OUT) assert.equal(told?.[name]?.length, 2, name);
  });
  await Promise.all(boxes.map(({ daemon }) => daemon.stop()));
});

/** @returns each line once: a server that was late on a busy machine, too, has told more */
function once(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)].toSorted();
}
