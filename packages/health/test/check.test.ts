import { instant, milliseconds, seconds, ZERO } from '@tandem/time';
import { expect, test } from 'vitest';
import {
  continueCheck,
  createCheck,
  probeOf,
  stepCheck,
  type CheckSettings,
  type ProbeFailure,
  type ProbeResult,
  type UrlSettings,
} from '../src/index.ts';
import { NAMES, play, start } from './player.ts';
import { BOX1, BOX2, DIGEST, httpCheck, OTHER_CHECKS, tcpCheck } from './settings.ts';

const CONNECTED: ProbeResult = { ok: true };
const REFUSED: ProbeResult = { ok: false, reason: 'refused', detail: 'connection refused' };

function page(
  changes: Partial<NonNullable<(ProbeResult & { ok: true })['page']>> = {},
): ProbeResult {
  return {
    ok: true,
    page: { statusCode: 200, digest: DIGEST, bodyBytes: 44, contentLength: 44, ...changes },
  };
}

/** A checker with 4 s of warmup, made at 0.5 s. */
function make(random: number) {
  const start = { ...NAMES, now: instant(500), random: () => random };
  return createCheck(tcpCheck({ warmup: seconds(4) }), start);
}

test('the first attempt comes after one second and a random part of warmup', () => {
  expect(make(0).state.deadline).toBe(1500);
  expect(make(0.5).state.deadline).toBe(3500);
  expect(make(0).effects).toEqual([
    {
      type: 'log',
      level: 'info',
      text: 'Activating healthchecker for service [10.30.6.112]:tcp:80 for VS [10.30.6.110]:tcp:80',
    },
  ]);
});

test('nothing is due before the deadline, nor while an attempt is under way', () => {
  const state = start(tcpCheck());
  expect(stepCheck(state, { type: 'due' }, instant(999))).toEqual({ state, effects: [] });
  const running = stepCheck(state, { type: 'due' }, instant(1000)).state;
  expect(running.deadline).toBeUndefined();
  expect(stepCheck(running, { type: 'due' }, instant(9000)).effects).toEqual([]);
});

test('an attempt may begin a little early with others, and the next one is where it would be', () => {
  const state = start(tcpCheck());
  const early = milliseconds(4);
  expect(stepCheck(state, { type: 'due', early }, instant(995)).effects).toEqual([]);
  const running = stepCheck(state, { type: 'due', early }, instant(996));
  expect(running.effects).toHaveLength(1);
  const result = { type: 'result', result: CONNECTED } as const;
  expect(stepCheck(running.state, result, instant(1006)).state.deadline).toBe(4010);
});

/** When the second attempt is due, if the first one is made so late and takes so long. */
function nextAfter(lateMs: number, tookMs: number) {
  const due = instant(1000 + lateMs);
  const running = stepCheck(start(tcpCheck()), { type: 'due' }, due).state;
  const result = { type: 'result', result: CONNECTED } as const;
  return stepCheck(running, result, instant(due + tookMs)).state.deadline;
}

test('the server may take its time, which the next attempt is later by', () => {
  expect(nextAfter(0, 0)).toBe(4000);
  expect(nextAfter(0, 30)).toBe(4030);
});

test('what the process was late is made good, so that what had to wait together does not stay together', () => {
  expect(nextAfter(50, 0)).toBe(4000);
  expect(nextAfter(50, 30)).toBe(4030);
});

test('after a stall of several periods each checker has its own place in the period again', () => {
  expect(nextAfter(13_000, 0)).toBe(16_000);
  expect(nextAfter(12_000, 0)).toBe(16_000);
});

/** When the first three attempts are due, of a server that takes so long to answer. */
function firstThree(settings: CheckSettings, chance: number, tookMs: number) {
  const who = { ...NAMES, now: instant(0), random: () => chance };
  let { state } = createCheck(settings, who);
  return [1, 2, 3].map(() => {
    const due = state.deadline ?? instant(0);
    const running = stepCheck(state, { type: 'due' }, due).state;
    const event = { type: 'result', result: CONNECTED } as const;
    ({ state } = stepCheck(running, event, instant(due + tookMs)));
    return due;
  });
}

test('checks that begin at any moment come to be made together, and stay so as long as their servers take less', () => {
  const settings = tcpCheck({ delayLoop: seconds(10), warmup: seconds(1) });
  expect(firstThree(settings, 0.003, 4)).toEqual([1003, 11_000, 21_000]);
  expect(firstThree(settings, 0.009, 0)).toEqual([1009, 11_000, 21_000]);
  expect(firstThree(settings, 0.012, 5)).toEqual([1012, 11_020, 21_020]);
  expect(firstThree(settings, 0.012, 15)).toEqual([1012, 11_020, 21_040]);
});

