import { expect, test } from 'vitest';
import {
  eachLine,
  formatConsoleLines,
  formatSyslogLine,
  type LogLine,
} from '../../src/supervisor/log-line.ts';

const line: LogLine = {
  level: 'info',
  origin: 'vrrp',
  pid: 42,
  text: '(ETH0) Entering MASTER STATE',
};
const when = new Date(2026, 10, 5, 9, 1, 7);

test('the console shows the local time as keepalived does', () => {
  expect(formatConsoleLines([line], when)).toBe(
    'Thu Nov  5 09:01:07 2026: (ETH0) Entering MASTER STATE\n',
  );
});

test('several lines that came together are as they are one by one, on the console and elsewhere', () => {
  const texts = ['one', '', '$& \tab', 'a\u001B[2J\u0000\r', 'five'];
  const { text: _, ...source } = line;
  const several = { ...source, tag: 'x', lines: texts.join('\n') };
  const each = texts.map((text) => ({ ...source, tag: 'x', text }));
  expect(eachLine(several)).toEqual(each);
  expect(formatConsoleLines([line, several, line], when)).toBe(
    formatConsoleLines([line, ...each, line], when),
  );
});

test('RFC 3164 §4.1: syslog gets priority, time, process and text', () => {
  expect(formatSyslogLine(line, when, 3)).toBe(
    '<30>Nov  5 09:01:07 Keepalived_vrrp[42]: (ETH0) Entering MASTER STATE',
  );
  expect(formatSyslogLine({ ...line, level: 'err' }, when, 16)).toMatch(/^<131>/);
});

test.each([
  ['supervisor', undefined, 'Keepalived[42]'],
  ['ipvs', '', 'Keepalived_healthcheckers[42]'],
  ['bfd', 'foo', 'Keepalived_bfd_foo[42]'],
  ['vrrp', 'ns1_foo', 'Keepalived_vrrp_ns1_foo[42]'],
] as const)('syslog knows %s of the daemon %s as keepalived has it: %s', (origin, tag, ident) => {
  const tagged = { ...line, origin, ...(tag !== undefined && { tag }) };
  expect(formatSyslogLine(tagged, when, 3)).toContain(` 09:01:07 ${ident}: `);
});

test('text from outside cannot forge a line or drive a terminal', () => {
  const text = 'a\nFri Nov 20: forged\u001B[2J\u007F\ttab';
  expect(formatConsoleLines([{ ...line, text }], when)).toBe(
    'Thu Nov  5 09:01:07 2026: a\\x0aFri Nov 20: forged\\x1b[2J\\x7f\ttab\n',
  );
});
