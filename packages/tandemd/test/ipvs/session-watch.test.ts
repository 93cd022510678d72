import { expect, test } from 'vitest';
import { SessionWatch } from '../../src/ipvs/session-watch.ts';

const NEVER = new AbortController().signal;
const DOWN = { ok: false, reason: 'other', detail: 'session B1 is down' };

test('the first word of a session is news, whatever it is', async () => {
  const watch = new SessionWatch();
  const result = watch.next({ type: 'BFD_CHECK', name: 'B1' }, NEVER);
  watch.note('B2', true);
  watch.note('B1', false);
  expect(await result).toEqual(DOWN);
});

test('what is known is waited for until it is otherwise', async () => {
  const watch = new SessionWatch();
  watch.note('B1', true);
  const result = watch.next({ type: 'BFD_CHECK', name: 'B1', known: true }, NEVER);
  watch.note('B1', true);
  watch.note('B1', false);
  expect(await result).toEqual(DOWN);
  expect(await watch.next({ type: 'BFD_CHECK', name: 'B1', known: true }, NEVER)).toEqual(DOWN);
});

test('a wait ends when nobody waits any more', async () => {
  const controller = new AbortController();
  const result = new SessionWatch().next({ type: 'BFD_CHECK', name: 'B1' }, controller.signal);
  controller.abort();
  expect(await result).toMatchObject({ ok: false, reason: 'aborted' });
});
