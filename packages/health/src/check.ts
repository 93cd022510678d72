/**
 * One checker: when the next attempt is due, and whether the server counts as up. Decides nothing
 * about the table: it only says when it changed its mind.
 * @see inventory §4.3, §4.6, §4.7; timing and texts taken from keepalived 2.2.7 at work
 */
import {
  after,
  between,
  instant,
  isDue,
  milliseconds,
  seconds,
  sum,
  times,
  ZERO,
  type Duration,
  type Instant,
} from '@tandem/time';
import { judgeNumber, judgeStatus, sameAdjustment, type WeightAdjustment } from './adjustment.ts';
import type { CheckSettings, HttpCheckSettings, UrlSettings } from './check-settings.ts';
import { notRunText, WORDS, type Problem } from './check-words.ts';
import type { CheckEffect, LogEffect } from './effect.ts';
import { judgePage, type PageVerdict } from './page-verdict.ts';
import { probeOf, type Page, type Probe, type ProbeResult } from './probe.ts';

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
  /** What it wants of the real server's weight; undefined: nothing. */
  readonly adjustment: WeightAdjustment | undefined;
  /** FILE: the number that it has judged. */
  readonly number: number | undefined;
  /** FILE: why that is none to go by; undefined: it is. */
  readonly problem: string | undefined;
  /** Last outcome in words. */
  readonly detail: string;
  /** When the next attempt is due; undefined while one is under way. */
  readonly deadline: Instant | undefined;
  /** How long after its deadline the last attempt began, because the process had other work; below 0: early. */
  readonly late: Duration;
}

/** What can happen to a checker. */
export type CheckEvent =
  /** The deadline may have come; to begin a little early is better than to be woken up once more. */
  | { readonly type: 'due'; readonly early?: Duration }
  /** The attempt ended. */
  | { readonly type: 'result'; readonly result: ProbeResult }
  /** Somebody else has made this attempt, for a checker of the same settings. */
  | { readonly type: 'heard'; readonly probe: Probe; readonly result: ProbeResult };

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
    adjustment: undefined,
    number: undefined,
    problem: undefined,
    detail: 'not run yet',
    deadline: firstDeadline(settings, start),
    late: ZERO,
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
    urlFailed: old.urlFailed ?? (isHttp(settings) && !up && hasRun),
    mismatchLogged: old.mismatchLogged ?? false,
    adjustment: old.adjustment,
    number: old.number,
    problem: old.problem,
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
    const { deadline } = state;
    if (deadline === undefined || !isDue(deadline, after(now, event.early ?? ZERO)))
      return unchanged(state);
    const probe = nextProbe(state);
    const late = between(deadline, now);
    return {
      state: { ...state, deadline: undefined, late },
      effects: [{ type: 'run-probe', probe }],
    };
  }
  const isWaiting = state.deadline !== undefined;
  if (event.type === 'result') return isWaiting ? unchanged(state) : judge(state, event, now);
  // One whose own attempt is under way hears of that.
  if (!isWaiting || JSON.stringify(event.probe) !== JSON.stringify(nextProbe(state)))
    return unchanged(state);
  return judge({ ...state, deadline: undefined, late: ZERO }, event, now);
}

function unchanged(state: CheckState): CheckStep {
  return { state, effects: [] };
}

function nextProbe(state: CheckState): Probe {
  const { settings, number: known, problem, hasRun, up } = state;
  return probeOf(settings, { url: currentUrl(state), known, problem, up: hasRun ? up : undefined });
}

function judge(
  state: CheckState,
  { result }: { readonly result: ProbeResult },
  now: Instant,
): CheckStep {
  if (!result.ok)
    return result.reason === 'not-run'
      ? skipped(state, result.detail, now)
      : failed(state, result, now);
  if (result.page !== undefined) return pageCame(state, result.page, now);
  if (result.exitStatus !== undefined) return scriptEnded(state, result.exitStatus, now);
  if (result.number !== undefined)
    return numberRead(state, { ...result, number: result.number }, now);
  return succeeded(state, now);
}

