import type { BfdSession, BfdSettings, Datagram } from '@tandem/bfd';
import { milliseconds, ManualClock } from '@tandem/time';
import { expect, test, vi } from 'vitest';
import { ip, settingsOf } from '../../../bfd/test/sessions.ts';
import { BfdProcess } from '../../src/bfd/bfd-process.ts';
import type { FromChild, ToChild } from '../../src/ipc.ts';
import { settings } from '../settings.ts';
import { ManualAlarm } from '../vrrp/manual-alarm.ts';

const OPTIONS = { logDetail: 0, keepAddresses: false, keepIpvs: false };

/** A process on one end of a link. */
class End {
  readonly told: FromChild[] = [];
  readonly alarm = new ManualAlarm();
  readonly #receivers = new Map<string, (datagram: Datagram) => void>();
  readonly process: BfdProcess;
  /** Where its packets go. */
  other: End | undefined;
  sent = 0;
  refuses: string | undefined;

  constructor(clock: ManualClock, seed: number) {
    let state = seed;
    this.process = new BfdProcess({
      clock,
      // Other numbers each time, and others at each end.
      random: () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647,
      openAlarm: (ring) => this.alarm.open(ring),
      openReceiver: (family, port, heard) => {
        if (this.refuses !== undefined) throw new Error(this.refuses);
        const place = `${family} ${port}`;
        this.#receivers.set(place, heard);
        return { close: () => void this.#receivers.delete(place) };
      },
      openSender: ({ neighbour, source, port, ttl }) => ({
        send: (bytes) => {
          this.sent += 1;
          const datagram = { source: source ?? ip('10.0.0.9'), destination: neighbour };
          this.other?.hear({ ...datagram, port, ttl, bytes });
        },
        close: () => undefined,
      }),
      send: (message) => this.told.push(message),
    });
  }

  get places(): string[] {
    return [...this.#receivers.keys()];
  }

  /** What it has told of sessions, in order. */
  get states(): string[] {
    return this.told.flatMap((each) =>
      each.type === 'bfd-state' ? [`${each.name} ${each.up ? 'up' : 'down'}`] : [],
    );
  }

  get sessions(): readonly BfdSession[] {
    this.process.receive({ type: 'status-wanted' });
    return this.told.findLast((each) => each.type === 'bfd-status')?.sessions ?? [];
  }

  get problems(): readonly string[] {
    this.process.receive({ type: 'status-wanted' });
    return this.told.findLast((each) => each.type === 'bfd-status')?.problems ?? [];
  }

  hear(datagram: Datagram): void {
    this.#receivers.get(`4 ${datagram.port}`)?.(datagram);
  }

  start(
    bfdSessions: readonly BfdSettings[],
    more: Partial<ToChild & { type: 'start' }> = {},
  ): void {
    const message = {
      type: 'start',
      settings: settings({ bfdSessions }),
      options: OPTIONS,
    } as const;
    this.process.receive({ ...message, ...more });
  }

  reload(bfdSessions: readonly BfdSettings[]): void {
    this.process.receive({ type: 'reload', settings: settings({ bfdSessions }) });
  }
}

const ONE = settingsOf({ source: ip('10.0.0.1'), neighbour: ip('10.0.0.2') });
const OTHER = settingsOf({ name: 'B2', source: ip('10.0.0.2'), neighbour: ip('10.0.0.1') });

function link(): { clock: ManualClock; one: End; other: End } {
  const clock = new ManualClock(1);
  const [one, other] = [new End(clock, 1), new End(clock, 2)];
  one.other = other;
  other.other = one;
  return { clock, one, other };
}

function connected(): ReturnType<typeof link> {
  const ends = link();
  ends.one.start([ONE]);
  ends.other.start([OTHER]);
  return ends;
}

test('a session is told of as down at the start, and as up when the other end is there', () => {
  const { one, other } = connected();
  expect(one.states).toEqual(['B1 down', 'B1 up']);
  expect(other.states.at(-1)).toBe('B2 up');
  expect(one.told[0]).toEqual({ type: 'bfd-state', name: 'B1', up: false });
});

test('a reload that changes nothing sends nothing, and one of intervals keeps the session up', () => {
  const { one, other } = connected();
  const before = one.sent;
  one.reload([ONE]);
  expect(one.sent).toBe(before);
  one.reload([{ ...ONE, desiredMinTx: milliseconds(50) }]);
  expect(one.states.filter((each) => each === 'B1 down')).toHaveLength(1);
  expect(other.states).not.toContain('B1 down');
  expect(other.states.at(-1)).toBe('B2 up');
});

test('a session that is removed is told of to the other end, and to those who follow it', () => {
  const { one, other } = connected();
  one.reload([]);
  expect(one.states.at(-1)).toBe('B1 down');
  expect(other.states.at(-1)).toBe('B2 down');
  expect(one.places).toEqual([]);
  expect(one.sessions).toEqual([]);
});

test('at stop the other end is told', () => {
  const { one, other } = connected();
  one.process.receive({ type: 'stop' });
  expect(other.states.at(-1)).toBe('B2 down');
  expect(other.sessions[0]?.remote.state).toBe('AdminDown');
});

test('sessions of one family and port share a socket', () => {
  const { one } = link();
  const more = { ...ONE, name: 'B3', neighbour: ip('10.0.0.3') };
  const far = { ...ONE, name: 'B4', neighbour: ip('10.9.0.3'), port: 4784 };
  const ipv6 = settingsOf({ name: 'B6', neighbour: ip('2001:db8::2') });
  one.start([ONE, more, far, ipv6]);
  expect(one.places).toEqual(['4 3784', '4 4784', '6 3784']);
});

test('a port that another program has is logged, and tried again at a reload', () => {
  const { one, other } = link();
  one.refuses = 'EADDRINUSE';
  one.start([ONE]);
  other.start([OTHER]);
  const text = 'cannot hear BFD on UDP port 3784: Error: EADDRINUSE';
  expect(one.told).toContainEqual({ type: 'log', level: 'err', text });
  one.refuses = undefined;
  one.reload([ONE]);
  expect(one.places).toEqual(['4 3784']);
});

test('a successor goes on with the sessions of a process that died, and nobody notices', () => {
  const { clock, one, other } = connected();
  const memory = one.sessions;
  const successor = new End(clock, 3);
  successor.other = other;
  other.other = successor;
  successor.start([ONE], { bfdSessions: memory });
  clock.advance(milliseconds(20));
  successor.alarm.ring();
  expect(successor.states).toEqual(['B1 up']);
  expect(other.states.at(-1)).toBe('B2 up');
  expect(successor.sessions[0]?.discriminator).toBe(memory[0]?.discriminator);
});

function replaced(): { clock: ManualClock; successor: End; memory: readonly BfdSession[] } {
  const { clock, one } = connected();
  const memory = one.sessions;
  const successor = new End(clock, 3);
  successor.start([ONE], { bfdSessions: memory, bfdStates: { B1: true } });
  return { clock, successor, memory };
}

function pass(clock: ManualClock, ms: number, end: End): void {
  clock.advance(milliseconds(ms));
  end.alarm.ring();
}

test('of a session that the death of a process has brought down nobody hears, if it comes up', async () => {
  const { clock, successor } = replaced();
  pass(clock, 60, successor);
  await vi.waitFor(() => expect(successor.sessions[0]?.state).toBe('Down'), 10_000);
  const other = new End(clock, 4);
  other.other = successor;
  successor.other = other;
  other.start([OTHER]);
  expect(successor.sessions[0]?.state).toBe('Up');
  pass(clock, 4000, successor);
  expect(successor.states).toEqual(['B1 up', 'B1 up']);
});

test('a session that does not come up in three seconds after the death of a process is down', async () => {
  const { clock, successor } = replaced();
  pass(clock, 60, successor);
  await vi.waitFor(() => expect(successor.sessions[0]?.state).toBe('Down'), 10_000);
  expect(successor.states).toEqual(['B1 up']);
  pass(clock, 3000, successor);
  await vi.waitFor(() => expect(successor.states).toEqual(['B1 up', 'B1 down']), 10_000);
});

test('a process that dies again in these seconds has told of nothing, either', async () => {
  const { clock, successor } = replaced();
  pass(clock, 60, successor);
  await vi.waitFor(() => expect(successor.sessions[0]?.state).toBe('Down'), 10_000);
  const next = new End(clock, 5);
  next.start([ONE], { bfdSessions: successor.sessions, bfdStates: { B1: true } });
  expect(next.states).toEqual([]);
});

test('packets that count for nothing are logged once, and a problem until one counts', () => {
  const { one, other } = link();
  one.start([ONE]);
  const near = { ...OTHER, ttl: 64 };
  other.start([near]);
  other.reload([{ ...near, desiredMinTx: milliseconds(50) }]);
  other.reload([{ ...near, detectMultiplier: 7 }]);
  const text = 'BFD packets of 10.0.0.2 are dropped: TTL 64, at least 255 wanted; see max_hops';
  const logged = (): string[] => one.told.flatMap((each) => (each.type === 'log' ? each.text : []));
  expect(logged()).toEqual([text]);
  expect(one.problems).toEqual([expect.stringMatching(/^BFD packets of 10.0.0.2 .* \([2-9]\)$/)]);
  other.reload([OTHER]);
  expect(one.problems).toEqual([]);
});

test('of a few senders that have no session the log has a word, and of no more of them', () => {
  const { one, other } = connected();
  for (let host = 10; host < 60; host += 1) {
    const source = ip(`10.0.0.${host}`);
    other.start([{ ...OTHER, name: `C${host}`, source }]);
    other.reload([]);
  }
  const logged = one.told.filter((each) => each.type === 'log' && each.text.includes('no session'));
  expect(logged).toHaveLength(16);
  expect(one.problems).toEqual([]);
});
