// Has directors tell the same stories, event by event.
import type { TestContext } from 'node:test';
import { waitUntil } from '../lib/wait.ts';
import type { Storyteller } from './storyteller.ts';

/** Only what does not come at all meets it. */
const LIMIT_MS = 120_000;

/** Starts the daemons, and lets each event come once all is told of the one before it. */
export async function tellStories(
  context: TestContext,
  boxes: readonly Storyteller[],
): Promise<void> {
  await Promise.all(boxes.map((box) => box.enact(0)));
  await context.test('the start', async () => {
    for (const { daemon } of boxes) daemon.start();
    await toldOf(boxes, 0);
  });
  const lengths = boxes.flatMap(({ stories }) => stories.map(({ steps }) => steps.length));
  for (let step = 1; step <= Math.max(...lengths); step += 1) {
    await context.test(`event ${step} of each`, async () => {
      await Promise.all(boxes.map((box) => box.enact(step)));
      await toldOf(boxes, step);
    });
  }
}

/**
 * Waits until all daemons have told all of the steps so far.
 * @param step - how many events have been; Infinity: all, and the stop
 */
export async function toldOf(boxes: readonly Storyteller[], step: number): Promise<void> {
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
