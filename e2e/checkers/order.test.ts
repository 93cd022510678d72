// kernel: ipvs, no clock
// Real servers that turn one after the other, beside keepalived: lines of the FIFO, scripts, mails
// and log lines of each service come in the same order, word for word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lan } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import { NAMES } from './boxes.ts';
import { serviceOf, STORIES } from './stories.ts';
import { Storyteller } from './storyteller.ts';

/** Only what does not come at all meets it. */
const LIMIT_MS = 120_000;
const STEPS = Math.max(...STORIES.map(({ steps }) => steps.length));

void test('what is told of servers that turn one by one', async (context) => {
  const lan = await Lan.create(NAMES.map((name, i) => ({ name, address: `10.9.9.${i + 1}/24` })));
  context.after(() => lan.destroy());
  const boxes = await Promise.all(NAMES.map((name) => Storyteller.prepare(lan.host(name), name)));
  const turnAll = async (turns: Parameters<Storyteller['turn']>[0]): Promise<void> => {
    await Promise.all(boxes.map((box) => box.turn(turns)));
  };
  await turnAll(
    STORIES.flatMap(({ badAtStart = [] }, i) =>
      badAtStart.map((server) => [i, [server, 'bad']] as const),
    ),
  );
  await context.test('the start', async () => {
    for (const { daemon } of boxes) daemon.start();
    await toldOf(boxes, 0);
  });
  for (let step = 1; step <= STEPS; step += 1) {
    await context.test(`event ${step} of each`, async () => {
      const turns = STORIES.flatMap(({ steps }, i) => {
        const { turn } = steps[step - 1] ?? {};
        return turn === undefined ? [] : [[i, turn] as const];
      });
      await turnAll(turns);
      await toldOf(boxes, step);
    });
  }
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

/** Waits until both daemons have told all of the steps so far. */
async function toldOf(boxes: readonly Storyteller[], step: number): Promise<void> {
  for (const box of boxes) {
    let missing: readonly string[] = [];
    const isTold = (): boolean => (missing = box.missing(step)).length === 0;
    await waitUntil('the news', isTold, { limitMs: LIMIT_MS, everyMs: 100 }).catch(
      (error: unknown) => {
        const { implementation } = box.daemon;
        const what = `${implementation} after event ${step}: ${missing.join('\n')}`;
        throw new Error(`${what}\n${box.daemon.log()}`, { cause: error });
      },
    );
  }
}
