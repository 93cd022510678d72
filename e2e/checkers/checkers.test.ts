// kernel: ipvs
// All checkers at the same time, beside keepalived: good servers, then bad ones, then good again.
// Tables, log lines and mails are the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lan } from '../lib/lan.ts';
import { MailSink } from '../lib/mail-sink.ts';
import { assertSame, createBox, isLate, linesByServer, NAMES, settled, type Box } from './boxes.ts';
import { OUT } from './case.ts';
import { CASES } from './cases.ts';

/** A director that writes mails. */
interface MailingBox extends Box {
  readonly mails: MailSink;
}

const GLOBALS = `global_defs {
  router_id LB
  notification_email {
    admin@example.org
  }
  notification_email_from lb@example.org
  smtp_server 127.0.0.1
  enable_script_security
  script_user root
}
`;
/** Each mail takes half a second of the user-mode kernel. */
const MAILS_LIMIT_MS = 120_000;

void test('all checkers judge servers as keepalived does', async (context) => {
  const lan = await Lan.create(NAMES.map((name, i) => ({ name, address: `10.9.9.${i + 1}/24` })));
  context.after(() => lan.destroy());
  const plan = { program: 'check-servers-program', cases: CASES, globals: () => GLOBALS };
  const boxes = await Promise.all(
    NAMES.map(async (name): Promise<MailingBox> => {
      const mails = await MailSink.start(lan.host(name));
      return { ...(await createBox(lan.host(name), name, plan)), mails };
    }),
  );
  await context.test('good servers are up, with the weights of scripts and files', async () => {
    // One after the other: what one is busy with at its start would look like slow servers.
    for (const box of boxes) {
      box.daemon.start();
      await settled(box, 'good');
    }
  });
  await context.test('bad servers go, each in its own way, and hold no other up', async () => {
    for (const { servers } of boxes) servers.signal('SIGUSR2');
    await Promise.all(boxes.map((box) => settled(box, 'bad')));
  });
  await context.test('they come back', async () => {
    for (const { servers } of boxes) servers.signal('SIGHUP');
    await Promise.all(boxes.map((box) => settled(box, 'good')));
  });
  await context.test('the log says the same of each of them', async () => {
    await assertSame(boxes, linesByServer);
  });
  await context.test('the mails are the same', async () => {
    const told = await assertSame(boxes, ({ mails }) => bodies(mails), MAILS_LIMIT_MS);
    assert.ok((told?.length ?? 0) > CASES.length);
  });
  await Promise.all(boxes.map(({ daemon }) => daemon.stop()));
});

/** Subject and text of mails about servers that went; keepalived also writes of scripts' first success. */
function bodies(sink: MailSink): string[] {
  const told = sink.mails().flatMap(({ subject, text }) => {
    const [, address, word] = /^\[LB\] Realserver \[(.*?)\].* - (\w+)$/.exec(subject) ?? [];
    const { name, differs, bad } = CASES.find((each) => each.address === address) ?? {};
    if (name === undefined || differs === true || (word === 'UP' && bad !== OUT)) return [];
    const body = /^=> .*$/m.exec(text)?.[0] ?? '';
    return isLate(name, body) ? [] : [`${subject} ${body}`];
  });
  return [...new Set(told)].toSorted();
}
