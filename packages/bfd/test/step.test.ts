import { instant, milliseconds, ZERO, type Duration } from '@tandem/time';
import { expect, test } from 'vitest';
import { SESSION_STATES, type SessionStateName } from '../src/control-packet.ts';
import {
  createSession,
  detectionTime,
  isSameSession,
  jittered,
  resumeSession,
  sessionDeadline,
  transmitInterval,
  type BfdSession,
} from '../src/session.ts';
import { stepSession, type BfdEvent, type BfdStep } from '../src/step.ts';
import { heard, Link, sentBy, settingsOf, stepAt, upSession } from './sessions.ts';

const ms = milliseconds;

/** Intervals of both directions. */
function every(rx: Duration, tx: Duration): { requiredMinRx: Duration; desiredMinTx: Duration } {
  return { requiredMinRx: rx, desiredMinTx: tx };
}

function isSending({ session }: BfdStep): boolean {
  return session.transmitAt !== undefined;
}

function linked(): Link {
  const link = new Link(
    { ...every(ms(50), ms(60)), detectMultiplier: 3 },
    { ...every(ms(100), ms(80)), detectMultiplier: 4 },
  );
  link.do(0, { type: 'start' });
  link.do(1, { type: 'start' });
  return link;
}

test('RFC 5880 §6.2: each state hears each state as its figure says', () => {
  const after: Record<string, SessionStateName> = {};
  for (const own of ['Down', 'Init', 'Up'] as const) {
    for (const state of SESSION_STATES) {
      const session = { ...upSession(), state: own };
      after[`${own} hears ${state}`] = stepAt(session, 1, heard({ state })).session.state;
    }
  }
  expect(after).toEqual({
    'Down hears AdminDown': 'Down',
    'Down hears Down': 'Init',
    'Down hears Init': 'Up',
    'Down hears Up': 'Down',
    'Init hears AdminDown': 'Down',
    'Init hears Down': 'Init',
    'Init hears Init': 'Up',
    'Init hears Up': 'Up',
    'Up hears AdminDown': 'Down',
    'Up hears Down': 'Down',
    'Up hears Init': 'Up',
    'Up hears Up': 'Up',
  });
});

test('RFC 5880 §6.2: two ends come up in three packets', () => {
  const link = linked();
  expect(link.ends.map(({ state }) => state)).toEqual(['Up', 'Up']);
  expect(link.changes(0)).toEqual([{ at: 0, up: true }]);
  expect(link.changes(1)).toEqual([{ at: 0, up: true }]);
});

test('RFC 5880 §6.8.1: a session begins down, and knows nothing of the other end', () => {
  const [packet] = sentBy(stepAt(createSession(settingsOf(), 1), 0, { type: 'start' }));
  expect(packet).toMatchObject({
    state: 'Down',
    diagnostic: 0,
    myDiscriminator: 1,
    yourDiscriminator: 0,
    poll: false,
    final: false,
    independent: false,
    demand: false,
    requiredMinEchoRx: ZERO,
  });
  expect(createSession(settingsOf(), 1).remote).toEqual({
    discriminator: 0,
    state: 'Down',
    diagnostic: 0,
    desiredMinTx: ZERO,
    requiredMinRx: milliseconds(0.001),
    detectMultiplier: 0,
    demand: false,
  });
});

test('the log tells of each state but Init, and why a session is down', () => {
  const told: string[] = [];
  let session = createSession(settingsOf(), 1);
  const at = (now: number, event: BfdEvent): void => {
    const step = stepAt(session, now, event);
    session = step.session;
    for (const each of step.effects) if (each.type === 'log') told.push(each.text);
  };
  const said = { detectMultiplier: 3, ...every(ms(10), ms(20)), final: true } as const;
  at(0, { type: 'start' });
  at(1, heard({ ...said, state: 'Down', diagnostic: 5 }));
  at(2, heard({ ...said, state: 'Init', diagnostic: 5 }));
  at(3, heard({ ...said, state: 'Up', diagnostic: 5 }));
  at(64, { type: 'timer' });
  expect(told).toEqual([
    '(B1) Entering Up state',
    '(B1) Starting poll sequence',
    '(B1) Expired after 60 ms (1000 usec overdue)',
    '(B1) Entering Down state (Local diagnostic - Control Detection Time Expired, Remote diagnostic - Path Down)',
  ]);
});

