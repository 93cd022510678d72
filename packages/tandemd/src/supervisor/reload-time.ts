const DATE = /^(\d\d|\d{4})-(\d\d)-(\d\d) (.*)$/;
const TIME = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(Z?)$/;

/** Year, month from 0, and day. */
type Day = readonly [year: number, month: number, day: number];

/**
 * @param text - `HH:MM:SS`, with `YY-MM-DD ` or `YYYY-MM-DD ` before it or not, with `Z` for UTC
 *   after it or not
 * @param nowMs - since 1970
 * @returns the first such moment after that, in milliseconds since 1970; undefined: there is none
 * @see keepalived.conf(5) reload_time_file
 */
export function reloadTime(text: string, nowMs: number): number | undefined {
  const [, year, month, day, rest = text] = DATE.exec(text) ?? [];
  const match = TIME.exec(rest);
  if (match === null) return undefined;
  const [hour, minute, second] = match.slice(1, 4).map(Number) as [number, number, number];
  const isUtc = match[4] === 'Z';
  const on = ([y, m, d]: Day): number =>
    isUtc ? Date.UTC(y, m, d, hour, minute, second) : +new Date(y, m, d, hour, minute, second);
  const days = year === undefined ? daysFrom(nowMs, isUtc) : dayOf([year, month, day].map(Number));
  return days.map(on).find((moment) => moment > nowMs);
}

/** Today and tomorrow. */
function daysFrom(nowMs: number, isUtc: boolean): Day[] {
  const now = new Date(nowMs);
  const [y, m, d]: Day = isUtc
    ? [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()]
    : [now.getFullYear(), now.getMonth(), now.getDate()];
  return [
    [y, m, d],
    [y, m, d + 1],
  ];
}

/** None where the calendar has no such day. */
function dayOf([shortYear = 0, month = 0, day = 0]: readonly number[]): Day[] {
  const year = shortYear < 100 ? 2000 + shortYear : shortYear;
  const there = new Date(Date.UTC(year, month - 1, day));
  const exists = there.getUTCMonth() === month - 1 && there.getUTCDate() === day;
  return exists ? [[year, month - 1, day]] : [];
}
