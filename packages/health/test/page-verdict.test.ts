import { expect, test } from 'vitest';
import { judgePage, type Page, type UrlSettings } from '../src/index.ts';
import { DIGEST } from './settings.ts';

function verdict(url: Partial<UrlSettings>, page: Partial<Page>): string {
  const result = judgePage(
    { path: '/', statusCodes: [], ...url },
    { statusCode: 200, digest: DIGEST, bodyBytes: 44, contentLength: undefined, ...page },
  );
  return `${result.ok ? 'pass' : 'fail'} ${result.by}`;
}

test('without status codes any of 200–299 passes, also with a digest', () => {
  expect(verdict({}, { statusCode: 200 })).toBe('pass status');
  expect(verdict({}, { statusCode: 299 })).toBe('pass status');
  expect(verdict({}, { statusCode: 300 })).toBe('fail status');
  expect(verdict({}, { statusCode: undefined })).toBe('fail status');
  expect(verdict({ digest: DIGEST }, { statusCode: 404 })).toBe('fail status');
});

test('listed codes and ranges replace the default', () => {
  const statusCodes = [
    { first: 301, last: 301 },
    { first: 400, last: 404 },
  ];
  expect(verdict({ statusCodes }, { statusCode: 301 })).toBe('pass status');
  expect(verdict({ statusCodes }, { statusCode: 403 })).toBe('pass status');
  expect(verdict({ statusCodes }, { statusCode: 200 })).toBe('fail status');
});

test('a digest is compared after the status', () => {
  expect(verdict({ digest: DIGEST }, {})).toBe('pass digest');
  expect(verdict({ digest: DIGEST.toUpperCase() }, {})).toBe('pass digest');
  expect(verdict({ digest: DIGEST }, { digest: 'd41d8cd98f00b204e9800998ecf8427e' })).toBe(
    'fail digest',
  );
});

test('a failure says what was wanted', () => {
  const url = { path: '/x', statusCodes: [{ first: 200, last: 204 }] };
  const page = { statusCode: 404, digest: DIGEST, bodyBytes: 44, contentLength: 44 };
  expect(judgePage(url, page)).toMatchObject({ detail: '/x: status 404, wanted 200–204' });
  const several = { ...url, statusCodes: [...url.statusCodes, { first: 301, last: 301 }] };
  expect(judgePage(several, page)).toMatchObject({
    detail: '/x: status 404, wanted 200–204, 301',
  });
  expect(judgePage(url, { ...page, statusCode: undefined })).toMatchObject({
    detail: '/x: answer without an HTTP status line',
  });
  const digested = { path: '/x', statusCodes: [], digest: 'ff' };
  const found = { ...page, statusCode: 200 };
  const detail = `/x: digest ${DIGEST} of 44 bytes, wanted ff`;
  expect(judgePage(digested, found)).toMatchObject({ detail });
  expect(judgePage(digested, { ...found, change: 'other words' })).toMatchObject({
    detail: `${detail}; other words`,
  });
});

test('a regex is looked at last, and may be what must not be there', () => {
  const regex = { source: 'x', flags: 'u', utf: false, offsetMin: 0 };
  const judge = (found: boolean | 'too-slow', noMatch: boolean) =>
    judgePage(
      { path: '/', statusCodes: [], regex: { ...regex, noMatch } },
      { statusCode: 200, digest: DIGEST, bodyBytes: 1, contentLength: undefined, found },
    );
  expect(judge(true, false)).toEqual({ ok: true, by: 'regex' });
  expect(judge(false, true)).toEqual({ ok: true, by: 'regex' });
  expect(judge(false, false)).toEqual({ ok: false, by: 'regex', detail: '/: regex not found' });
  expect(judge(true, true)).toEqual({ ok: false, by: 'regex', detail: '/: regex found' });
  expect(judge('too-slow', true)).toMatchObject({ ok: false, by: 'regex' });
});
