/**
 * The machine of a session, in asynchronous mode, without echo and authentication.
 * @see RFC 5880 §6.2, §6.8
 */
import { after, between, isDue, type Instant } from '@tandem/time';
import { inMicroseconds, type ControlPacket, type SessionStateName } from './control-packet.ts';
import { describeDiagnostic, DIAGNOSTIC } from './diagnostic.ts';
import {
  detectionTime,
  intervalsOf,
  isExpired,
  jittered,
  packetOf,
  transmitInterval,
  UNHEARD,
  type BfdSession,
  type Intervals,
} from './session.ts';
import type { BfdSettings } from './settings.ts';

/** What happens to a session. */
export type BfdEvent =
  | { readonly type: 'start' }
  /** A packet for this session, as `readDatagram` found. */
  | { readonly type: 'received'; readonly packet: ControlPacket }
  | { readonly type: 'timer' }
  /** The same session between the same ends, with other intervals. */
  | { readonly type: 'reconfigure'; readonly settings: BfdSettings }
  | { readonly type: 'stop' };

/** When it happens, and what chance says. */
export interface Moment {
  readonly now: Instant;
  /** 0 up to, not including, 1. */
  readonly random: number;
}

/** What the driver has to do, in order. */
export type BfdEffect =
  | { readonly type: 'send'; readonly packet: ControlPacket }
  /** It has come up, or is up no longer. */
  | { readonly type: 'changed'; readonly up: boolean }
  | { readonly type: 'log'; readonly text: string };

/** A session and effects after a step. */
export interface BfdStep {
  readonly session: BfdSession;
  readonly effects: readonly BfdEffect[];
}

/** What a packet of the other end in each state does to each state; absent: nothing. */
const TRANSITIONS: Readonly<
  Partial<Record<SessionStateName, Partial<Record<SessionStateName, SessionStateName>>>>
> = {
  Down: { Down: 'Init', Init: 'Up' },
  Init: { AdminDown: 'Down', Init: 'Up', Up: 'Up' },
  Up: { AdminDown: 'Down', Down: 'Down' },
};

/**
 * Decides. The driver performs the effects in order and arms one timer for `sessionDeadline`.
 * @param session - as created or after the last step
 * @param event - what happened
 * @param moment - not before that of the last step
 */
export function stepSession(session: BfdSession, event: BfdEvent, moment: Moment): BfdStep {
  const { now } = moment;
  switch (event.type) {
    case 'start':
      return scheduled(session, { session, effects: [] }, moment);
    case 'received':
      return received(session, event.packet, moment);
    case 'timer':
      if (isExpired(session, now)) return scheduled(session, expired(session, now), moment);
      if (!isDue(session.transmitAt, now)) return { session, effects: [] };
      return scheduled(session, { session, effects: [periodic(session)] }, moment);
    case 'reconfigure': {
      const changed = { ...session, settings: event.settings };
      const { polling } = session;
      const next = negotiate(changed);
      const log = polling ? [] : polls(next);
      return scheduled(session, { session: next, effects: log }, moment);
    }
    case 'stop':
      return stopped(session);
  }
}

/** @see RFC 5880 §6.8.6 */
function received(session: BfdSession, packet: ControlPacket, moment: Moment): BfdStep {
  if (session.state === 'AdminDown') return { session, effects: [] };
  const { settings } = session;
  const agreed = session.polling && packet.final;
  let next: BfdSession = {
    ...session,
    remote: {
      discriminator: packet.myDiscriminator,
      state: packet.state,
      diagnostic: packet.diagnostic,
      desiredMinTx: packet.desiredMinTx,
      requiredMinRx: packet.requiredMinRx,
      detectMultiplier: packet.detectMultiplier,
      demand: packet.demand,
    },
    ...(agreed && { polling: false, inForce: intervalsOf(settings, session.state) }),
  };
  const effects: BfdEffect[] = [];
  const to = TRANSITIONS[session.state]?.[packet.state];
  if (to !== undefined) {
    const diagnostic = to === 'Down' ? DIAGNOSTIC.neighbourSignaledDown : DIAGNOSTIC.none;
    const step = enter(next, to, diagnostic);
    next = step.session;
    effects.push(...step.effects);
  }
  if (packet.poll) effects.push({ type: 'send', packet: packetOf(next, { final: true }) });
  next = { ...next, expiresAt: after(moment.now, detectionTime(next)) };
  return scheduled(session, { session: next, effects }, moment);
}

/** @see RFC 5880 §6.8.4 */
function expired(session: BfdSession, now: Instant): BfdStep {
  const { state, settings, expiresAt = now } = session;
  const unheard: BfdSession = { ...session, remote: UNHEARD, expiresAt: undefined };
  if (state !== 'Init' && state !== 'Up') return { session: unheard, effects: [] };
  const ms = Math.round(detectionTime(session));
  const late = inMicroseconds(between(expiresAt, now));
  const text = `(${settings.name}) Expired after ${ms} ms (${late} usec overdue)`;
  const step = enter(session, 'Down', DIAGNOSTIC.detectionTimeExpired);
  return {
    session: { ...step.session, remote: UNHEARD, expiresAt: undefined },
    effects: [{ type: 'log', text }, ...step.effects],
  };
}

