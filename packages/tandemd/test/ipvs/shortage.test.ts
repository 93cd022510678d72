import { instant } from '@tandem/time';
import { expect, test } from 'vitest';
import { Shortage } from '../../src/ipvs/shortage.ts';

const NONE = {
  ok: false,
  reason: 'not-run',
  detail: 'socket: EMFILE, too many open files',
} as const;

test('a shortage is told of once, and with the number of checks when none has met it for a minute', () => {
  const lines: string[] = [];
  const shortage = new Shortage((text) => lines.push(text));
  shortage.note({ ok: true }, instant(0));
  for (let i = 0; i < 5000; i += 1) {
    shortage.note(NONE, instant(1000 + i * 2));
    shortage.note({ ok: false, reason: 'refused', detail: '' }, instant(1000 + i * 2));
  }
  const begun = 'checks cannot be made, and leave their servers as they are: ';
  expect(lines).toEqual([`${begun}${NONE.detail}`]);
  shortage.note({ ok: true }, instant(70_997));
  expect(lines).toHaveLength(1);
  shortage.note({ ok: true }, instant(70_998));
  shortage.note({ ok: true }, instant(140_000));
  expect(lines.slice(1)).toEqual([
    `all checks can be made again: 5000 could not within 10 s: ${NONE.detail}`,
  ]);
  shortage.note(NONE, instant(150_000));
  expect(lines).toHaveLength(3);
});
