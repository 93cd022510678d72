import type { RegexSettings } from '@tandem/health';
import { expect, test } from 'vitest';
import { find } from '../src/find.ts';
import { httpGet } from '../src/index.ts';
import { answer, httpProbe } from './server.ts';

const HELLO: RegexSettings = {
  source: 'hello',
  flags: 'u',
  utf: false,
  noMatch: false,
  offsetMin: 0,
};

function found(text: string | Buffer, changes: Partial<RegexSettings> = {}) {
  return find({ ...HELLO, ...changes }, Buffer.from(text));
}

test('an expression is found where it begins within the limits', () => {
  expect(found('say hello')).toBe(true);
  expect(found('say hullo')).toBe(false);
  expect(found('say hello', { offsetMin: 4 })).toBe(true);
  expect(found('say hello', { offsetMin: 5 })).toBe(false);
  expect(found('say hello', { offsetMax: 4 })).toBe(true);
  expect(found('say hello', { offsetMax: 3 })).toBe(false);
  expect(found('say hello', { offsetMin: 100 })).toBe(false);
});

test('without utf a byte is a character, with it offsets still count bytes', () => {
  expect(found('grün', { source: 'gr.n' })).toBe(false);
  expect(found('grün', { source: 'gr..n' })).toBe(true);
  expect(found('grün', { source: 'gr.n', utf: true })).toBe(true);
  expect(found('üü hello', { utf: true, offsetMin: 5, offsetMax: 5 })).toBe(true);
  expect(found('üü hello', { utf: true, offsetMax: 4 })).toBe(false);
  expect(found(Buffer.of(0xff, 0xfe, 0x68), { utf: true })).toBe(false);
});

test('an expression that takes ages is given up', () => {
  const start = process.cpuUsage();
  expect(found(`${'a'.repeat(60)}b`, { source: '(a+)+$' })).toBe('too-slow');
  expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
  expect(found('say hello')).toBe(true);
});

async function search(source: string, ...pieces: readonly string[]) {
  const probe = httpProbe(await answer(...pieces), { regex: { ...HELLO, source } });
  const result = await httpGet(probe, { signal: new AbortController().signal });
  return result.ok && result.page?.found;
}

test('header and body are searched, however the answer is cut, up to a megabyte', async () => {
  const page = ['HTTP/1.0 200 OK\r\nServer: x\r\n\r\nsay hel', 'lo', '\n'];
  expect(await search('hello', ...page)).toBe(true);
  expect(await search('Server: x', ...page)).toBe(true);
  expect(await search('\\r\\n\\r\\nsay', ...page)).toBe(true);
  expect(await search('never', ...page)).toBe(false);
  const filler = 'x'.repeat(1024 * 1024);
  expect(await search('late', 'HTTP/1.0 200 OK\r\n\r\n', filler, 'late')).toBe(false);
});