test('a check is moved by a four-hundredth of its period and 10 ms at the most, and not where its period would not stay the same', () => {
  const warmup = seconds(1);
  expect(firstThree(tcpCheck({ delayLoop: seconds(1), warmup }), 0.003, 1)).toEqual([
    1003, 2005, 3005,
  ]);
  expect(firstThree(tcpCheck({ delayLoop: milliseconds(100), warmup }), 0.003, 1)).toEqual([
    1003, 1104, 1205,
  ]);
  expect(firstThree(tcpCheck({ delayLoop: milliseconds(10_000.5), warmup }), 0.003, 1)).toEqual([
    1003, 11_004.5, 21_006,
  ]);
});

test('a result that nobody waits for changes nothing', () => {
  const state = start(tcpCheck());
  const step = stepCheck(state, { type: 'result', result: REFUSED }, instant(10));
  expect(step).toEqual({ state, effects: [] });
});

test('a healthy TCP server is asked every delay_loop and spoken of once', () => {
  const seen = play(tcpCheck(), () => CONNECTED, 13);
  expect(seen.probes).toEqual([1, 4, 7, 10, 13]);
  expect(seen.lines).toEqual(['1 TCP connection to [10.30.6.112]:tcp:80 success.']);
  expect(seen.flips).toEqual([]);
});

test('the first failure counts at once, whatever retry says', () => {
  const tcp = play(tcpCheck(), () => REFUSED, 1);
  expect(tcp.flips).toEqual([{ at: 1, up: false }]);
  expect(tcp.lines).toEqual(['1 TCP_CHECK on service [10.30.6.112]:tcp:80 failed.']);
  const http = play(httpCheck(), () => REFUSED, 1);
  expect(http.lines).toEqual([
    '1 HTTP_CHECK on service [10.30.6.112]:tcp:80 failed after 3 retries.',
  ]);
  const unretried = play(httpCheck({ retry: 0 }), () => REFUSED, 1);
  expect(unretried.lines).toEqual(['1 HTTP_CHECK on service [10.30.6.112]:tcp:80 failed.']);
});

test('a TCP server goes after its retries and is back at the first success', () => {
  const settings = tcpCheck({ retry: 2, delayBeforeRetry: seconds(1) });
  const seen = play(settings, (at) => (at > 5 && at < 12 ? REFUSED : CONNECTED), 16);
  expect(seen.probes).toEqual([1, 4, 7, 8, 9, 12, 15]);
  expect(seen.lines.slice(1)).toEqual([
    '9 TCP_CHECK on service [10.30.6.112]:tcp:80 failed after 2 retries.',
    '12 TCP connection to [10.30.6.112]:tcp:80 success.',
  ]);
  expect(seen.flips).toEqual([
    { at: 9, up: false },
    { at: 12, up: true },
  ]);
});

test("the scenario: 10 s from a web server's death to its removal, 6 s to its return", () => {
  const seen = play(httpCheck(), (at) => (at > 9 && at < 26 ? REFUSED : page()), 40);
  expect(seen.flips).toEqual([
    { at: 19, up: false },
    { at: 31, up: true },
  ]);
  expect(seen.lines).toEqual([
    '1 Remote Web server [10.30.6.112]:tcp:80 succeed on service.',
    '19 HTTP_CHECK on service [10.30.6.112]:tcp:80 failed after 3 retries.',
    '28 MD5 digest success to [10.30.6.112]:tcp:80 url(/)',
    '31 MD5 digest success to [10.30.6.112]:tcp:80 url(/)',
    '31 Remote Web server [10.30.6.112]:tcp:80 succeed on service.',
  ]);
});

test('HTTP that fails between its two successes starts over', () => {
  const seen = play(httpCheck(), (at) => ((at > 9 && at < 26) || at === 31 ? REFUSED : page()), 40);
  expect(seen.flips).toEqual([
    { at: 19, up: false },
    { at: 37, up: true },
  ]);
});

test('while down a web server is asked no more often than delay_loop', () => {
  const often = play(httpCheck({ retry: 0, delayBeforeRetry: ZERO }), () => REFUSED, 10);
  expect(often.probes).toEqual([1, 4, 7, 10]);
  const seldom = play(httpCheck({ delayBeforeRetry: seconds(5) }), () => REFUSED, 11);
  expect(seldom.probes).toEqual([1, 6, 11]);
});