test('RFC 5880 §6.8.3: a session that wants to be slower than a packet a second is so when it is not up', () => {
  const started = stepAt(createSession(settingsOf({ desiredMinTx: ms(3000) }), 1), 0, {
    type: 'start',
  });
  expect(sentBy(started)[0]?.desiredMinTx).toBe(3000);
});

test('RFC 5880 §6.8.3: a session that is not up sends no more than one packet a second', () => {
  const { session, effects } = stepAt(createSession(settingsOf(), 1), 0, { type: 'start' });
  expect(sentBy({ effects })[0]?.desiredMinTx).toBe(1000);
  expect(session.transmitAt).toBe(875);
});

test('RFC 5880 §6.8.2: packets go at the slower pace of what one end sends and the other takes', () => {
  const link = linked();
  expect(link.ends.map(transmitInterval)).toEqual([100, 80]);
});

test('RFC 5880 §6.8.3: intervals that a session coming up has are confirmed by a poll', () => {
  const link = linked();
  const polls = link.sent(0).filter(({ packet }) => packet.poll);
  expect(polls.length).toBe(1);
  expect(link.sent(1).some(({ packet }) => packet.final && !packet.poll)).toBe(true);
  expect(link.ends.some(({ polling }) => polling)).toBe(false);
});

test('RFC 5880 §6.8.3: a poll is repeated until it is answered', () => {
  const link = new Link({}, {});
  link.do(0, { type: 'start' });
  link.do(1, { type: 'start' });
  link.loses[1] = true;
  link.do(0, { type: 'reconfigure', settings: settingsOf({ desiredMinTx: ms(20) }) });
  link.run(30);
  expect(link.ends[0].polling).toBe(true);
  expect(
    link
      .sent(0)
      .slice(-2)
      .map(({ packet }) => packet.poll),
  ).toEqual([true, true]);
  link.loses[1] = false;
  link.run(60);
  expect(link.ends[0]).toMatchObject({ polling: false, state: 'Up' });
});

test('RFC 5880 §6.8.3: a packet that answers no poll does not end one, nor do settings without another interval', () => {
  const polling = upSession();
  expect(polling.polling).toBe(true);
  expect(stepAt(polling, 1, heard({ state: 'Up' })).session.polling).toBe(true);
  const settings = settingsOf({ detectMultiplier: 7 });
  expect(stepAt(polling, 1, { type: 'reconfigure', settings })).toMatchObject({
    session: { polling: true },
    effects: [{ type: 'send', packet: { poll: true, detectMultiplier: 7 } }],
  });
});

test('RFC 5880 §6.8.3: a longer interval between packets counts only when the other end knows of it', () => {
  const changed = stepAt(upSession(), 1, {
    type: 'reconfigure',
    settings: settingsOf({ desiredMinTx: ms(300) }),
  });
  expect(sentBy(changed).at(-1)).toMatchObject({ desiredMinTx: 300, poll: true });
  expect(transmitInterval(changed.session)).toBe(10);
  const answer = { state: 'Up', final: true, requiredMinRx: ms(10) } as const;
  const agreed = stepAt(changed.session, 2, heard(answer)).session;
  expect(transmitInterval(agreed)).toBe(300);
});

test('RFC 5880 §6.8.3: a shorter detection time counts only when the other end knows of it', () => {
  const slow = { requiredMinRx: ms(100) };
  const up = stepAt(upSession(slow), 1, heard({ state: 'Up', final: true, desiredMinTx: ms(10) }));
  expect(detectionTime(up.session)).toBe(500);
  const { session, effects } = stepAt(up.session, 2, {
    type: 'reconfigure',
    settings: settingsOf(),
  });
  expect(effects).toContainEqual({ type: 'log', text: '(B1) Starting poll sequence' });
  expect(detectionTime(session)).toBe(500);
  const said = { state: 'Up', final: true, desiredMinTx: ms(10) } as const;
  expect(detectionTime(stepAt(session, 3, heard(said)).session)).toBe(50);
});