/** What cannot be tried says nothing of the server, which stays as it is. */
function skipped(state: CheckState, detail: string, now: Instant): CheckStep {
  const next = { ...state, detail, deadline: inTurn(state, state.settings.delayLoop, now) };
  const changed = changedDetail(state, next);
  const { settings } = state;
  // What else cannot be tried is so for many at once: that is told of where all of them are known.
  const log =
    changed.length === 0 || settings.type !== 'MISC_CHECK'
      ? []
      : [info(notRunText(settings, detail))];
  return { state: next, effects: [...log, ...changed] };
}

function pageCame(state: CheckState, page: Page, now: Instant): CheckStep {
  const url = currentUrl(state);
  if (url === undefined) return succeeded(state, now);
  const verdict = judgePage(url, page);
  const mismatch = lengthMismatch(state, url, page);
  const known = mismatch.length === 0 ? state : { ...state, mismatchLogged: true };
  const step = verdict.ok
    ? urlSucceeded(known, verdict.by, now)
    : failed(known, { reason: verdict.by, detail: verdict.detail }, now);
  const change = step.state.detail === state.detail ? [] : changedPage(state, url, page);
  return { state: step.state, effects: [...mismatch, ...step.effects, ...change] };
}

/** Beside what keepalived says of a wrong digest. */
function changedPage(state: CheckState, url: UrlSettings, page: Page): readonly LogEffect[] {
  if (page.change === undefined) return [];
  return [info(`Page of ${state.realServer} url(${url.path}) has changed ${page.change}`)];
}

function scriptEnded(state: CheckState, status: number, now: Instant): CheckStep {
  const dynamic = state.settings.type === 'MISC_CHECK' && state.settings.dynamic;
  const verdict = judgeStatus(status, dynamic);
  if (verdict.ok) return adjusted(state, verdict.adjustment, now);
  return failed(state, { reason: 'exited', code: status, detail: `exit status ${status}` }, now);
}

/** What holds no number counts as 0, and the status says so. */
function numberRead(
  state: CheckState,
  { number, problem }: { readonly number: number; readonly problem?: string },
  now: Instant,
): CheckStep {
  const step = numberJudged({ ...state, number, problem }, number, now);
  if (problem === undefined) return step;
  return {
    state: { ...step.state, detail: problem },
    effects: [...step.effects, { type: 'state-changed' }],
  };
}

function numberJudged(known: CheckState, number: number, now: Instant): CheckStep {
  if (known.settings.type !== 'FILE_CHECK') return succeeded(known, now);
  const verdict = judgeNumber(number, known.settings);
  if (verdict.ok) return adjusted(known, verdict.adjustment, now);
  return failed(known, { reason: 'other', detail: `the file holds ${number}` }, now);
}

function adjusted(
  state: CheckState,
  adjustment: WeightAdjustment | undefined,
  now: Instant,
): CheckStep {
  const step = succeeded({ ...state, adjustment }, now);
  if (sameAdjustment(adjustment, state.adjustment)) return step;
  return { state: step.state, effects: [{ type: 'weight-changed', adjustment }, ...step.effects] };
}

function isHttp(settings: CheckSettings): settings is HttpCheckSettings {
  return 'urls' in settings;
}

function firstDeadline(settings: CheckSettings, start: CheckStart): Instant {
  const delay = isLocal(settings) ? ZERO : FIRST_DELAY;
  return after(start.now, sum(delay, times(settings.warmup, start.random())));
}

/** A file is there to be read, a session to be looked at. */
function isLocal({ type }: CheckSettings): boolean {
  return type === 'FILE_CHECK' || type === 'BFD_CHECK';
}

function currentUrl({ settings, urlIndex }: CheckState): UrlSettings | undefined {
  return isHttp(settings) ? settings.urls[urlIndex] : undefined;
}

/** What is said of a url that passed its last test. */
const PASSED: Readonly<Record<PageVerdict['by'], string>> = {
  status: 'HTTP status code',
  digest: 'MD5 digest',
  regex: 'Regex match',
};

function urlSucceeded(state: CheckState, by: PageVerdict['by'], now: Instant): CheckStep {
  const { settings, realServer, urlIndex } = state;
  const urls = isHttp(settings) ? settings.urls : [];
  const passed = state.up
    ? []
    : [info(`${PASSED[by]} success to ${realServer} url(${urls[urlIndex]?.path ?? ''})`)];
  if (state.urlFailed) return nextUrl({ ...state, urlFailed: false }, 0, { passed, now });
  if (urlIndex + 1 < urls.length) return nextUrl(state, urlIndex + 1, { passed, now });
  const done = succeeded({ ...state, urlIndex: 0 }, now);
  return { state: done.state, effects: [...passed, ...done.effects] };
}