test('inventory §4.6: while down any other server is asked after delay_loop, whatever delay_before_retry', () => {
  const settings = tcpCheck({ retry: 1, delayBeforeRetry: seconds(5) });
  expect(play(settings, () => REFUSED, 10).probes).toEqual([1, 4, 7, 10]);
});

test('a retry that passes takes the failures back', () => {
  const settings = httpCheck({ retry: 1, delayBeforeRetry: seconds(1) });
  const seen = play(settings, (at) => (at === 4 || at === 8 ? REFUSED : page()), 12);
  expect(seen.probes).toEqual([1, 4, 5, 8, 9, 12]);
  expect(seen.flips).toEqual([]);
});

test('several urls are visited in turn; the one that failed is asked again first', () => {
  const urls = ['/a', '/b'].map((path) => ({ path, statusCodes: [] }));
  const settings = httpCheck({ urls, retry: 0 });
  let state = start(settings);
  const asked: string[] = [];
  for (let now = 1000; now < 26_000; now = state.deadline ?? Infinity) {
    const due = stepCheck(state, { type: 'due' }, instant(now));
    const [run] = due.effects;
    const path = run?.type === 'run-probe' && run.probe.type === 'HTTP_GET' ? run.probe.path : '';
    asked.push(path);
    const result = path === '/b' && now > 9000 && now < 15_000 ? REFUSED : page();
    const done = stepCheck(due.state, { type: 'result', result }, instant(now));
    state = done.state;
  }
  expect(asked).toEqual(['/a', '/b', '/a', '/b', '/b', '/b', '/a', '/b', '/a']);
  expect(state.up).toBe(true);
});

test('every failure is told with log_all_failures, while the server counts as up', () => {
  const settings = httpCheck({ logAllFailures: true, retry: 3 });
  const answers = [
    page(),
    page({ statusCode: 404 }),
    page({ digest: 'x' }),
    { ok: false, reason: 'no-data', detail: 'nothing' } as const,
  ];
  const seen = play(settings, (at) => answers[(at - 1) / 3] ?? page({ statusCode: 500 }), 16);
  expect(seen.lines.slice(1)).toEqual([
    '4 HTTP status code error to server [10.30.6.112]:tcp:80.',
    '7 MD5 digest error to server [10.30.6.112]:tcp:80.',
    '10 Read, no data received from  server [10.30.6.112]:tcp:80.',
    '13 HTTP status code error to server [10.30.6.112]:tcp:80.',
    '13 HTTP_CHECK on service [10.30.6.112]:tcp:80 failed after 3 retries.',
  ]);
});

test('what has changed about a page is told once, beside what is said of its digest', () => {
  const change = 'since the last good page: length 44 → 45';
  const settings = httpCheck({ retry: 1 });
  const seen = play(settings, (at) => (at === 1 ? page() : page({ digest: 'x', change })), 16);
  expect(seen.lines.slice(1)).toEqual([
    `4 Page of [10.30.6.112]:tcp:80 url(/) has changed ${change}`,
    '7 HTTP_CHECK on service [10.30.6.112]:tcp:80 failed after 1 retries.',
  ]);
});

test('fast_recovery leaves no pause between pages, at the start and while down', () => {
  const urls = ['/a', '/b'].map((path) => ({ path, statusCodes: [] }));
  const settings = httpCheck({ urls, retry: 0, fastRecovery: true });
  const seen = play(settings, (at) => (at > 3 && at < 8 ? REFUSED : page()), 13);
  expect(seen.probes).toEqual([1, 1, 4, 7, 10, 10, 10, 13]);
  expect(seen.flips).toEqual([
    { at: 4, up: false },
    { at: 10, up: true },
  ]);
});

/** The last line after a success and a failure of this kind, with log_all_failures. */
function said(settings: CheckSettings, reason: ProbeFailure) {
  const answers = [CONNECTED, { ok: false, reason, detail: '' } as const];
  const seen = play(
    { ...settings, logAllFailures: true },
    (at) => answers[(at - 1) / 3] ?? REFUSED,
    4,
  );
  return seen.lines.at(-1);
}

