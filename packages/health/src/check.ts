/**
 * One checker: when the next attempt is due, and whether the server counts as up. Decides nothing
 * about the table: it only says when it changed its mind.
 * @see inventory §4.3, §4.6, §4.7; timing and texts taken from keepalived 2.2.7 at work
 */
import { after, isDue, seconds, sum, times, type Duration, type Instant } from '@tandem/time';
import type { CheckEffect, LogEffect } from './effect.ts';
import { judgePage } from './page-verdict.ts';
import { probeOf, type ProbeFailure, type ProbeResult } from './probe.ts';
import type { CheckSettings, UrlSettings } from './settings.ts';

/** All that a checker remembers. */
export interface CheckState {
  readonly settings: CheckSettings;
  /** Names for the log. */
  readonly realServer: string;
  readonly virtualServer: string;
  readonly up: boolean;
  /** Whether a result has counted yet: the first one needs no retries to bring the server down. */
  readonly hasRun: boolean;
  /** Failed attempts in a row that have not brought it down yet. */
  readonly failures: number;
  /** HTTP: which url is next. */
  readonly urlIndex: number;
  /** HTTP, while down: the url has not passed yet; after it has, all must pass once more. */
  readonly urlFailed: boolean;
  /** HTTP: a wrong Content-Length has been reported. */
  readonly mismatchLogged: boolean;
  /** Last outcome in words. */
  readonly detail: string;
  /** When the next attempt is due; undefined while one is under way. */
  readonly deadline: Instant | undefined;
}

/** What can happen to a checker. */
export type CheckEvent =
  /** The deadline may have come. */
  | { readonly type: 'due' }
  /** The attempt ended. */
  | { readonly type: 'result'; readonly result: ProbeResult };

/** A new state and what it asks for. */
export interface CheckStep {
  readonly state: CheckState;
  readonly effects: readonly CheckEffect[];
}

/** Who a checker works for, and when and by what chance it starts. */
export interface CheckStart {
  readonly realServer: string;
  readonly virtualServer: string;
  readonly now: Instant;
  /** 0 up to, not including, 1. */
  readonly random: () => number;
}

/** Delay of the first attempt, before warmup spreads the checkers out. */
const FIRST_DELAY: Duration = seconds(1);

const NO_ANSWER: { readonly [reason in ProbeFailure]?: string } = {
  'connect-timeout': 'Timeout connecting server',
  'read-timeout': 'Timeout WEB read server',
  'too-slow': 'Timeout WEB read server',
  'no-data': 'Read, no data received from  server',
  reset: 'Read, no data received from  server',
};

const MAIL_WORDS = { HTTP_GET: 'CHECK', TCP_CHECK: 'TCP CHECK' } as const;

/**
 * @param settings - the checker
 * @param start - names, time and chance
 * @returns a checker that is up unless alpha, first due 1 s plus a random part of warmup from now
 */
export function createCheck(settings: CheckSettings, start: CheckStart): CheckStep {
  const state: CheckState = {
    settings,
    realServer: start.realServer,
    virtualServer: start.virtualServer,
    up: !settings.alpha,
    hasRun: false,
    failures: 0,
    urlIndex: 0,
    urlFailed: false,
    mismatchLogged: false,
    detail: 'not run yet',
    deadline: firstDeadline(settings, start),
  };
  const text = `Activating healthchecker for service ${start.realServer} for VS ${start.virtualServer}`;
  return { state, effects: [info(text)] };
}

/**
 * A checker that goes on after a reload or in a new process: same opinion, timers restarted.
 * @param settings - the checker as configured now
 * @param start - names, time and chance
 * @param old - what is known of it
 */
