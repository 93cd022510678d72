/** When a master sends router advertisements. Who is no master has no state of this. */
import { instant, seconds, type Instant } from '@tandem/time';
import type { RouterAdvertSettings } from './router-advert.ts';

/** Of one master, from the moment that it became one. */
export interface RouterAdvertState {
  /** How many it has sent, up to those that are sent more often. */
  readonly sent: number;
  readonly lastSentAt: Instant | undefined;
  /** When `step` wants a `timer` event. */
  readonly deadline: Instant;
}

/** @see RFC 4861 §10, router constants */
const MAX_INITIAL_RTR_ADVERT_INTERVAL = seconds(16);
const MAX_INITIAL_RTR_ADVERTISEMENTS = 3;
const MIN_DELAY_BETWEEN_RAS = seconds(3);
const MAX_RA_DELAY_TIME = seconds(0.5);

/**
 * @param lastSentAt - of a master that was it before, or has something else to say now
 * @returns the state of a new master, which has one to send at once
 */
export function startRouterAdverts(now: Instant, lastSentAt?: Instant): RouterAdvertState {
  return { sent: 0, lastSentAt, deadline: instant(earliestAfter(lastSentAt, now)) };
}

/** What the times depend on. */
export interface RouterAdvertTimes extends Pick<
  RouterAdvertSettings,
  'minInterval' | 'maxInterval'
> {
  /** 0 up to 1. */
  readonly random: () => number;
}

/**
 * @param event - the deadline has come, or a router solicitation that is valid
 * @returns whether one goes out now, to all nodes, which answers all who have asked
 * @see RFC 4861 §6.2.4, §6.2.6
 */
export function stepRouterAdverts(
  state: RouterAdvertState,
  event: 'timer' | 'solicited',
  { now, times }: { readonly now: Instant; readonly times: RouterAdvertTimes },
): { readonly state: RouterAdvertState; readonly isSent: boolean } {
  const { minInterval, maxInterval, random } = times;
  if (event === 'solicited') {
    const delay = random() * MAX_RA_DELAY_TIME;
    const { lastSentAt, deadline } = state;
    const answer = earliestAfter(lastSentAt, now) + delay;
    return { state: { ...state, deadline: instant(Math.min(deadline, answer)) }, isSent: false };
  }
  if (now < state.deadline) return { state, isSent: false };
  const sent = Math.min(state.sent + 1, MAX_INITIAL_RTR_ADVERTISEMENTS);
  const usual = minInterval + random() * (maxInterval - minInterval);
  const isInitial = sent < MAX_INITIAL_RTR_ADVERTISEMENTS;
  const interval = isInitial ? Math.min(usual, MAX_INITIAL_RTR_ADVERT_INTERVAL) : usual;
  return { state: { sent, lastSentAt: now, deadline: instant(now + interval) }, isSent: true };
}

function earliestAfter(lastSentAt: Instant | undefined, now: Instant): number {
  return lastSentAt === undefined ? now : Math.max(now, lastSentAt + MIN_DELAY_BETWEEN_RAS);
}
