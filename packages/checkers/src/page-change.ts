/**
 * What is different about a page whose digest is wrong. All servers with one digest have had one
 * page, so that the last good one is kept once for all of them.
 */

/** The beginning of an answer. */
export interface PageSample {
  /** Status line and header lines, without the empty one. */
  readonly header: string;
  /** First bytes, each a character. */
  readonly body: string;
  readonly bodyBytes: number;
}

/** Of a body; what comes after it is not compared. */
export const SAMPLE_BYTES_MAX = 8192;
const PAGES_MAX = 256;
const HEADERS_SHOWN_MAX = 3;
const VALUE_SHOWN_MAX = 40;
const BODY_SHOWN_MAX = 24;

/** By digest, the one that was seen last at the end. */
const good = new Map<string, PageSample>();

/**
 * Keeps the last page that was right.
 * @param digest - its own
 * @param sample - of it
 */
export function rememberPage(digest: string, sample: PageSample): void {
  good.delete(digest);
  good.set(digest, sample);
  const [oldest] = good.keys();
  if (good.size > PAGES_MAX && oldest !== undefined) good.delete(oldest);
}

/**
 * @param digest - the one that was wanted
 * @param sample - of the page that came
 * @returns what is different, for people; undefined when no page has had that digest yet
 */
export function pageChange(digest: string, sample: PageSample): string | undefined {
  const before = good.get(digest);
  return before && `since the last good page: ${describeChange(before, sample)}`;
}

/**
 * @param before - a page
 * @param now - another one
 * @returns status, length, headers and the first byte that are different
 */
export function describeChange(before: PageSample, now: PageSample): string {
  const [oldStatus = '', ...oldHeaders] = before.header.split('\r\n');
  const [status = '', ...headers] = now.header.split('\r\n');
  const parts = [
    ...(oldStatus === status ? [] : [turned('status', oldStatus, status)]),
    ...(before.bodyBytes === now.bodyBytes
      ? []
      : [`length ${before.bodyBytes} → ${now.bodyBytes}`]),
    ...headerChanges(oldHeaders, headers),
    bodyChange(before.body, now.body),
  ];
  return parts.join('; ');
}

function headerChanges(oldLines: readonly string[], lines: readonly string[]): readonly string[] {
  const [before, now] = [valuesOf(oldLines), valuesOf(lines)];
  const names = [...new Set([...before.keys(), ...now.keys()])];
  const changed = names.filter((name) => before.get(name) !== now.get(name));
  const shown = changed
    .slice(0, HEADERS_SHOWN_MAX)
    .map((name) => turned(name, before.get(name) ?? '', now.get(name) ?? ''));
  const more = changed.length - shown.length;
  return more > 0 ? [...shown, `${more} more headers`] : shown;
}

/** Without those that every answer has anew, or that follow from its length. */
function valuesOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (name !== '' && name !== 'date' && name !== 'content-length')
      values.set(name, line.slice(colon + 1).trim());
  }
  return values;
}

function bodyChange(before: string, now: string): string {
  const shorter = Math.min(before.length, now.length);
  let at = 0;
  while (at < shorter && before[at] === now[at]) at += 1;
  if (at === shorter && before.length === now.length)
    return `the first ${at} bytes of the body are the same`;
  const part = (text: string): string => text.slice(at, at + BODY_SHOWN_MAX);
  return turned(`byte ${at} of the body on`, part(before), part(now));
}

function turned(what: string, before: string, now: string): string {
  return `${what} '${printable(before)}' → '${printable(now)}'`;
}

function printable(text: string): string {
  return text.slice(0, VALUE_SHOWN_MAX).replaceAll(/[^ -~]/g, '.');
}