/** One url per visit, visits one delay_loop apart; a retry that passed starts over with the first. */
function nextUrl(
  state: CheckState,
  urlIndex: number,
  rest: { passed: readonly LogEffect[]; now: Instant },
): CheckStep {
  const { settings } = state;
  const isFast = isHttp(settings) && settings.fastRecovery && !(state.up && state.hasRun);
  const deadline = isFast ? rest.now : inTurn(state, settings.delayLoop, rest.now);
  const next = { ...state, urlIndex, deadline, failures: 0, detail: 'passed in part' };
  return { state: next, effects: [...rest.passed, ...changedDetail(state, next)] };
}

function succeeded(state: CheckState, now: Instant): CheckStep {
  const { settings } = state;
  const next: CheckState = {
    ...state,
    up: true,
    hasRun: true,
    failures: 0,
    detail: 'passed',
    deadline: inTurn(state, settings.delayLoop, now),
  };
  const { success, mail } = WORDS[settings.type];
  const effects: CheckEffect[] = [];
  // A file that is as it should be is no news at first.
  const isFirst = !state.hasRun && settings.type !== 'FILE_CHECK';
  if (success !== undefined && (!state.up || isFirst)) effects.push(info(success(state)));
  if (!state.up) effects.push({ type: 'check-changed', up: true, mailBody: mail?.up(state) });
  return { state: next, effects: [...effects, ...changedDetail(state, next)] };
}

/** How far apart the moments are at which checks are made: more would begin at once than others should wait for. */
const STEPS_MS = [20, 10, 5, 2, 1];
/** Part of the period that a check may be moved by to the nearest of them, twice over. */
const STEP_PART = 1 / 200;

/**
 * A period from now, less what the process itself was late, or more when it was early: of many checks
 * that were kept waiting together each has its own time again, where otherwise they would stay together
 * for ever. Then the nearest of the moments at which others are made, too: to wake up costs more than a
 * check.
 */
function inTurn({ late }: CheckState, period: Duration, now: Instant): Instant {
  if (period <= 0) return now;
  const due = after(now, milliseconds(period - (late % period)));
  const step = STEPS_MS.find((each) => each <= period * STEP_PART && period % each === 0);
  return step === undefined ? due : instant(Math.round(due / step) * step);
}

/** SMTP_CHECK alone retries before its first result counts. */
function mayRetry({ settings, up, hasRun, failures }: CheckState): boolean {
  return up && (hasRun || settings.type === 'SMTP_CHECK') && failures < settings.retry;
}

function failed(state: CheckState, problem: Problem, now: Instant): CheckStep {
  const { settings } = state;
  const words = WORDS[settings.type];
  const next = { ...state, detail: problem.detail };
  const changed = changedDetail(state, next);
  const retries = mayRetry(state);
  const text =
    state.up && settings.logAllFailures ? words.failure?.(state, problem, !retries) : undefined;
  const logged = text === undefined ? [] : [info(text)];
  if (retries) {
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
    urlFailed: isHttp(settings),
    adjustment: undefined,
    deadline: inTurn(state, downPeriod(settings), now),
  };
  const said = state.up || !state.hasRun ? [info(words.down(state, problem))] : [];
  const isNews = state.up || (!state.hasRun && words.alphaDown !== undefined);
  const hasMail = state.up || words.alphaDown === 'mailed';
  const mailBody = hasMail ? words.mail?.down(state, problem) : undefined;
  const news: readonly CheckEffect[] = isNews
    ? [{ type: 'check-changed', up: false, mailBody }]
    : [];
  return { state: down, effects: [...logged, ...said, ...news, ...changed] };
}

function downPeriod(settings: CheckSettings): Duration {
  if (!isHttp(settings)) return settings.delayLoop;
  return settings.delayBeforeRetry > settings.delayLoop
    ? settings.delayBeforeRetry
    : settings.delayLoop;
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
