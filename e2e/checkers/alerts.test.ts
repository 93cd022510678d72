// kernel: ipvs, no clock
// The switches of mails and of log lines about failures, under several global settings, beside
// keepalived: the same mails and lines come in the same order, word for word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lan } from '../lib/lan.ts';
import { alertStories, GLOBALS } from './alert-stories.ts';
import { NAMES } from './boxes.ts';
import { Storyteller } from './storyteller.ts';
import { tellStories } from './tell-stories.ts';

void test('the switches of mails', async (context) => {
  const plans = GLOBALS.flatMap((globals, i) =>
    NAMES.map((daemon, j) => ({
      name: `${daemon}${i}`,
      address: `10.9.${i}.${j + 1}/24`,
      daemon,
      tale: { globals: globals.lines, stories: alertStories(globals) },
    })),
  );
  const lan = await Lan.create(plans);
  context.after(() => lan.destroy());
  const boxes: Storyteller[] = [];
  // One after the other: they share one processor.
  for (const { name, daemon, tale } of plans)
    boxes.push(await Storyteller.prepare(lan.host(name), daemon, tale));
  await tellStories(context, boxes);
  for (const [i, { lines }] of GLOBALS.entries()) {
    const [ours, theirs] = boxes.slice(2 * i, 2 * i + 2);
    for (const [j, { name }] of (ours?.stories ?? []).entries()) {
      await context.test(`${lines.replaceAll('\n', ', ')}: ${name}`, () => {
        assert.deepEqual(ours?.told()[j], theirs?.told()[j]);
        assert.deepEqual(ours?.said()[j], theirs?.said()[j]);
      });
    }
  }
});
