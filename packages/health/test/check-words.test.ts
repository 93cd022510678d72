import { instant } from '@tandem/time';
import { expect, test } from 'vitest';
import {
  createCheck,
  stepCheck,
  type CheckSettings,
  type CheckState,
  type ProbeResult,
} from '../src/index.ts';
import { play } from './player.ts';
import { OTHER_CHECKS, tcpCheck } from './settings.ts';

const GOOD: ProbeResult = { ok: true };
const R = '[10.30.6.112]:tcp:80';
const V = '[10.30.6.110]:tcp:80';
const { SMTP_CHECK, DNS_CHECK, UDP_CHECK, PING_CHECK, MISC_CHECK, FILE_CHECK, BFD_CHECK } =
  OTHER_CHECKS;

function bad(
  reason: (ProbeResult & { ok: false })['reason'],
  more: { code?: number; detail?: string } = {},
): ProbeResult {
  return { ok: false, reason, detail: 'why', ...more };
}

/** A good start, then this answer until down, then good again: lines without times, and mails. */
function downAndUp(settings: CheckSettings, problem: ProbeResult, good = GOOD) {
  const seen = play(settings, (at) => (at > 3 && at < 14 ? problem : good), 20);
  return { lines: seen.lines.map((line) => line.replace(/^\S+ /, '')), mails: seen.mails };
}

test('SMTP_CHECK names the server and what it said wrong, and mails the same', () => {
  const settings = { ...SMTP_CHECK, retry: 1, logAllFailures: true };
  const text = 'Bad HELO response from server [10.30.6.112]:25';
  expect(downAndUp(settings, bad('bad-helo'))).toEqual({
    lines: [
      `Remote SMTP server ${R} succeed on service.`,
      `SMTP_CHECK ${text}`,
      `SMTP_CHECK ${text}`,
      `Remote SMTP server ${R} succeed on service.`,
    ],
    mails: [`=> CHECK failed on service : ${text} <=`, '=> CHECK succeed on service <='],
  });
  const said = (reason: Parameters<typeof bad>[0]) => downAndUp(settings, bad(reason)).lines[1];
  expect(said('refused')).toContain('Could not connect to server');
  expect(said('connect-timeout')).toContain('Connection timeout to server');
  expect(said('read-timeout')).toContain('Read timeout from server');
  expect(said('no-data')).toContain('Read failure from server');
  expect(said('reset')).toContain('Read failure from server');
  expect(said('bad-greeting')).toContain('Bad greeting banner from server');
});

test('SMTP_CHECK alone retries before its first result counts', () => {
  const seen = play(SMTP_CHECK, () => bad('refused'), 12);
  expect(seen.flips).toEqual([{ at: 10, up: false }]);
  for (const other of [DNS_CHECK, UDP_CHECK, PING_CHECK, MISC_CHECK])
    expect(play(other, () => bad('refused'), 12).flips).toEqual([{ at: 1, up: false }]);
});

test('DNS_CHECK says nothing of success, and tells answers with an error from silence', () => {
  const settings = { ...DNS_CHECK, retry: 1, logAllFailures: true };
  const name = `DNS_CHECK (${R})`;
  expect(downAndUp(settings, bad('bad-rcode', { code: 3 }))).toEqual({
    lines: [
      `${name} read error occurred. (rcode = 3)`,
      `${name} read error occurred. (rcode = 3) after 1 retries`,
    ],
    mails: ['=> DNS_CHECK: failed on service <=', '=> DNS_CHECK: succeed on service <='],
  });
  expect(downAndUp(settings, bad('read-timeout')).lines[0]).toBe(
    `${name} read timeout from socket`,
  );
  expect(downAndUp(settings, bad('refused')).lines[0]).toBe(
    `${name} failed to read socket; errno 111 (Connection refused)`,
  );
});

