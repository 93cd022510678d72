/**
 * Datagrams as the receiving socket delivers them. The first octet of the input is the TTL, and
 * says whether the packet gets the discriminator of the session, so that it is reached.
 */
import { instant } from '@tandem/time';
import { encodeControlPacket } from '../../src/control-packet.ts';
import { readDatagram } from '../../src/receive.ts';
import { createSession, sessionDeadline, type BfdSession } from '../../src/session.ts';
import { stepSession } from '../../src/step.ts';
import { ip, settingsOf, upSession } from '../sessions.ts';

const OURS = 1;
const SESSIONS: readonly BfdSession[] = [
  upSession(),
  createSession(settingsOf(), OURS),
  createSession(settingsOf({ passive: true, detectMultiplier: 1, ttlMin: 0 }), OURS),
];

/** @returns what each session made of it */
export function read(input: Uint8Array): readonly string[] {
  const [ttl = 0] = input;
  const bytes = input.slice(1);
  if ((ttl & 1) !== 0 && bytes.length >= 12) bytes.set([0, 0, 0, OURS], 8);
  return SESSIONS.map((session) => hear(session, ttl, bytes));
}

function hear(session: BfdSession, ttl: number, bytes: Uint8Array): string {
  const ends = { source: ip('10.0.0.2'), destination: ip('10.0.0.1'), port: 3784 };
  const result = readDatagram({ ...ends, ttl, bytes }, [session]);
  if (!result.ok) return result.reason;
  const { packet } = result;
  const moment = { now: instant(1), random: 0.5 };
  const step = stepSession(session, { type: 'received', packet }, moment);
  const deadline = sessionDeadline(step.session);
  if (deadline !== undefined && !(deadline >= 0)) throw new Error(`deadline ${deadline}`);
  // Two at the most: the answer to a poll, and what is news.
  const sent = step.effects.flatMap((each) => (each.type === 'send' ? [each.packet] : []));
  if (sent.length > 2) throw new Error(`${sent.length} packets for one`);
  if (sent.some((each) => encodeControlPacket(each).length !== 24)) throw new Error('length');
  if (sent.some(({ final, poll }) => final && poll)) throw new Error('both poll and final');
  const words = step.effects.map((each) => each.type).join(' ');
  return `${session.state} hears ${packet.state}: ${step.session.state} ${words}`;
}
