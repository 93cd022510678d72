import type { Page } from './probe.ts';
import type { UrlSettings } from './check-settings.ts';

/** What a page is judged by. */
export type PageTest = 'status' | 'digest' | 'regex';

/** What was right or wrong with a page. */
export type PageVerdict =
  | { readonly ok: true; readonly by: PageTest }
  | { readonly ok: false; readonly by: PageTest; readonly detail: string };

const ANY_SUCCESS: UrlSettings['statusCodes'] = [{ first: 200, last: 299 }];

/**
 * Status first, then digest, then regex; with only a digest configured the status must still be 200–299.
 * @param url - what is expected
 * @param page - what came
 * @returns the verdict, with the last test passed or the first one failed
 * @see inventory §4.7
 */
export function judgePage(url: UrlSettings, page: Page): PageVerdict {
  const ranges = url.statusCodes.length === 0 ? ANY_SUCCESS : url.statusCodes;
  const code = page.statusCode;
  if (code === undefined)
    return { ok: false, by: 'status', detail: `${url.path}: answer without an HTTP status line` };
  if (!ranges.some(({ first, last }) => code >= first && code <= last))
    return {
      ok: false,
      by: 'status',
      detail: `${url.path}: status ${code}, wanted ${formatRanges(ranges)}`,
    };
  if (url.digest !== undefined && page.digest !== url.digest.toLowerCase())
    return {
      ok: false,
      by: 'digest',
      detail:
        `${url.path}: digest ${page.digest} of ${page.bodyBytes} bytes, wanted ${url.digest}` +
        (page.change === undefined ? '' : `; ${page.change}`),
    };
  if (url.regex !== undefined) return judgeMatch(url, url.regex.noMatch, page);
  return { ok: true, by: url.digest === undefined ? 'status' : 'digest' };
}

function judgeMatch({ path }: UrlSettings, noMatch: boolean, { found }: Page): PageVerdict {
  const by = 'regex';
  if (found === 'too-slow')
    return { ok: false, by, detail: `${path}: to look for the regex took too long` };
  if (found !== noMatch) return { ok: true, by };
  return { ok: false, by, detail: `${path}: regex ${noMatch ? 'found' : 'not found'}` };
}

function formatRanges(ranges: UrlSettings['statusCodes']): string {
  return ranges
    .map(({ first, last }) => (first === last ? String(first) : `${first}–${last}`))
    .join(', ');
}
