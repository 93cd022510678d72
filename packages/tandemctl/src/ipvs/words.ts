/** Reads a command line as popt(3) does, which ipvsadm is made with. */
import { FAILED, IpvsUsageError } from './usage-error.ts';

/** How an option is spelt, and whether a value belongs to it. */
export interface Spelling {
  /** One letter. */
  readonly short?: string;
  readonly long: string;
  /** Optional: the next word, unless it begins with a dash. */
  readonly argument?: 'required' | 'optional';
}

/** An option as it occurs. */
interface Occurrence<Row extends Spelling> {
  readonly row: Row;
  readonly value: string | undefined;
  /** The whole word. */
  readonly written: string;
}

/** The options of a command line and what stands between them, each in its order. */
export interface ReadWords<Row extends Spelling> {
  readonly options: readonly Occurrence<Row>[];
  readonly operands: readonly string[];
}

/**
 * Short options may share a word (`-Ln`) and have their value in it (`-w3`, `-w=3`); long ones are
 * not abbreviated; after `--` nothing is an option.
 * @param words - without the program's name
 * @param rows - the options there are
 * @param command - a word whose first letter has been read already
 * @throws IpvsUsageError
 */
export function readWords<Row extends Spelling>(
  words: readonly string[],
  rows: readonly Row[],
  command = '',
): ReadWords<Row> {
  const queue = [...words];
  const options = shortOptions(command, queue, { rows, from: 2 });
  const operands: string[] = [];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--') return { options, operands: [...operands, ...queue] };
    if (word.startsWith('--')) options.push(longOption(word, queue, rows));
    else if (word.startsWith('-') && word !== '-')
      options.push(...shortOptions(word, queue, { rows, from: 1 }));
    else operands.push(word);
  }
  return { options, operands };
}

function longOption<Row extends Spelling>(
  word: string,
  queue: string[],
  rows: readonly Row[],
): Occurrence<Row> {
  const [name = '', ...rest] = word.slice(2).split('=');
  const given = word.includes('=') ? rest.join('=') : undefined;
  const row = rows.find((each) => each.long === name);
  if (row === undefined) throw unknown(word);
  return { row, value: valueOf(row, given, { word, queue }), written: word };
}

function shortOptions<Row extends Spelling>(
  word: string,
  queue: string[],
  { rows, from }: { readonly rows: readonly Row[]; readonly from: number },
): Occurrence<Row>[] {
  const found: Occurrence<Row>[] = [];
  for (let at = from; at < word.length; at += 1) {
    const row = rows.find((each) => each.short === word.charAt(at));
    if (row === undefined) throw unknown(word);
    const rest = word.slice(at + 1);
    const takesRest = row.argument !== undefined || rest.startsWith('=');
    const given = takesRest && rest !== '' ? rest.replace(/^=/, '') : undefined;
    found.push({ row, value: valueOf(row, given, { word, queue }), written: word });
    if (takesRest) break;
  }
  return found;
}

interface Place {
  readonly word: string;
  readonly queue: string[];
}

function valueOf(row: Spelling, given: string | undefined, place: Place): string | undefined {
  const { word, queue } = place;
  if (row.argument === undefined) {
    if (given !== undefined) throw failed(`${word}: option does not take an argument`);
    return undefined;
  }
  if (given !== undefined) return given;
  if (row.argument === 'optional' && (queue[0] ?? '-').startsWith('-')) return undefined;
  const next = queue.shift();
  if (next === undefined) throw failed(`${word}: missing argument`);
  return next;
}

function unknown(word: string): IpvsUsageError {
  return failed(`${word}: unknown option`);
}

function failed(message: string): IpvsUsageError {
  return new IpvsUsageError(message, FAILED);
}
