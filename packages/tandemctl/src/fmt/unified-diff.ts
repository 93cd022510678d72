/** Lines that replace lines; `from` and `to` are 0-based and start where both texts agree. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const CONTEXT = 3;

/**
 * Shows how a text has been laid out anew, as `diff -u` does.
 * @param name - of the file, for both sides
 * @param before - any text
 * @param after - the same visible characters in the same order; blanks and line breaks differ
 * @returns the differences; empty without any
 */
export function unifiedDiff(name: string, before: string, after: string): string {
  const left = toLines(before);
  const right = toLines(after);
  const hunks = groupChanges(findChanges(left, right));
  if (hunks.length === 0) return '';
  return [`--- ${name}`, `+++ ${name}`, ...hunks.flatMap((hunk) => printHunk(hunk, left))]
    .map((line) => `${line}\n`)
    .join('');
}

function toLines(text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  else lines.push(`${lines.pop()}\n\\ No newline at end of file`);
  return lines;
}

/** Pairs up what holds the same visible characters, and names the stretches that differ. */
function findChanges(left: readonly string[], right: readonly string[]): readonly Change[] {
  const changes: Change[] = [];
  let from = 0;
  let to = 0;
  while (from < left.length || to < right.length) {
    if (left[from] === right[to]) {
      from += 1;
      to += 1;
      continue;
    }
    let meeting: Position = { left, right, i: from, j: to };
    do meeting = nextMeeting(meeting);
    while (left[meeting.i] !== right[meeting.j]);
    const { i, j } = meeting;
    changes.push({ from, to, before: left.slice(from, i), after: right.slice(to, j) });
    from = i;
    to = j;
  }
  return changes;
}

/** A place in both texts. */
interface Position {
  readonly left: readonly string[];
  readonly right: readonly string[];
  readonly i: number;
  readonly j: number;
}

/** @returns the next place before which both texts have equally many visible characters */
function nextMeeting({ left, right, i, j }: Position): Position {
  let lead = 0;
  do {
    const next = left[i];
    if (next !== undefined && (lead <= 0 || j === right.length)) {
      lead += visibleLength(next);
      i += 1;
    } else {
      lead -= visibleLength(right[j] ?? '');
      j += 1;
    }
  } while (lead !== 0 && (i < left.length || j < right.length));
  return { left, right, i, j };
}

function visibleLength(line: string): number {
  const [text = ''] = line.split('\n', 1);
  return text.replace(/\r$/, '').replaceAll(/[ \t]/g, '').length;
}

/** Changes that share context are shown together. */
function groupChanges(changes: readonly Change[]): readonly (readonly Change[])[] {
  const hunks: Change[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const change of changes) {
    if (change.from - end <= 2 * CONTEXT) hunks.at(-1)?.push(change);
    else hunks.push([change]);
    end = change.from + change.before.length;
  }
  return hunks;
}

function printHunk(hunk: readonly Change[], left: readonly string[]): readonly string[] {
  const [first] = hunk;
  if (first === undefined) return [];
  const lines: string[] = [];
  const start = Math.max(0, first.from - CONTEXT);
  let at = start;
  let grown = 0;
  for (const { from, before, after } of hunk) {
    lines.push(...left.slice(at, from).map((line) => ` ${line}`));
    lines.push(...before.map((line) => `-${line}`), ...after.map((line) => `+${line}`));
    at = from + before.length;
    grown += after.length - before.length;
  }
  const end = Math.min(left.length, at + CONTEXT);
  lines.push(...left.slice(at, end).map((line) => ` ${line}`));
  const length = end - start;
  const old = range(start, length);
  const fresh = range(start + first.to - first.from, length + grown);
  return [`@@ -${old} +${fresh} @@`, ...lines];
}

/** Counts from 1; of no lines, the line before is named. */
function range(start: number, length: number): string {
  return `${length === 0 ? start : start + 1},${length}`;
}