export function continueCheck(
  settings: CheckSettings,
  start: CheckStart,
  old: Pick<CheckState, 'up' | 'hasRun'> & Partial<CheckState>,
): CheckStep {
  const fresh = createCheck(settings, start);
  const { up, hasRun } = old;
  const state: CheckState = {
    ...fresh.state,
    up,
    hasRun,
    failures: old.failures ?? 0,
    urlFailed: old.urlFailed ?? (settings.type === 'HTTP_GET' && !up && hasRun),
    mismatchLogged: old.mismatchLogged ?? false,
    detail: old.detail ?? fresh.state.detail,
  };
  return { state, effects: fresh.effects };
}

/**
 * @param state - of one checker
 * @param event - what happened
 * @param now - the present
 */
export function stepCheck(state: CheckState, event: CheckEvent, now: Instant): CheckStep {
  if (event.type === 'due') {
    if (!isDue(state.deadline, now)) return { state, effects: [] };
    const probe = probeOf(state.settings, currentUrl(state));
    return { state: { ...state, deadline: undefined }, effects: [{ type: 'run-probe', probe }] };
  }
  if (state.deadline !== undefined) return { state, effects: [] };
  const { result } = event;
  if (!result.ok)
    return failed(state, { detail: result.detail, log: noAnswer(state, result) }, now);
  const url = currentUrl(state);
  if (url === undefined || result.page === undefined) return tcpSucceeded(state, now);
  const verdict = judgePage(url, result.page);
  const mismatch = lengthMismatch(state, url, result.page);
  const known = mismatch.length === 0 ? state : { ...state, mismatchLogged: true };
  const step = verdict.ok
    ? urlSucceeded(known, verdict.by, now)
    : failed(known, { detail: verdict.detail, log: wrongPage(state, verdict.by) }, now);
  return { state: step.state, effects: [...mismatch, ...step.effects] };
}

function firstDeadline(settings: CheckSettings, start: CheckStart): Instant {
  return after(start.now, sum(FIRST_DELAY, times(settings.warmup, start.random())));
}

function currentUrl(state: CheckState): UrlSettings | undefined {
  return state.settings.type === 'HTTP_GET' ? state.settings.urls[state.urlIndex] : undefined;
}

function tcpSucceeded(state: CheckState, now: Instant): CheckStep {
  const log = info(`TCP connection to ${state.realServer} success.`);
  return succeeded(state, log, now);
}

function urlSucceeded(state: CheckState, by: 'status' | 'digest', now: Instant): CheckStep {
  const { settings, realServer, urlIndex } = state;
  const urls = settings.type === 'HTTP_GET' ? settings.urls : [];
  const what = by === 'digest' ? 'MD5 digest' : 'HTTP status code';
  const passed = state.up
    ? []
    : [info(`${what} success to ${realServer} url(${urls[urlIndex]?.path ?? ''})`)];
  if (state.urlFailed) return nextUrl({ ...state, urlFailed: false }, 0, { passed, now });
  if (urlIndex + 1 < urls.length) return nextUrl(state, urlIndex + 1, { passed, now });
  const done = succeeded(
    { ...state, urlIndex: 0 },
    info(`Remote Web server ${realServer} succeed on service.`),
    now,
  );
  return { state: done.state, effects: [...passed, ...done.effects] };
}

/** One url per visit, visits one delay_loop apart; a retry that passed starts over with the first. */
function nextUrl(
  state: CheckState,
  urlIndex: number,
  rest: { passed: readonly LogEffect[]; now: Instant },
): CheckStep {
  const deadline = after(rest.now, state.settings.delayLoop);
  const next = { ...state, urlIndex, deadline, failures: 0, detail: 'passed in part' };
  return { state: next, effects: [...rest.passed, ...changedDetail(state, next)] };
}

function succeeded(state: CheckState, log: LogEffect, now: Instant): CheckStep {
  const next: CheckState = {
    ...state,
    up: true,
    hasRun: true,
    failures: 0,
    detail: 'passed',
    deadline: after(now, state.settings.delayLoop),
  };
  const effects: CheckEffect[] = [];
  if (!state.up || !state.hasRun) effects.push(log);
  if (!state.up) {
    const mailBody = `=> ${MAIL_WORDS[state.settings.type]} succeed on service <=`;
    effects.push({ type: 'check-changed', up: true, mailBody });
  }
  return { state: next, effects: [...effects, ...changedDetail(state, next)] };
}

