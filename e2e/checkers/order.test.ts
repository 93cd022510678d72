// kernel: ipvs, no clock
// Real servers that turn one after the other, beside keepalived: lines of the FIFO, scripts, mails
// and log lines of each service come in the same order, word for word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lan } from '../lib/lan.ts';
import { NAMES } from './boxes.ts';
import { serviceOf, STORIES } from './stories.ts';
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
  });
});
