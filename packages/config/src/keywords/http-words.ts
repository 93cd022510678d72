import { integer, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';

/** Statuses of HTTP, both included. */
interface StatusRange {
  readonly first: number;
  readonly last: number;
}

const LIMITS = { min: 100, max: 599 };
const RANGE = /^([0-9]{3})(?:-([0-9]{3}))?$/;

/** `200` or `200-299`. */
export const STATUS_CODES: Argument<StatusRange> = {
  placeholder: 'N|N-N',
  limit: `${LIMITS.min}–${LIMITS.max} or a range such as 200-299`,
  schema: { type: 'string', pattern: '^[1-5][0-9]{2}(-[1-5][0-9]{2})?$' },
  data: ({ first, last }) => (first === last ? String(first) : `${first}-${last}`),
  read(text) {
    const match = RANGE.exec(text);
    const range = { first: Number(match?.[1]), last: Number(match?.[2] ?? match?.[1]) };
    const right =
      range.first >= LIMITS.min && range.last <= LIMITS.max && range.first <= range.last;
    return right
      ? { ok: true, value: range }
      : { ok: false, code: 'INVALID_STATUS_CODE', limit: this.limit };
  },
};

/** The MD5 sum of a body, which genhash prints. */
export const DIGEST: Argument<string> = {
  placeholder: 'DIGEST',
  limit: '32 hex digits',
  schema: { type: 'string', pattern: '^[0-9a-f]{32}$' },
  data: (value) => value,
  read: (text) =>
    /^[0-9a-fA-F]{32}$/.test(text)
      ? { ok: true, value: text.toLowerCase() }
      : { ok: false, code: 'INVALID_DIGEST', limit: '32 hex digits', hint: 'genhash prints it' },
};

const COUNT = integer({ min: 0, max: 0xffff_ffff });

/** keepalived says nothing of a number that is none, and takes 0. */
export const OFFSET: Argument<number> = {
  ...COUNT,
  read(text) {
    const reading = COUNT.read(text);
    return reading.ok ? reading : { ok: true, value: 0 };
  },
};

/**
 * Says of numbers that are none that they count as 0.
 * @param call - a statement of one offset or two
 */
export function noteOffsets(call: Call): void {
  for (const word of call.arguments.slice(0, 2)) {
    const reading = COUNT.read(word.text);
    if (reading.ok) continue;
    call.complain(reading.code, `${call.keyword} must be ${reading.limit}; 0 is used`, {
      at: word,
      severity: 'note',
    });
  }
}