function failed(
  state: CheckState,
  what: { readonly detail: string; readonly log: string },
  now: Instant,
): CheckStep {
  const { settings } = state;
  const logged = state.up && settings.logAllFailures ? [info(what.log)] : [];
  const next = { ...state, detail: what.detail };
  const changed = changedDetail(state, next);
  if (state.up && state.hasRun && state.failures < settings.retry) {
    const deadline = after(now, settings.delayBeforeRetry);
    return {
      state: { ...next, failures: state.failures + 1, deadline },
      effects: [...logged, ...changed],
    };
  }
  const down: CheckState = {
    ...next,
    up: false,
    hasRun: true,
    failures: 0,
    urlFailed: settings.type === 'HTTP_GET',
    deadline: after(now, downPeriod(settings)),
  };
  if (!state.up) {
    const first = state.hasRun ? [] : [info(downText(state))];
    return { state: down, effects: [...first, ...changed] };
  }
  const effects: CheckEffect[] = [
    ...logged,
    info(downText(state)),
    { type: 'check-changed', up: false, mailBody: downMail(settings) },
    ...changed,
  ];
  return { state: down, effects };
}

function downPeriod(settings: CheckSettings): Duration {
  if (settings.type !== 'HTTP_GET') return settings.delayLoop;
  return settings.delayBeforeRetry > settings.delayLoop
    ? settings.delayBeforeRetry
    : settings.delayLoop;
}

/** HTTP_CHECK names the configured retries even where the first result needed none. */
function downText(state: CheckState): string {
  const { settings } = state;
  const isHttp = settings.type === 'HTTP_GET';
  const checker = isHttp ? 'HTTP_CHECK' : 'TCP_CHECK';
  const tried = settings.retry > 0 && (isHttp || state.hasRun);
  const retries = tried ? ` after ${settings.retry} retries` : '';
  return `${checker} on service ${state.realServer} failed${retries}.`;
}

function downMail(settings: CheckSettings): string {
  return settings.type === 'HTTP_GET'
    ? '=> CHECK failed on service : HTTP request failed <='
    : '=> TCP CHECK failed on service <=';
}

/** What log_all_failures says of an attempt without an answer; the two blanks are keepalived's. */
function noAnswer(state: CheckState, result: ProbeResult & { ok: false }): string {
  const { realServer, settings } = state;
  if (settings.type === 'TCP_CHECK') {
    const how = result.reason === 'connect-timeout' ? 'timeout' : 'failed';
    return `TCP connection to ${realServer} ${how}.`;
  }
  return `${NO_ANSWER[result.reason] ?? 'Connection failed server'} ${realServer}.`;
}

function wrongPage(state: CheckState, by: 'status' | 'digest'): string {
  const what = by === 'digest' ? 'MD5 digest error' : 'HTTP status code error';
  return `${what} to server ${state.realServer}.`;
}

/** Said once, not at every check. */
function lengthMismatch(
  state: CheckState,
  url: UrlSettings,
  page: { readonly contentLength: number | undefined; readonly bodyBytes: number },
): readonly LogEffect[] {
  const { contentLength, bodyBytes } = page;
  if (state.mismatchLogged || contentLength === undefined || contentLength === bodyBytes) return [];
  return [
    info(
      `http_check for RS ${state.realServer} VS ${state.virtualServer} url ${url.path}: ` +
        `content_length (${contentLength}) does not match received bytes (${bodyBytes})`,
    ),
  ];
}

/** A status shows the last outcome; the same outcome again is no news. */
function changedDetail(old: CheckState, next: CheckState): readonly CheckEffect[] {
  return old.detail === next.detail ? [] : [{ type: 'state-changed' }];
}

function info(text: string): LogEffect {
  return { type: 'log', level: 'info', text };
}
