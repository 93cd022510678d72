/** From a command line to what is wanted. */
import { COMMANDS, type CommandName, type IpvsCommand } from './command-table.ts';
import { emptyDraft, type Draft } from './draft.ts';
import type { Names } from './names.ts';
import { OPTIONS, type IpvsOption, type OptionName } from './option-table.ts';
import { timeoutSeconds } from './option-values.ts';
import { flagBits } from './scheduler-flags.ts';
import { FAILED, IpvsUsageError } from './usage-error.ts';
import { readWords } from './words.ts';

/** A command with its options, none of which is out of place. */
export interface IpvsRequest {
  readonly command: CommandName;
  readonly given: ReadonlySet<OptionName>;
  readonly draft: Readonly<Draft>;
  /** What follows --start-daemon and --stop-daemon. */
  readonly role?: string;
  /** What follows --set: whole seconds. */
  readonly timeouts: readonly number[];
}

type Row = IpvsCommand | IpvsOption;

const ROWS: readonly Row[] = [...COMMANDS, ...OPTIONS];
const TIMEOUT_COUNT = 3;

/**
 * @param words - without the program's name; the first one is the command
 * @param names - resolves hosts and ports
 * @param program - what to type for the help
 * @throws IpvsUsageError in ipvsadm's words
 */
export async function readRequest(
  words: readonly string[],
  names: Names,
  program: string,
): Promise<IpvsRequest> {
  const { command, value, word, rest } = readCommand(words, program);
  const count = command.name === 'set' ? TIMEOUT_COUNT : 0;
  const timeouts = readTimeouts(words.slice(1, 1 + count), count);
  const { options, operands } = readWords<Row>(rest.slice(count), ROWS, word);
  const given = new Set<OptionName>();
  const draft = emptyDraft();
  for (const each of options) {
    const { row } = each;
    if ('needs' in row) throw new IpvsUsageError(`invalid option \`${each.written}'`);
    note(row, given);
    await row.read?.(draft, each.value ?? '', names);
  }
  const [extra] = operands;
  if (extra !== undefined) throw new IpvsUsageError(`unexpected argument ${extra}`);
  // Flags that do not fit the scheduler are told first.
  flagBits(draft.schedulerFlags, draft.scheduler);
  checkBelongs(command, given);
  if (command.name === 'list') checkListing(given);
  return {
    command: command.name,
    given,
    draft,
    timeouts,
    ...(value !== undefined && { role: value }),
  };
}

interface Beginning {
  readonly command: IpvsCommand;
  readonly value: string | undefined;
  /** Its own word, which it may share with other options; empty when these have none of it. */
  readonly word: string;
  readonly rest: readonly string[];
}

function readCommand(words: readonly string[], program: string): Beginning {
  const [first = '', ...rest] = words;
  const [name = '', given] = first.split(/=(.*)/s);
  const isShort = /^-[^-]/.test(first);
  const command = COMMANDS.find(({ short, long }) =>
    isShort ? short === first.charAt(1) : `--${long}` === name,
  );
  if (command !== undefined && isShort) {
    return { command, value: undefined, word: first, rest };
  }
  const takesNext = command?.argument !== undefined && given === undefined;
  const value = takesNext ? rest[0] : given;
  if (command !== undefined && (value !== undefined) === (command.argument !== undefined)) {
    return { command, value, word: '', rest: takesNext ? rest.slice(1) : rest };
  }
  const help = `Try \`${program} -h' or '${program} --help' for more information.`;
  throw new IpvsUsageError(help, FAILED);
}

function readTimeouts(words: readonly string[], count: number): readonly number[] {
  if (words.length < count || words.some((word) => word.startsWith('-'))) {
    throw new IpvsUsageError('--set option requires 3 timeout values');
  }
  return words.map((word) => timeoutSeconds(word, 0));
}

function note({ name, isHarmless }: IpvsOption, given: Set<OptionName>): void {
  if (given.has(name) && isHarmless !== true) {
    throw new IpvsUsageError(`multiple '${name}' options specified`);
  }
  given.add(name);
}

function checkBelongs(command: IpvsCommand, given: ReadonlySet<OptionName>): void {
  const { needs, takes } = command;
  for (const { name, isHarmless } of OPTIONS) {
    if (needs.includes(name) && !given.has(name)) {
      throw new IpvsUsageError(
        `You need to supply the '${name}' option for the '${command.name}' command`,
      );
    }
    const fits = isHarmless === true || needs.includes(name) || takes.includes(name);
    if (given.has(name) && !fits) {
      throw new IpvsUsageError(`Illegal '${name}' option with the '${command.name}' command`);
    }
  }
}

/** Each lists something else than those before it. */
const LISTINGS: readonly OptionName[] = ['connection', 'service-address', 'timeout', 'daemon'];

/** Listings that are not of services, and what changes only a listing of services. */
const WITHOUT_COLUMNS: readonly (readonly [OptionName, readonly OptionName[]])[] = [
  ['connection', ['stats', 'rate', 'thresholds']],
  ['timeout', ['stats', 'rate', 'thresholds', 'persistent-conn']],
  ['daemon', ['stats', 'rate', 'thresholds', 'persistent-conn']],
];

function checkListing(given: ReadonlySet<OptionName>): void {
  const [first, second] = LISTINGS.filter((name) => given.has(name));
  if (first !== undefined && second !== undefined) {
    throw new IpvsUsageError(
      `The option '${second}' conflicts with the '${first}' option in the 'list' command`,
    );
  }
  const conflict = WITHOUT_COLUMNS.some(
    ([listing, columns]) => given.has(listing) && columns.some((name) => given.has(name)),
  );
  if (conflict) throw new IpvsUsageError('options conflicts in the list command');
}
