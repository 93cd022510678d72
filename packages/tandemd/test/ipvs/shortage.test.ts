import type { ProbeResult } from '@tandem/health';
import { instant, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { Shortage } from '../../src/ipvs/shortage.ts';

const GOOD = { ok: true } as const;
const NONE = {
  ok: false,
  reason: 'not-run',
  detail: 'socket: EMFILE, too many open files',
} as const;
const NO_PORT = { ...NONE, detail: 'connect: EADDRNOTAVAIL, address not available' };

/** @returns the lines told, and what takes an attempt */
function shortage(periodS: number) {
  const lines: string[] = [];
  const it = new Shortage((text) => lines.push(text));
  const note = (result: ProbeResult, atMs: number): void =>
    it.note({ result, name: 'TCP_CHECK of RS of VS V', period: seconds(periodS) }, instant(atMs));
  return { lines, note };
}

test('a shortage is told of once, and with the number of checks when none has met it for a minute', () => {
  const { lines, note } = shortage(0);
  note(GOOD, 0);
  for (let i = 0; i < 5000; i += 1) {
    note(NONE, 1000 + i * 2);
    note({ ok: false, reason: 'refused', detail: '' }, 1000 + i * 2);
  }
  const begun = 'checks cannot be made, and leave their servers as they are: ';
  expect(lines).toEqual([`${begun}${NONE.detail} (first TCP_CHECK of RS of VS V)`]);
  note(GOOD, 70_997);
  expect(lines).toHaveLength(1);
  note(GOOD, 70_998);
  note(GOOD, 140_000);
  expect(lines.slice(1)).toEqual([
    `no check meets it any more, after 5000 in 10 s: ${NONE.detail}`,
  ]);
  note(NONE, 150_000);
  expect(lines).toHaveLength(3);
});

test('a shortage goes on between two attempts of a check that is seldom made', () => {
  const { lines, note } = shortage(90);
  for (let atMs = 0; atMs < 900_000; atMs += 1000) note(atMs % 90_000 === 0 ? NO_PORT : GOOD, atMs);
  expect(lines).toHaveLength(1);
  // 150 s after the last one.
  note(GOOD, 959_999);
  expect(lines).toHaveLength(1);
  note(GOOD, 960_000);
  expect(lines[1]).toBe(`no check meets it any more, after 10 in 810 s: ${NO_PORT.detail}`);
});

test('of two reasons each is told of by itself', () => {
  const { lines, note } = shortage(0);
  note(NONE, 0);
  for (let atMs = 0; atMs <= 60_000; atMs += 1000) note(NO_PORT, atMs);
  note(GOOD, 60_000);
  expect(lines.map((line) => line.replace(/: .*/u, ''))).toEqual([
    'checks cannot be made, and leave their servers as they are',
    'checks cannot be made, and leave their servers as they are',
    'no check meets it any more, after 1 in 0 s',
  ]);
});
