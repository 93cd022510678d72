/** Sessions of tests, and two of them on a link of no length. */
import { parseIp, type IpAddress } from '@tandem/inet';
import { instant, milliseconds, type Instant } from '@tandem/time';
import type { ControlPacket } from '../src/control-packet.ts';
import { createSession, packetOf, sessionDeadline, type BfdSession } from '../src/session.ts';
import type { BfdSettings } from '../src/settings.ts';
import { stepSession, type BfdEffect, type BfdEvent, type BfdStep } from '../src/step.ts';

/** @returns an address that is one */
export function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (address === undefined) throw new TypeError(`not an address: ${text}`);
  return address;
}

/** A session to 10.0.0.2, as keepalived's defaults have it. */
export function settingsOf(changes: Partial<BfdSettings> = {}): BfdSettings {
  return {
    name: 'B1',
    neighbour: ip('10.0.0.2'),
    port: 3784,
    requiredMinRx: milliseconds(10),
    desiredMinTx: milliseconds(10),
    idleTx: milliseconds(1000),
    detectMultiplier: 5,
    passive: false,
    ttl: 255,
    ttlMin: 255,
    tells: { vrrp: true, checkers: true },
    ...changes,
  };
}

/** One step at a time, in the middle of what chance may say. */
export function stepAt(session: BfdSession, atMs: number, event: BfdEvent): BfdStep {
  return stepSession(session, event, { now: instant(atMs), random: 0.5 });
}

/** What the other end says, by default that it is down and knows nobody. */
export function heard(changes: Partial<ControlPacket> = {}): BfdEvent {
  const other = createSession(settingsOf(), 7);
  return { type: 'received', packet: { ...packetOf(other), ...changes } };
}

/** @returns the packets among effects */
export function sentBy({ effects }: Pick<BfdStep, 'effects'>): ControlPacket[] {
  return effects.flatMap((each) => (each.type === 'send' ? [each.packet] : []));
}

/** @returns a session that has come up at 0 with an end that wants 10 ms both ways */
export function upSession(changes: Partial<BfdSettings> = {}): BfdSession {
  const started = stepAt(createSession(settingsOf(changes), 1), 0, { type: 'start' }).session;
  const intervals = { desiredMinTx: milliseconds(10), requiredMinRx: milliseconds(10) };
  return stepAt(
    started,
    0,
    heard({ state: 'Init', yourDiscriminator: 1, detectMultiplier: 5, ...intervals }),
  ).session;
}

/** What two ends did, and when. */
interface Happened {
  readonly at: Instant;
  readonly end: 0 | 1;
  readonly effect: BfdEffect;
}

/** Two ends whose packets arrive at once, unless they are lost. */
export class Link {
  readonly ends: [BfdSession, BfdSession];
  readonly log: Happened[] = [];
  now: Instant = instant(0);
  /** Whether what an end sends is lost. */
  readonly loses: [boolean, boolean] = [false, false];

  constructor(one: Partial<BfdSettings>, other: Partial<BfdSettings>) {
    this.ends = [createSession(settingsOf(one), 1), createSession(settingsOf(other), 2)];
  }

  /** Lets something happen to one end, and then all that follows at the same time. */
  do(end: 0 | 1, event: BfdEvent): void {
    const step = stepSession(this.ends[end], event, { now: this.now, random: 0.5 });
    this.ends[end] = step.session;
    for (const effect of step.effects) this.log.push({ at: this.now, end, effect });
    const other = end === 0 ? 1 : 0;
    for (const packet of sentBy(step))
      if (!this.loses[end]) this.do(other, { type: 'received', packet });
  }

  /** @param untilMs - where time goes on to */
  run(untilMs: number): void {
    for (;;) {
      const [one, other] = this.ends.map((each) => sessionDeadline(each) ?? Infinity) as [
        number,
        number,
      ];
      const next = Math.min(one, other);
      if (next > untilMs) break;
      this.now = instant(Math.max(next, this.now));
      this.do(one <= other ? 0 : 1, { type: 'timer' });
    }
    this.now = instant(untilMs);
  }

  /** @returns when an end sent what */
  sent(end: 0 | 1): { readonly at: Instant; readonly packet: ControlPacket }[] {
    return this.log.flatMap(({ at, end: by, effect }) =>
      by === end && effect.type === 'send' ? [{ at, packet: effect.packet }] : [],
    );
  }

  /** @returns the moments at which an end came up or went down */
  changes(end: 0 | 1): { readonly at: Instant; readonly up: boolean }[] {
    return this.log.flatMap(({ at, end: by, effect }) =>
      by === end && effect.type === 'changed' ? [{ at, up: effect.up }] : [],
    );
  }
}
