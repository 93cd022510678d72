import type { Argument } from '../argument.ts';

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