test('attempts without an answer are told in the words of their checker', () => {
  const R = '[10.30.6.112]:tcp:80';
  expect(said(tcpCheck(), 'refused')).toBe(`4 TCP connection to ${R} failed.`);
  expect(said(tcpCheck(), 'connect-timeout')).toBe(`4 TCP connection to ${R} timeout.`);
  const http = httpCheck();
  expect(said(http, 'refused')).toBe(`4 Connection failed server ${R}.`);
  expect(said(http, 'connect-timeout')).toBe(`4 Timeout connecting server ${R}.`);
  expect(said(http, 'read-timeout')).toBe(`4 Timeout WEB read server ${R}.`);
  expect(said(http, 'reset')).toBe(`4 Read error with server ${R}.`);
  expect(said(http, 'no-data')).toBe(`4 Read, no data received from  server ${R}.`);
});

test('a wrong Content-Length is told once and is no failure', () => {
  const seen = play(httpCheck(), () => page({ contentLength: 99 }), 10);
  expect(seen.flips).toEqual([]);
  expect(seen.lines[0]).toBe(
    '1 http_check for RS [10.30.6.112]:tcp:80 VS [10.30.6.110]:tcp:80 url /: ' +
      'content_length (99) does not match received bytes (44)',
  );
  expect(seen.lines).toHaveLength(2);
});

test('an alpha checker is down until its first success; its first failure is told, no other', () => {
  const seen = play(tcpCheck({ alpha: true }), (at) => (at > 5 ? CONNECTED : REFUSED), 10);
  expect(seen.flips).toEqual([
    { at: 1, up: false },
    { at: 7, up: true },
  ]);
  expect(seen.lines).toEqual([
    '1 TCP_CHECK on service [10.30.6.112]:tcp:80 failed.',
    '7 TCP connection to [10.30.6.112]:tcp:80 success.',
  ]);
});

/** What it tells of its first result. */
function firstOf(settings: CheckSettings, result: ProbeResult): unknown {
  const due = stepCheck(start(settings), { type: 'due' }, instant(60_000)).state;
  const { effects } = stepCheck(due, { type: 'result', result }, instant(60_001));
  return effects.find(({ type }) => type === 'check-changed');
}

test('keepalived 2.2.7: a first failure with alpha is told, but for one of a page', () => {
  const exit = { ok: true, exitStatus: 1 } as const;
  const told = { type: 'check-changed', up: false, mailBody: undefined };
  const mailed = { ...told, mailBody: '=> MISC CHECK failed on service <=' };
  expect(firstOf(httpCheck({ alpha: true }), REFUSED)).toBeUndefined();
  expect(firstOf(tcpCheck({ alpha: true }), REFUSED)).toEqual(told);
  expect(firstOf({ ...OTHER_CHECKS.MISC_CHECK, alpha: true, dynamic: false }, exit)).toEqual(
    mailed,
  );
});

test('the request names the virtual host of the url, else of the checker, else address and port', () => {
  const hosts = [
    httpCheck({ urls: [{ path: '/', statusCodes: [], virtualhost: 'u' }], virtualhost: 'c' }),
    httpCheck({ virtualhost: 'c' }),
    httpCheck(),
  ].map((settings) => stepCheck(start(settings), { type: 'due' }, instant(1000)).effects[0]);
  expect(hosts).toMatchObject([
    { probe: { host: 'u', path: '/', httpProtocol: '1.0', target: { address: BOX2, port: 80 } } },
    { probe: { host: 'c' } },
    { probe: { host: '10.30.6.112:80' } },
  ]);
});

test('TLS names sni_name, else with enable_sni the virtual host, else nobody', () => {
  const names = [
    { type: 'SSL_GET', enableSni: true, virtualhost: 'v', sniName: 's' },
    { type: 'SSL_GET', virtualhost: 'v', sniName: 's' },
    { type: 'SSL_GET', enableSni: true, virtualhost: 'v' },
    { type: 'SSL_GET', virtualhost: 'v' },
    { type: 'HTTP_GET', enableSni: true, virtualhost: 'v', sniName: 's' },
  ] as const;
  const named = names.map((changes) => {
    const probe = probeOf(httpCheck(changes), { url: { path: '/', statusCodes: [] } });
    return 'serverName' in probe ? probe.serverName : undefined;
  });
  expect(named).toEqual(['s', 's', 'v', undefined, undefined]);
});

