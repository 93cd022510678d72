import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSyslogSink } from '../../src/supervisor/log.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A syslog that can be shut and opened. */
function syslog() {
  const received: string[] = [];
  const it = {
    received,
    open: true,
    sink: createSyslogSink(3, (datagram) => {
      if (!it.open) throw new Error('EAGAIN');
      received.push(new TextDecoder().decode(datagram).split(': ')[1] ?? '');
    }),
    say: (text: string) => it.sink({ level: 'info', origin: 'supervisor', pid: 1, text }),
  };
  return it;
}

test('lines reach syslog in order', () => {
  const it = syslog();
  it.say('one');
  it.say('two');
  expect(it.received).toEqual(['one', 'two']);
});

test('each of several lines that came together is a datagram of its own', () => {
  const it = syslog();
  it.sink({ level: 'info', origin: 'ipvs', pid: 2, lines: 'one\ntwo' });
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
  expect(it.received).toEqual(['one', 'two', 'three']);
});

test('while nobody listens at most a thousand lines are kept, the newest', () => {
  const it = syslog();
  it.open = false;
  for (let i = 0; i < 1500; i += 1) it.say(String(i));
  it.open = true;
  vi.advanceTimersByTime(200);
  expect([it.received.length, it.received[0], it.received.at(-1)]).toEqual([1000, '500', '1499']);
});
