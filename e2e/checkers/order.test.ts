// kernel: ipvs, no clock
// Real servers that turn one after the other, beside keepalived: lines of the FIFO, scripts, mails
// and log lines of each service come in the same order, word for word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lan } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import { NAMES } from './boxes.ts';
import { serverOf, SERVERS, serviceOf, STORIES, WEB_PORT } from './stories.ts';
import { Storyteller } from './storyteller.ts';
import { tellStories, toldOf } from './tell-stories.ts';

void test('what is told of servers that turn one by one', async (context) => {
  const lan = await Lan.create(NAMES.map((name, i) => ({ name, address: `10.9.9.${i + 1}/24` })));
  context.after(() => lan.destroy());
  const tale = { stories: STORIES, globals: 'smtp_alert' };
  const boxes = await Promise.all(
    NAMES.map((name) => Storyteller.prepare(lan.host(name), name, tale)),
  );
  await tellStories(context, boxes);
  const [ours = [], theirs] = boxes.map((box) => box.told());
  for (const [i, { name }] of STORIES.entries()) {
    await context.test(name, () => assert.deepEqual(ours[i], theirs?.[i]));
  }
  await context.test('the stop', async () => {
    const before = boxes.map((box) => box.connections());
    for (const { daemon } of boxes) await daemon.stop();
    await toldOf(boxes, Infinity);
    const [own = [], other] = boxes.map((box) => box.told());
    for (const [i, { stop = [] }] of STORIES.entries()) {
      assert.deepEqual(own[i]?.fifo, other?.[i]?.fifo);
      assert.deepEqual(own[i]?.log, other?.[i]?.log);
      // keepalived ends before all of its last scripts have run, and its last mails are sent.
      const scripts = own[i]?.notify.slice(ours[i]?.notify.length);
      assert.deepEqual(
        scripts,
        stop.map((each) => `${serviceOf(i)} ${each}`),
      );
    }
    const wanted = STORIES.flatMap(({ stop = [] }, i) => stop.map((each) => farewell(i, each)));
    assert.deepEqual(own.flatMap(({ mails }) => farewells(mails)).toSorted(), wanted.toSorted());
    // keepalived connects for each of them, and has ended before the greeting.
    const opened = (): number[] => boxes.map((box, i) => box.connections() - (before[i] ?? 0));
    const all = (): boolean => opened().every((each) => each >= wanted.length);
    await waitUntil('connections for mails', all, { limitMs: 30_000 }).catch(() => undefined);
    assert.deepEqual(opened(), [wanted.length, wanted.length]);
  });
});

/** @returns subjects of those that a stop has caused */
function farewells(mails: readonly string[]): string[] {
  return mails
    .filter((mail) => mail.includes('\r\n=> Shutting down <=\r\n'))
    .map((mail) => /^Subject: (.*?)\r?$/m.exec(mail)?.[1] ?? '');
}

/** @returns subject of the mail that goes with a script at the stop */
function farewell(story: number, script: string): string {
  const service = `[${serviceOf(story)}]:tcp:${WEB_PORT}`;
  const server = SERVERS.find((each) => script.startsWith(`${each} `));
  const who =
    server === undefined
      ? `Virtualserver ${service}`
      : `Realserver [${serverOf(story, server)}]:tcp:${WEB_PORT} of virtual server ${service}`;
  return `[LB] ${who} - DOWN`;
}