test('an attempt has all that its checker is told to look for, and nothing else', () => {
  const connectTimeout = seconds(3);
  const to = (port: number) => ({ target: { address: BOX2, port }, connectTimeout });
  const { UDP_CHECK, MISC_CHECK, BFD_CHECK } = OTHER_CHECKS;
  const reply = { bytes: '01', mask: 'ff' };
  const wanted: readonly (readonly [CheckSettings, object])[] = [
    [tcpCheck(), { type: 'TCP_CHECK', ...to(80) }],
    [OTHER_CHECKS.PING_CHECK, { type: 'PING_CHECK', ...to(80) }],
    [OTHER_CHECKS.SMTP_CHECK, { type: 'SMTP_CHECK', ...to(25), heloName: 'lb.example.org' }],
    [OTHER_CHECKS.DNS_CHECK, { type: 'DNS_CHECK', ...to(53), recordType: 'SOA', name: '.' }],
    [UDP_CHECK, { type: 'UDP_CHECK', ...to(9), payload: '00' }],
    [MISC_CHECK, { type: 'MISC_CHECK', command: MISC_CHECK.command, timeout: seconds(2) }],
    [OTHER_CHECKS.FILE_CHECK, { type: 'FILE_CHECK', name: 'load', path: '/run/load' }],
    [BFD_CHECK, { type: 'BFD_CHECK', name: 'B1' }],
  ];
  expect(wanted.map(([check]) => probeOf(check, {}))).toStrictEqual(
    wanted.map(([, probe]) => probe),
  );
  expect(probeOf(BFD_CHECK, { up: false })).toEqual({
    type: 'BFD_CHECK',
    name: 'B1',
    known: false,
  });
  expect(probeOf({ ...UDP_CHECK, reply }, {})).toMatchObject({ reply });
  const regex = { source: 'x', flags: 'u', utf: false, offsetMin: 0, noMatch: false };
  const url: UrlSettings = { path: '/', statusCodes: [], regex, properEnd: true };
  const page = { ...to(80), path: '/', host: '10.30.6.112:80', httpProtocol: '1.1', regex };
  expect(probeOf(httpCheck({ type: 'SSL_GET', httpProtocol: '1.1' }), { url })).toStrictEqual({
    type: 'SSL_GET',
    ...page,
    properEnd: true,
  });
  expect(probeOf(httpCheck(), { url })).not.toHaveProperty('properEnd');
});

test('after a reload a checker keeps its opinion and starts its timer anew', () => {
  const seen = play(httpCheck(), () => REFUSED, 5);
  const later = { ...NAMES, now: instant(60_000), random: () => 0 };
  const { state } = continueCheck(httpCheck(), later, seen.state);
  expect(state).toMatchObject({ up: false, hasRun: true, urlFailed: true, deadline: 61_000 });
});

test('after a reload a checker goes on in the middle of what it has seen', () => {
  const seen = {
    up: true,
    hasRun: true,
    failures: 2,
    urlFailed: true,
    mismatchLogged: true,
    number: 7,
    problem: 'no answer',
    detail: 'no answer, 2 of 3 attempts',
  };
  const later = { ...NAMES, now: instant(60_000), random: () => 0 };
  expect(continueCheck(httpCheck(), later, seen).state).toMatchObject(seen);
});

test('a new process that knows only up and down still wants two successes of HTTP', () => {
  const later = { ...NAMES, now: instant(0), random: () => 0 };
  const { state } = continueCheck(httpCheck(), later, { up: false, hasRun: true });
  expect(state.urlFailed).toBe(true);
  expect(continueCheck(tcpCheck(), later, { up: false, hasRun: true }).state.urlFailed).toBe(false);
});

test('what another checker has been told counts as an own attempt, and the next is due after it', () => {
  const settings = tcpCheck({ retry: 1 });
  const state = start(settings);
  const probe = probeOf(settings, {});
  const failure = { ok: false, reason: 'refused', detail: 'refused' } as const;
  const step = stepCheck(state, { type: 'heard', probe, result: failure }, instant(10));
  expect(step.state).toMatchObject({ up: false, hasRun: true, deadline: 3010 });
  expect(step.effects.map(({ type }) => type)).toContain('check-changed');
});

test('what another checker has been told is nothing to one that asks itself, or asks something else', () => {
  const settings = tcpCheck();
  const state = start(settings);
  const result = { ok: true } as const;
  const probe = probeOf(settings, {});
  const busy = stepCheck(state, { type: 'due' }, instant(60_000)).state;
  const other = probeOf(tcpCheck({ target: { address: BOX1, port: 81 } }), {});
  expect(stepCheck(busy, { type: 'heard', probe, result }, instant(60_001)).state).toBe(busy);
  expect(stepCheck(state, { type: 'heard', probe: other, result }, instant(10)).state).toBe(state);
});