test('RFC 5880 §6.8.3: intervals that ask more of this end count at once', () => {
  const up = stepAt(upSession(), 1, heard({ state: 'Up', final: true, ...every(ms(1), ms(10)) }));
  const settings = settingsOf(every(ms(40), ms(5)));
  const { session } = stepAt(up.session, 2, { type: 'reconfigure', settings });
  expect(transmitInterval(session)).toBe(5);
  expect(detectionTime(session)).toBe(200);
});

test('RFC 5880 §6.8.3: intervals of a session that is not up count at once, and without a poll', () => {
  const down = stepAt(createSession(settingsOf(), 1), 0, { type: 'start' }).session;
  const settings = settingsOf({ idleTx: ms(5000), requiredMinRx: ms(70) });
  const { session, effects } = stepAt(down, 1, { type: 'reconfigure', settings });
  expect(session).toMatchObject({ polling: false, inForce: every(ms(70), ms(5000)) });
  expect(sentBy({ effects }).map(({ poll }) => poll)).toEqual([false]);
});

test('nothing is sent before it is due', () => {
  const session = upSession();
  expect(stepAt(session, (session.transmitAt ?? 0) - 1, { type: 'timer' }).effects).toEqual([]);
});

test('RFC 5880 §6.8.4: the detection time is the slower pace times the multiplier of the other end', () => {
  expect(linked().ends.map(detectionTime)).toEqual([320, 300]);
});

test('RFC 5880 §6.8.4: an end that hears nothing goes down when the detection time is over', () => {
  const link = linked();
  link.run(1000);
  link.loses[1] = true;
  const lost = link.sent(1).at(-1)?.at ?? 0;
  link.run(2000);
  expect(link.ends[0]).toMatchObject({ state: 'Down', remote: { discriminator: 0 } });
  const [, down] = link.changes(0);
  expect(down).toEqual({ at: lost + 320, up: false });
  const [packet] = link.sent(0).filter(({ at }) => at === down?.at);
  expect(packet?.packet).toMatchObject({ state: 'Down', diagnostic: 1, yourDiscriminator: 0 });
});

test('RFC 5880 §6.8.4: an end that is coming up and hears nothing more goes down', () => {
  const down = stepAt(createSession(settingsOf(), 1), 0, { type: 'start' }).session;
  const { session } = stepAt(down, 1, heard({ detectMultiplier: 3, desiredMinTx: ms(10) }));
  expect(session.state).toBe('Init');
  expect(stepAt(session, 31, { type: 'timer' }).session).toMatchObject({
    state: 'Down',
    diagnostic: 1,
    remote: { discriminator: 0 },
  });
});

test('RFC 5880 §6.8.1: an end that is down forgets another that it hears no more, and says nothing of it', () => {
  const down = stepAt(upSession(), 1, heard({ state: 'AdminDown', detectMultiplier: 3 })).session;
  expect(down).toMatchObject({ state: 'Down', remote: { discriminator: 7 } });
  const { session, effects } = stepAt(down, 3001, { type: 'timer' });
  expect(session).toMatchObject({ state: 'Down', diagnostic: 3, expiresAt: undefined });
  expect(session.remote.discriminator).toBe(0);
  expect(effects.filter(({ type }) => type !== 'send')).toEqual([]);
});

test('a session comes up again when the other end is back', () => {
  const link = linked();
  link.loses[1] = true;
  link.run(2000);
  link.loses[1] = false;
  link.run(4000);
  expect(link.changes(0).map(({ up }) => up)).toEqual([true, false, true]);
  expect(link.ends.map(({ state, diagnostic }) => [state, diagnostic])).toEqual([
    ['Up', 0],
    ['Up', 0],
  ]);
});

test('RFC 5880 §6.8.6: an end that says it is down or switched off brings this end down', () => {
  for (const state of ['Down', 'AdminDown'] as const) {
    const step = stepAt(upSession(), 1, heard({ state }));
    expect(step.session).toMatchObject({ state: 'Down', diagnostic: 3 });
    expect(step.effects).toContainEqual({ type: 'changed', up: false });
  }
});