test('UDP_CHECK tells a wrong answer from none', () => {
  const settings = { ...UDP_CHECK, retry: 1, logAllFailures: true };
  expect(downAndUp(settings, bad('mismatch'))).toEqual({
    lines: [
      `UDP connection to ${R} success.`,
      `UDP check to ${R} reply data mismatch.`,
      `UDP check to ${R} reply data mismatch.`,
      `UDP_CHECK on service ${R} failed after 1 retries.`,
      `UDP connection to ${R} success.`,
    ],
    mails: ['=> UDP CHECK failed on service <=', '=> UDP CHECK succeed on service <='],
  });
  expect(downAndUp(settings, bad('refused')).lines[1]).toBe(`UDP connection to ${R} failed.`);
});

test('PING_CHECK names the virtual server after retries only', () => {
  const settings = { ...PING_CHECK, retry: 1, logAllFailures: true };
  expect(downAndUp(settings, bad('read-timeout'))).toEqual({
    lines: [
      `ICMP connection to ${R} success.`,
      `ICMP connection to address ${R} timeout.`,
      `ICMP connection to address ${R} timeout.`,
      `ICMP CHECK on service ${R} of ${V} failed after 1 retries.`,
      `ICMP connection to ${R} success.`,
    ],
    mails: ['=> ICMP CHECK failed on service <=', '=> ICMP CHECK succeed on service <='],
  });
  expect(play(PING_CHECK, () => bad('read-timeout'), 1).lines).toEqual([
    `1 ICMP CHECK on service ${R} failed.`,
  ]);
});

test('TCP_CHECK mails under its name', () => {
  expect(downAndUp(tcpCheck(), bad('refused')).mails).toEqual([
    '=> TCP CHECK failed on service <=',
    '=> TCP CHECK succeed on service <=',
  ]);
});

test('MISC_CHECK counts its retries', () => {
  const name = `Misc check for [${R} VS ${V}] by [/bin/check]`;
  const settings = { ...MISC_CHECK, retry: 2, logAllFailures: true };
  const good = { ok: true, exitStatus: 0 } as const;
  expect(downAndUp(settings, { ok: true, exitStatus: 1 }, good)).toEqual({
    lines: [
      `${name} succeeded.`,
      `${name} failed, will do 2 retries (exited with status 1).`,
      `${name} failed on retry 1/2 (exited with status 1).`,
      `${name} failed after 2 retries (exited with status 1).`,
      `${name} succeeded.`,
    ],
    mails: ['=> MISC CHECK failed on service <=', '=> MISC CHECK succeeded on service <='],
  });
  const failing = downAndUp({ ...settings, retry: 1 }, { ok: true, exitStatus: 1 }, good);
  expect(failing.lines.slice(1, 3)).toEqual([
    `${name} failed, will do 1 retry (exited with status 1).`,
    `${name} failed after 1 retry (exited with status 1).`,
  ]);
  const once = { ...MISC_CHECK, retry: 0 };
  expect(downAndUp(once, bad('timed-out'), good)).toMatchObject({
    lines: { 1: `${name} timed out with retry disabled.` },
    mails: { 0: '=> MISC CHECK timed out on service <=' },
  });
  expect(downAndUp(once, bad('signalled', { code: 9 }), good).lines[1]).toBe(
    `${name} failed with retry disabled (due to signal 9).`,
  );
  expect(downAndUp(once, bad('refused'), good).lines[1]).toBe(
    `${name} failed with retry disabled (why).`,
  );
});

test('a script that cannot be run is said once and changes nothing', () => {
  const seen = play(MISC_CHECK, () => bad('not-run', { detail: 'no such file' }), 8);
  expect(seen.probes).toEqual([1, 4, 7]);
  expect(seen.lines).toEqual([
    `1 Disabling misc script '/bin/check' since not found/accessible: no such file`,
  ]);
  expect(seen.flips).toEqual([]);
  expect(seen.state).toMatchObject({ up: true, hasRun: false, detail: 'no such file' });
});

