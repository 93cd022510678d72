/**
 * Answers of web servers. The first byte of the input says in which pieces the rest comes, which must
 * make no difference, and whether a regular expression is looked for, which takes much longer.
 */
import { PageReader } from '../../src/page-reader.ts';

const SEARCHED = 0xf8;
/** Once a page was empty, all others are told from it. */
const OF_NOTHING = 'd41d8cd98f00b204e9800998ecf8427e';
const REGEX = {
  source: 'OK|fo+$',
  flags: '',
  utf: false,
  noMatch: false,
  offsetMin: 3,
  offsetMax: 200,
};

/** @returns what the page is like */
export function read(input: Uint8Array): readonly string[] {
  const [size = 0] = input;
  const answer = input.subarray(1);
  const regex = size >= SEARCHED ? REGEX : undefined;
  const judged = { ...(regex && { regex }), digest: OF_NOTHING };
  const page = pageOf(new PageReader(judged), answer, size % 17);
  const whole = pageOf(new PageReader(judged), answer, 0);
  if (!isSame(page, whole)) throw new Error('the pieces matter');
  if ('reason' in page) return [page.reason];
  const { statusCode = 0, contentLength = -1, bodyBytes, found } = page;
  const digits = String(contentLength).length;
  return [
    `status ${Math.floor(statusCode / 100)}`,
    `length of ${digits} digits, ${Math.sign(bodyBytes - contentLength)}`,
    `found ${found}`,
  ];
}

type Result = ReturnType<PageReader['finish']>;

/** On a busy machine any search may come to its limit of time. */
function isSame(a: Result, b: Result): boolean {
  const isLate = [a, b].some((result) => 'found' in result && result.found === 'too-slow');
  return isLate || JSON.stringify(a) === JSON.stringify(b);
}

function pageOf(reader: PageReader, answer: Uint8Array, size: number): Result {
  const step = size === 0 ? Math.max(1, answer.length) : size;
  for (let at = 0; at < answer.length; at += step) {
    const failed = reader.read(answer.subarray(at, at + step));
    if (failed !== undefined) return failed;
  }
  return reader.finish();
}