test('RFC 5880 §6.8.6: a session that is switched off hears nothing', () => {
  const { session } = stepAt(upSession(), 1, { type: 'stop' });
  const step = stepAt(session, 2, heard({ state: 'Up', poll: true }));
  expect(step).toEqual({ session, effects: [] });
});

test('RFC 5880 §6.8.6: a poll is answered at once, in any state', () => {
  for (const session of [upSession(), createSession(settingsOf(), 1)]) {
    const sent = sentBy(stepAt(session, 1, heard({ state: 'AdminDown', poll: true })));
    expect(sent.some(({ final, poll }) => final && !poll)).toBe(true);
  }
});

test('RFC 5880 §6.8.7: another state is told at once, and once where a poll is answered with it', () => {
  const down = stepAt(createSession(settingsOf(), 1), 0, { type: 'start' }).session;
  expect(sentBy(stepAt(down, 1, heard())).map(({ state }) => state)).toEqual(['Init']);
  const answered = sentBy(stepAt(down, 1, heard({ poll: true })));
  expect(answered.map(({ state, final }) => [state, final])).toEqual([['Init', true]]);
});

test('RFC 5880 §6.8.7: a packet that is heard leaves the time of the next one as it is', () => {
  const session = upSession();
  const event = heard({ state: 'Up', requiredMinRx: ms(10) });
  const step = stepSession(session, event, { now: instant(1), random: 0 });
  expect(step.session.transmitAt).toBe(session.transmitAt);
  expect(step.effects).toEqual([]);
});

test('RFC 5880 §6.8.7: chance shortens intervals by up to a quarter, and never to a whole one with multiplier 1', () => {
  expect([0, 0.999999].map((random) => Math.round(jittered(ms(100), 3, random)))).toEqual([
    75, 100,
  ]);
  expect([0, 0.999999].map((random) => Math.round(jittered(ms(100), 1, random)))).toEqual([75, 90]);
});

test('RFC 5880 §6.8.7: a passive end waits for the other to speak first', () => {
  const started = stepAt(createSession(settingsOf({ passive: true }), 1), 0, { type: 'start' });
  expect(started.effects).toEqual([]);
  expect(sessionDeadline(started.session)).toBeUndefined();
  const answered = stepAt(started.session, 5, heard());
  expect(sentBy(answered).map(({ state }) => state)).toEqual(['Init']);
});

test('RFC 5880 §6.8.7: a passive end falls silent when the other is gone', () => {
  const link = new Link({ passive: true }, {});
  link.do(0, { type: 'start' });
  link.do(1, { type: 'start' });
  link.loses[1] = true;
  link.run(5000);
  expect(link.ends[0].transmitAt).toBeUndefined();
  expect(stepAt(link.ends[0], 5000, { type: 'stop' }).effects).toEqual([]);
});

test('RFC 5880 §6.8.7: an end that takes no packets gets no periodic ones', () => {
  const { session } = stepAt(
    upSession(),
    1,
    heard({ state: 'Up', final: true, requiredMinRx: ZERO }),
  );
  expect(session.transmitAt).toBeUndefined();
});

test('RFC 5880 §6.6: an end in demand mode gets no periodic packets while both are up', () => {
  const { session } = stepAt(upSession(), 1, heard({ state: 'Up', final: true, demand: true }));
  expect(session.transmitAt).toBeUndefined();
});

test('RFC 5880 §6.6: an end in demand mode gets packets until both are up and no poll is unanswered', () => {
  const up = upSession();
  const demand = true;
  expect(isSending(stepAt(up, 1, heard({ state: 'Up', demand })))).toBe(true);
  expect(isSending(stepAt(up, 1, heard({ state: 'Init', final: true, demand })))).toBe(true);
  expect(isSending(stepAt(up, 1, heard({ state: 'Down', demand })))).toBe(true);
  const fresh = createSession(settingsOf(), 1);
  expect(isSending(stepAt(fresh, 1, heard({ state: 'Up', demand })))).toBe(true);
});