test('for want of a descriptor a server stays as it is, and the status says why', () => {
  const detail = 'socket: EMFILE, too many open files';
  const none = bad('not-run', { detail });
  const healthy = play(tcpCheck(), () => none, 8);
  expect(healthy.lines).toEqual([]);
  expect(healthy.flips).toEqual([]);
  expect(healthy.state).toMatchObject({ up: true, detail });
  const dead = play(tcpCheck({ retry: 0 }), (at) => (at < 2 ? bad('refused') : none), 8);
  expect(dead.flips).toEqual([{ at: 1, up: false }]);
  expect(dead.state.up).toBe(false);
});

test('misc_dynamic: from 2 on the exit status is a weight and two', () => {
  const statuses: Readonly<Record<number, number>> = { 1: 0, 4: 12, 7: 12, 10: 2, 13: 1 };
  const seen = play(
    { ...MISC_CHECK, retry: 0 },
    (at) => ({ ok: true, exitStatus: statuses[at] ?? 5 }),
    16,
  );
  expect(seen.adjustments).toEqual([
    { kind: 'instead', weight: 10 },
    { kind: 'instead', weight: 0 },
    { kind: 'instead', weight: 3 },
  ]);
  expect(seen.flips).toEqual([
    { at: 13, up: false },
    { at: 16, up: true },
  ]);
  const plain = { ...MISC_CHECK, dynamic: false, retry: 0 };
  expect(play(plain, () => ({ ok: true, exitStatus: 5 }), 1).flips).toEqual([{ at: 1, up: false }]);
});

test('FILE_CHECK weighs its number, and is down at a number that is a fault', () => {
  const numbers = [3, 0, -(2 ** 31), 1];
  const settings = { ...FILE_CHECK, delayLoop: UDP_CHECK.delayLoop };
  const seen = play(settings, (at) => ({ ok: true, number: numbers[at / 3] ?? 1 }), 9);
  expect(seen.adjustments).toEqual([
    { kind: 'more', weight: 6 },
    undefined,
    { kind: 'more', weight: 2 },
  ]);
  expect(seen.lines).toEqual([
    `6 (${R}): tracked file load now FAULT state`,
    `9 (${R}): tracked file load leaving FAULT state`,
  ]);
  expect(seen.mails).toEqual([undefined, undefined]);
});

function ends(state: CheckState, result: ProbeResult) {
  return stepCheck(state, { type: 'result', result }, instant(1));
}

test('FILE_CHECK of a file that holds no number says so, and waits until it holds one', () => {
  const start = { realServer: R, virtualServer: V, now: instant(0), random: () => 0 };
  const due = stepCheck(createCheck(FILE_CHECK, start).state, { type: 'due' }, instant(0));
  const problem = '/run/load holds no number';
  const garbage = ends(due.state, { ok: true, number: 0, problem });
  expect([garbage.state.up, garbage.state.detail]).toEqual([true, problem]);
  expect(garbage.effects).toContainEqual({ type: 'state-changed' });
  const next = stepCheck(garbage.state, { type: 'due' }, garbage.state.deadline ?? instant(0));
  expect(next.effects).toMatchObject([{ type: 'run-probe', probe: { known: 0, problem } }]);
  const cured = ends(next.state, { ok: true, number: 0 });
  expect([cured.state.detail, cured.state.problem]).toEqual(['passed', undefined]);
});

test('BFD_CHECK follows its session, and names it in log and mails', () => {
  const settings = { ...BFD_CHECK, delayLoop: UDP_CHECK.delayLoop };
  const down = bad('other', { detail: 'session B1 is down' });
  const seen = play(settings, (at) => (at === 3 ? GOOD : down), 6);
  expect(seen.lines).toEqual([
    `0 BFD check of [B1] RS(${R}) is DOWN`,
    `3 BFD check of [B1] RS(${R}) is UP`,
    `6 BFD check of [B1] RS(${R}) is DOWN`,
  ]);
  expect(seen.mails).toEqual([
    '=> BFD CHECK B1 failed on service <=',
    '=> BFD CHECK B1 succeeded on service <=',
    '=> BFD CHECK B1 failed on service <=',
  ]);
});
