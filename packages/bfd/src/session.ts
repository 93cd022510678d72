/** What is known of a session, and what follows from it without anything happening. */
import { after, earliest, isDue, times, ZERO, type Duration, type Instant } from '@tandem/time';
import { microseconds, type ControlPacket, type SessionStateName } from './control-packet.ts';
import { DIAGNOSTIC } from './diagnostic.ts';
import type { BfdSettings } from './settings.ts';

/** The other end, as its last packet said. @see RFC 5880 §6.8.1 */
export interface RemoteEnd {
  /** 0: not known. */
  readonly discriminator: number;
  readonly state: SessionStateName;
  readonly diagnostic: number;
  readonly desiredMinTx: Duration;
  readonly requiredMinRx: Duration;
  readonly detectMultiplier: number;
  readonly demand: boolean;
}

/** A pair of intervals of the own end. */
export interface Intervals {
  readonly desiredMinTx: Duration;
  readonly requiredMinRx: Duration;
}

/** All of a session. Plain data, with which another process may go on. */
export interface BfdSession {
  readonly settings: BfdSettings;
  /** 1–4294967295, unique among the sessions of the box. */
  readonly discriminator: number;
  readonly state: SessionStateName;
  readonly diagnostic: number;
  readonly remote: RemoteEnd;
  /** What packets say. */
  readonly said: Intervals;
  /** What is done; other than what is said while the other end has yet to agree. */
  readonly inForce: Intervals;
  /** The other end has been asked whether it has heard the intervals. */
  readonly polling: boolean;
  readonly sentAt: Instant | undefined;
  /** When the next periodic packet is due; undefined: none is. */
  readonly transmitAt: Instant | undefined;
  /** When the other end counts as gone; undefined: nothing has been heard. */
  readonly expiresAt: Instant | undefined;
}

/** Of an end that nothing has been heard of. @see RFC 5880 §6.8.1 */
export const UNHEARD: RemoteEnd = {
  discriminator: 0,
  state: 'Down',
  diagnostic: DIAGNOSTIC.none,
  desiredMinTx: ZERO,
  requiredMinRx: microseconds(1),
  detectMultiplier: 0,
  demand: false,
};

/**
 * @param settings - the session
 * @param discriminator - 1–4294967295, unique among the sessions of the box
 * @returns a session that is down and silent
 */
export function createSession(settings: BfdSettings, discriminator: number): BfdSession {
  const intervals = intervalsOf(settings, 'Down');
  return {
    settings,
    discriminator,
    state: 'Down',
    diagnostic: DIAGNOSTIC.none,
    remote: UNHEARD,
    said: intervals,
    inForce: intervals,
    polling: false,
    sentAt: undefined,
    transmitAt: undefined,
    expiresAt: undefined,
  };
}

/**
 * @param session - any
 * @returns when it wants a `timer` event next
 */
export function sessionDeadline(session: BfdSession): Instant | undefined {
  return earliest(session.transmitAt, session.expiresAt);
}

/**
 * @param settings - of a session
 * @param state - that it is in
 * @returns what it wants; a session that is not up sends seldom
 * @see RFC 5880 §6.8.3
 */
export function intervalsOf(
  { desiredMinTx, requiredMinRx, idleTx }: BfdSettings,
  state: SessionStateName,
): Intervals {
  const calm = idleTx > desiredMinTx ? idleTx : desiredMinTx;
  return { desiredMinTx: state === 'Up' ? desiredMinTx : calm, requiredMinRx };
}

/**
 * @param session - whose other end has been heard
 * @returns how long that may be silent
 * @see RFC 5880 §6.8.4
 */
export function detectionTime({ remote, inForce }: BfdSession): Duration {
  const { desiredMinTx, detectMultiplier } = remote;
  const slower = desiredMinTx > inForce.requiredMinRx ? desiredMinTx : inForce.requiredMinRx;
  return times(slower, detectMultiplier);
}

/**
 * @param session - any
 * @returns the time between its packets before chance shortens it; undefined: it sends none
 * @see RFC 5880 §6.8.7
 */
export function transmitInterval(session: BfdSession): Duration | undefined {
  const { settings, state, remote, inForce, polling } = session;
  if (state === 'AdminDown' || remote.requiredMinRx === 0) return undefined;
  if (settings.passive && remote.discriminator === 0) return undefined;
  const isUnwanted = remote.demand && state === 'Up' && remote.state === 'Up';
  if (isUnwanted && !polling) return undefined;
  const { desiredMinTx } = inForce;
  return remote.requiredMinRx > desiredMinTx ? remote.requiredMinRx : desiredMinTx;
}

/**
 * Shortens an interval by chance, so that systems do not fall into step.
 * @param interval - between packets
 * @param detectMultiplier - that the packets say
 * @param random - 0 up to 1
 * @returns 75–100 % of it; 75–90 % where a single packet lost ends the session
 * @see RFC 5880 §6.8.7
 */
export function jittered(interval: Duration, detectMultiplier: number, random: number): Duration {
  return times(interval, 0.75 + random * (detectMultiplier === 1 ? 0.15 : 0.25));
}

/**
 * @param session - any
 * @param flags - of the packet; none without
 * @returns what it has to say
 * @see RFC 5880 §6.8.7
 */
export function packetOf(
  session: BfdSession,
  { poll = false, final = false }: { readonly poll?: boolean; readonly final?: boolean } = {},
): ControlPacket {
  const { settings, said } = session;
  return {
    diagnostic: session.diagnostic,
    state: session.state,
    poll,
    final,
    independent: false,
    demand: false,
    detectMultiplier: settings.detectMultiplier,
    myDiscriminator: session.discriminator,
    yourDiscriminator: session.remote.discriminator,
    ...said,
    requiredMinEchoRx: ZERO,
  };
}

/**
 * A session that another process has left: it has been heard until just now, as far as is known.
 * @param session - as it was told of last
 * @param now - the present
 * @returns a session that goes on
 */
export function resumeSession(session: BfdSession, now: Instant): BfdSession {
  const isHeard = session.remote.discriminator !== 0;
  return {
    ...session,
    sentAt: undefined,
    transmitAt: transmitInterval(session) === undefined ? undefined : now,
    expiresAt: isHeard ? after(now, detectionTime(session)) : undefined,
  };
}

/** @returns whether nothing but timers has changed */
export function isSameSession(before: BfdSession, after: BfdSession): boolean {
  const one = before.remote;
  const other = after.remote;
  return (
    before.state === after.state &&
    before.diagnostic === after.diagnostic &&
    before.polling === after.polling &&
    before.settings === after.settings &&
    one.discriminator === other.discriminator &&
    one.state === other.state &&
    one.diagnostic === other.diagnostic &&
    one.desiredMinTx === other.desiredMinTx &&
    one.requiredMinRx === other.requiredMinRx &&
    one.detectMultiplier === other.detectMultiplier &&
    one.demand === other.demand
  );
}

/** @returns whether the other end has been silent for too long */
export function isExpired({ expiresAt }: BfdSession, now: Instant): boolean {
  return isDue(expiresAt, now);
}