test('RFC 5880 §6.8.7: a passive end whose first packet answers a poll goes on from there', () => {
  const started = stepAt(createSession(settingsOf({ passive: true }), 1), 0, { type: 'start' });
  const { session } = stepAt(started.session, 5, heard({ poll: true }));
  expect(session.transmitAt).toBe(5 + 875);
});

test('RFC 5880 §6.8.7: an interval that becomes shorter counts from the last packet', () => {
  const slow = stepAt(upSession(), 1, heard({ state: 'Up', final: true, requiredMinRx: ms(1000) }));
  expect(slow.session.transmitAt).toBe(875);
  const fast = stepAt(slow.session, 10, heard({ state: 'Up', requiredMinRx: ms(100) }));
  expect(fast.session.transmitAt).toBe(87.5);
});

test('RFC 5880 §6.8.16: at stop the other end is told, and need not wait', () => {
  const link = linked();
  link.do(0, { type: 'stop' });
  expect(link.ends[1]).toMatchObject({ state: 'Down', diagnostic: 3 });
  expect(link.sent(0).at(-1)?.packet).toMatchObject({ state: 'AdminDown', diagnostic: 7 });
  expect(link.changes(0).at(-1)).toEqual({ at: 0, up: false });
});

test('RFC 5880 §6.8.16: any end that may speak says so at stop', () => {
  const stop = { type: 'stop' } as const;
  const fresh = createSession(settingsOf(), 1);
  expect(sentBy(stepAt(fresh, 0, stop)).map(({ state }) => state)).toEqual(['AdminDown']);
  const passive = upSession({ passive: true });
  expect(stepAt(passive, 1, stop).effects).toMatchObject([
    { type: 'send', packet: { state: 'AdminDown', poll: false } },
    { type: 'changed', up: false },
  ]);
});

test('RFC 5880 §6.8.7: an end that is switched off sends nothing, whatever its settings become', () => {
  const { session } = stepAt(upSession(), 1, { type: 'stop' });
  const settings = settingsOf({ desiredMinTx: ms(20) });
  const step = stepAt(session, 2, { type: 'reconfigure', settings });
  expect(step.effects).toEqual([]);
  expect(sessionDeadline(step.session)).toBeUndefined();
});

test('a session is told of when anything but a timer of it is another', () => {
  const session = upSession();
  const { remote } = session;
  const others: readonly Partial<BfdSession>[] = [
    { state: 'Down' },
    { diagnostic: 1 },
    { polling: !session.polling },
    { settings: settingsOf() },
    { remote: { ...remote, discriminator: 8 } },
    { remote: { ...remote, state: 'Up' } },
    { remote: { ...remote, diagnostic: 1 } },
    { remote: { ...remote, desiredMinTx: ms(11) } },
    { remote: { ...remote, requiredMinRx: ms(11) } },
    { remote: { ...remote, detectMultiplier: 6 } },
    { remote: { ...remote, demand: true } },
  ];
  const isSame = (changes: Partial<BfdSession>): boolean =>
    isSameSession(session, { ...session, ...changes });
  expect(others.filter(isSame)).toEqual([]);
  expect(isSame({ transmitAt: undefined, expiresAt: undefined, remote: { ...remote } })).toBe(true);
});

test('another process goes on with a session, and the other end notices nothing', () => {
  const link = linked();
  link.run(1000);
  const successor = resumeSession(link.ends[0], link.now);
  expect(successor).toMatchObject({ state: 'Up', expiresAt: 1320, transmitAt: 1000 });
  link.ends[0] = successor;
  link.run(3000);
  expect(link.changes(1)).toEqual([{ at: 0, up: true }]);
});

test('another process waits neither for nobody nor to speak first', () => {
  const passive = createSession(settingsOf({ passive: true }), 1);
  const { session } = stepAt(passive, 0, { type: 'start' });
  expect(sessionDeadline(resumeSession(session, instant(9)))).toBeUndefined();
  const active = stepAt(createSession(settingsOf(), 1), 0, { type: 'start' }).session;
  expect(resumeSession(active, instant(9))).toMatchObject({ transmitAt: 9, expiresAt: undefined });
});
