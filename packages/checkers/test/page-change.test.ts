import { expect, test } from 'vitest';
import { httpGet } from '../src/index.ts';
import { describeChange, pageChange, rememberPage, type PageSample } from '../src/page-change.ts';
import { answer, httpProbe } from './server.ts';

const NEVER = new AbortController().signal;

function sample(body: string, ...headers: readonly string[]): PageSample {
  const header = ['HTTP/1.1 200 OK', ...headers].join('\r\n');
  return { header, body, bodyBytes: body.length };
}

test('status, length, headers and the first other byte are told, and what is new each time is not', () => {
  const before = sample('<p>It works</p>', 'Server: a', 'Date: today', 'ETag: "1"');
  const now = sample('<p>It worked</p>', 'Date: tomorrow', 'ETag: "2"', 'X-New: yes');
  expect(describeChange(before, now)).toBe(
    'length 15 → 16; ' +
      `server 'a' → ''; etag '"1"' → '"2"'; x-new '' → 'yes'; ` +
      `byte 10 of the body on 's</p>' → 'ed</p>'`,
  );
  const other = { ...before, header: before.header.replace('200 OK', '203 Else') };
  expect(describeChange(before, other)).toContain(`status 'HTTP/1.1 200 OK' → 'HTTP/1.1 203 Else'`);
});

test('a difference beyond the part that is kept is said to be there', () => {
  const before = { ...sample('x'.repeat(8192)), bodyBytes: 9000 };
  expect(describeChange(before, { ...before, bodyBytes: 9001 })).toBe(
    'length 9000 → 9001; the first 8192 bytes of the body are the same',
  );
});

test('control characters do not get into a log, and nothing long does', () => {
  const text = describeChange(
    sample('a', 'X: 1'),
    sample(
      `\u001b[31m\n${'y'.repeat(9000)}`,
      ...Array.from({ length: 500 }, (_, i) => `H${i}: ${'z'.repeat(99)}`),
    ),
  );
  expect(text).toMatch(/^[ -~→]+$/);
  expect(text.length).toBeLessThan(500);
  expect(text).toContain('498 more headers');
});

test('only so many pages are kept, the ones that were seen last', () => {
  for (let i = 0; i < 300; i += 1) rememberPage(`d${i}`, sample(String(i)));
  rememberPage('d100', sample('100'));
  for (let i = 300; i < 500; i += 1) rememberPage(`d${i}`, sample(String(i)));
  expect(pageChange('d0', sample('x'))).toBeUndefined();
  expect(pageChange('d100', sample('x'))).toContain(`'100' → 'x'`);
});

test('a page of another digest comes with what has changed, once there has been a good one', async () => {
  const digest = 'c7b4690c8c46625ef0f328cd7a24a0a3';
  const good = '<html><body><h1>It works!</h1></body></html>';
  const get = async (body: string): Promise<string | undefined> => {
    const port = await answer(`HTTP/1.0 200 OK\r\nServer: x\r\n\r\n${body}`);
    const result = await httpGet(httpProbe(port, { digest }), { signal: NEVER });
    return result.ok ? result.page?.change : result.detail;
  };
  expect(await get(good.replace('works', 'fails'))).toBeUndefined();
  expect(await get(good)).toBeUndefined();
  expect(await get(good.replace('works', 'fails'))).toBe(
    `since the last good page: byte 19 of the body on 'works!</h1></body></html' → 'fails!</h1></body></html'`,
  );
});
