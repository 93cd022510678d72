import { seconds } from '@tandem/time';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SyslogSink } from '../../src/supervisor/syslog-sink.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lines that the sink keeps. */
const KEPT = 10_000;

/** A syslog that can be shut and opened, or takes only so many lines at a time. */
function syslog() {
  const received: string[] = [];
  const complaints: string[] = [];
  const it = {
    received,
    complaints,
    open: true,
    /** Takes so many more; somebody has to make room. */
    room: Infinity,
    why: 'EAGAIN',
    sink: new SyslogSink(3, {
      send: (datagram) => {
        if (!it.open || it.room === 0) throw Object.assign(new Error(it.why), { code: it.why });
        it.room -= 1;
        received.push(new TextDecoder().decode(datagram).replace(/^.*?\]: /, ''));
      },
      complain: (text) => complaints.push(text),
    }),
    say: (text: string) => it.sink.write({ level: 'info', origin: 'supervisor', pid: 1, text }),
    sayMany: (count: number) => {
      for (let i = 0; i < count; i += 1) it.say(String(i));
    },
  };
  return it;
}

test('lines reach syslog in order', () => {
  const it = syslog();
  it.say('one');
  it.say('two');
  expect([it.received, it.complaints]).toEqual([['one', 'two'], []]);
});

test('each of several lines that came together is a datagram of its own', () => {
  const it = syslog();
  it.sink.write({ level: 'info', origin: 'ipvs', pid: 2, lines: 'one\ntwo' });
  expect(it.received).toEqual(['one', 'two']);
});

test('what syslog does not take is kept, and sent before later lines', () => {
  const it = syslog();
  it.open = false;
  it.say('one');
  it.say('two');
  it.open = true;
  it.say('three');
  vi.advanceTimersByTime(200);
  expect([it.received, it.complaints]).toEqual([['one', 'two', 'three'], []]);
});

test('of more lines than are kept the newest are, and syslog is told in their place how many are not', () => {
  const it = syslog();
  it.open = false;
  it.sayMany(KEPT + 500);
  expect(it.complaints).toEqual([
    `/dev/log takes no lines of log and ${KEPT} wait: dropping the oldest`,
  ]);
  it.open = true;
  vi.advanceTimersByTime(200);
  const told = '500 lines of log were dropped here: /dev/log did not take them';
  expect(it.received.slice(0, 2)).toEqual([told, '500']);
  expect([it.received.length, it.received.at(-1)]).toEqual([KEPT + 1, String(KEPT + 499)]);
  expect(it.complaints.slice(1)).toEqual([told]);
});

test('lines that are dropped another time are counted anew', () => {
  const it = syslog();
  for (const more of [3, 5]) {
    it.open = false;
    it.sayMany(KEPT + more);
    it.open = true;
    vi.advanceTimersByTime(200);
  }
  expect(it.received.filter((each) => each.includes('dropped'))).toEqual([
    '3 lines of log were dropped here: /dev/log did not take them',
    '5 lines of log were dropped here: /dev/log did not take them',
  ]);
});

test('a syslog that takes some lines at a time is offered more soon', () => {
  const it = syslog();
  it.room = 0;
  it.sayMany(200);
  it.room = 10;
  vi.advanceTimersByTime(200);
  for (let i = 1; i < 20; i += 1) {
    it.room = 10;
    vi.advanceTimersByTime(5);
  }
  expect(it.received.length).toBe(200);
});

test('at the end lines that are left are waited for', async () => {
  const it = syslog();
  it.open = false;
  it.say('last');
  let closed = false;
  const closing = it.sink.close(seconds(2)).then(() => (closed = true));
  await vi.advanceTimersByTimeAsync(1000);
  expect(closed).toBe(false);
  it.open = true;
  await vi.advanceTimersByTimeAsync(200);
  await closing;
  expect([it.received, it.complaints]).toEqual([['last'], []]);
});

test('at the end nobody waits longer than the limit, and what is lost is told where it can be', async () => {
  const it = syslog();
  it.open = false;
  it.sayMany(KEPT + 7);
  const closing = it.sink.close(seconds(2));
  await vi.advanceTimersByTimeAsync(2000);
  await closing;
  expect(it.complaints.at(-1)).toBe(
    `${KEPT + 7} lines of log are lost: /dev/log did not take them`,
  );
});

test('at the end nobody waits for a syslog that is not there, or goes meanwhile', async () => {
  const it = syslog();
  Object.assign(it, { open: false, why: 'ENOENT' });
  it.say('one');
  await it.sink.close(seconds(2));
  expect(it.complaints).toEqual(['1 lines of log are lost: /dev/log did not take them']);
  const other = syslog();
  other.open = false;
  other.say('one');
  const closing = other.sink.close(seconds(2));
  other.why = 'ECONNREFUSED';
  await vi.advanceTimersByTimeAsync(200);
  await closing;
  expect(other.complaints).toEqual(['1 lines of log are lost: /dev/log did not take them']);
});

test('at the end nothing is waited for when all lines are gone', async () => {
  const it = syslog();
  it.say('last');
  await it.sink.close(seconds(2));
  expect([it.received, it.complaints]).toEqual([['last'], []]);
});