/** Goes to another state, with the intervals that belong there. */
function enter(session: BfdSession, state: SessionStateName, diagnostic: number): BfdStep {
  const { settings, remote } = session;
  const effects: BfdEffect[] = [];
  const next = negotiate({ ...session, state, diagnostic });
  if (state !== 'Init') {
    const why =
      state === 'Down'
        ? ` (Local diagnostic - ${describeDiagnostic(diagnostic)}, Remote diagnostic - ${describeDiagnostic(remote.diagnostic)})`
        : '';
    effects.push({ type: 'log', text: `(${settings.name}) Entering ${state} state${why}` });
  }
  const wasUp = session.state === 'Up';
  if (wasUp !== (state === 'Up')) effects.push({ type: 'changed', up: !wasUp });
  return { session: next, effects: [...effects, ...polls(next)] };
}

/**
 * Says the intervals that settings and state ask for. While the session is up, the other end must
 * have heard of those that it would take for a failure before they come into force.
 * @see RFC 5880 §6.8.3
 */
function negotiate(session: BfdSession): BfdSession {
  const { state, settings, said: before, inForce } = session;
  const said = intervalsOf(settings, state);
  if (state !== 'Up') return { ...session, said, inForce: said, polling: false };
  return {
    ...session,
    said,
    inForce: {
      desiredMinTx:
        said.desiredMinTx < inForce.desiredMinTx ? said.desiredMinTx : inForce.desiredMinTx,
      requiredMinRx:
        said.requiredMinRx > inForce.requiredMinRx ? said.requiredMinRx : inForce.requiredMinRx,
    },
    polling: session.polling || isOther(said, before),
  };
}

function isOther(one: Intervals, other: Intervals): boolean {
  return one.desiredMinTx !== other.desiredMinTx || one.requiredMinRx !== other.requiredMinRx;
}

function polls({ polling, settings }: BfdSession): readonly BfdEffect[] {
  return polling ? [{ type: 'log', text: `(${settings.name}) Starting poll sequence` }] : [];
}

/**
 * The other end is told at once of another state or other intervals; and a timer that has been set
 * for another interval is set again.
 * @see RFC 5880 §6.8.7
 */
function scheduled(before: BfdSession, step: BfdStep, { now, random }: Moment): BfdStep {
  const { session } = step;
  const interval = transmitInterval(session);
  if (interval === undefined) return { ...step, session: { ...session, transmitAt: undefined } };
  const isNews =
    session.sentAt === undefined ||
    session.state !== before.state ||
    session.settings.detectMultiplier !== before.settings.detectMultiplier ||
    isOther(session.said, before.said);
  const hasSent = step.effects.some(({ type }) => type === 'send');
  const sends = isNews && (!hasSent || session.polling);
  const effects = sends ? [...step.effects, periodic(session)] : step.effects;
  const wait = jittered(interval, session.settings.detectMultiplier, random);
  if (sends || isDue(before.transmitAt, now))
    return {
      effects: withDue(effects, session),
      session: { ...session, sentAt: now, transmitAt: after(now, wait) },
    };
  const isSet = before.transmitAt !== undefined && transmitInterval(before) === interval;
  const transmitAt = isSet ? before.transmitAt : after(session.sentAt ?? now, wait);
  return { effects, session: { ...session, transmitAt } };
}

/** A packet that is due goes out, whatever else has happened. */
function withDue(effects: readonly BfdEffect[], session: BfdSession): readonly BfdEffect[] {
  return effects.some(({ type }) => type === 'send') ? effects : [...effects, periodic(session)];
}

function periodic(session: BfdSession): BfdEffect {
  return { type: 'send', packet: packetOf(session, { poll: session.polling }) };
}

/** The other end need not wait for the detection time. @see RFC 5880 §6.8.16 */
function stopped(session: BfdSession): BfdStep {
  const { state, settings, remote } = session;
  const gone: BfdSession = {
    ...session,
    state: 'AdminDown',
    diagnostic: DIAGNOSTIC.administrativelyDown,
    said: intervalsOf(settings, 'AdminDown'),
    polling: false,
    transmitAt: undefined,
    expiresAt: undefined,
  };
  const isSilent = settings.passive && remote.discriminator === 0;
  return {
    session: gone,
    effects: [
      ...(isSilent ? [] : [{ type: 'send', packet: packetOf(gone) } as const]),
      ...(state === 'Up' ? [{ type: 'changed', up: false } as const] : []),
    ],
  };
}
