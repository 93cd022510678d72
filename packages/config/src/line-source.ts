import { parseDefinition, substitute, type Definitions } from './definitions.ts';
import { expandBraces } from './glob.ts';
import {
  changeIncludeChecks,
  includeProblem,
  parseInclude,
  reasonOf,
  type IncludeCheck,
  type IncludeLine,
} from './include-checks.ts';
import { commentStart } from './lexer.ts';
import { parseInteger } from './number.ts';
import { createRandom } from './random.ts';
import { findRepetition, readRepetition } from './repetition.ts';
import type { Report } from './report.ts';
import {
  Line,
  type Expansion,
  type FileReading,
  type SourceFile,
  type SourceReader,
  type UsedDefinition,
} from './source.ts';

/** Hears of each line, in order. */
type LineListener = (line: Line) => void;

/** Where a line begins. */
export type LinePlace = Pick<Line, 'file' | 'number' | 'source' | 'from'>;

/** Knows lines that need not be heard of any more. */
interface KnownLines {
  /** @returns false where there is no use in asking for them */
  mayBegin(source: string, from: number): boolean;
  /** @returns those that begin there, if they are known */
  at(place: LinePlace): { readonly text: string; readonly lines: number } | undefined;
}

/** A file with its text. */
type ReadableFile = Extract<SourceFile, { readonly text: string }>;

/** Files in one configuration, so that includes of includes end. */
const FILES_MAX = 10_000;

/** Files around a line; a hand-written file is at most a few levels down. */
const INCLUDE_DEPTH_MAX = 64;

/** Characters that a repeated line counts for beyond its own, so that no loop grows without end. */
const COPY_COST = 64;

/** What lines are read from and for, and who takes them. */
interface LineOrigin {
  readonly path: string;
  readonly reader: SourceReader;
  /** What `@ID` lines compare with. */
  readonly configId: string;
  /** Grow with what is read. */
  readonly definitions: Definitions;
  readonly listener: LineListener;
  /** Absent: nothing is known before it is read. */
  readonly known?: KnownLines | undefined;
}

/**
 * Turns files into lines. This is the stage where text becomes other text (includes, conditions,
 * definitions); nothing after it knows of files but by the lines' names.
 * @param source - main file, reader and what is known about the box
 * @param report - told about files that cannot be used
 * @returns paths that were read, in order
 */
export function readLines(source: LineOrigin, report: Report): readonly string[] {
  const expander = new Expander(source, report);
  const found = expandBraces(source.path).flatMap((each) => source.reader.read(each));
  if (found.length === 0) {
    report.addUnplaced({
      code: 'FILE_MISSING',
      severity: 'error',
      message: `Config files missing '${source.path}'.`,
      fatal: true,
    });
  }
  for (const file of found) expander.read(file);
  return expander.files;
}

interface UnfinishedDefinition {
  readonly name: string;
  readonly parts: string[];
  readonly line: Line;
}

/**
 * Of all at once: in a loop over the lines V8, once it has optimized that, looks from each line to
 * the end of the file, which takes seconds for a large one.
 */
function positionsOf(character: string, text: string): readonly number[] {
  const positions: number[] = [];
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1))
    positions.push(at);
  return positions;
}

/** @returns where the line ends that begins there, or goes on */
export function endOfLine(source: string, from: number): number {
  const at = source.indexOf('\n', from);
  return at < 0 ? source.length : at;
}

class Expander {
  readonly files: string[] = [];
  readonly #listener: LineListener;
  readonly #known: LineOrigin['known'];
  readonly #reader: SourceReader;
  readonly #configId: string;
  readonly #report: Report;
  readonly #definitions: Definitions;
  /** Files being read, outermost first. */
  readonly #open: string[] = [];
  readonly #seen = new Set<string>();
  /** The definition whose value goes on on the next line. */
  #unfinished: UnfinishedDefinition | undefined;
  /** Those around the line that is being expanded. */
  #repetitions: Expansion['repetitions'] = [];

  /** What a plain `include` insists on. */
  #checks: ReadonlySet<IncludeCheck> = new Set();

  constructor(source: LineOrigin, report: Report) {
    this.#listener = source.listener;
    this.#known = source.known;
    this.#reader = source.reader;
    this.#configId = source.configId;
    this.#report = report;
    this.#definitions = source.definitions;
  }

  read(file: SourceFile, includedBy?: Line): void {
    if (!isUsable(file, includedBy, this.#report)) return;
    this.#report.noteFile(file.path);
    this.files.push(file.path);
    this.#open.push(file.path);
    this.#definitions.values.set('_PWD', { text: directoryOf(file.path) });
    const around = this.#repetitions;
    // What repeats the include repeats none of the lines by itself.
    this.#repetitions = [];
    this.#split(file.text, { path: file.path, ...(includedBy && { includedBy }) });
    this.#repetitions = around;
    this.#open.pop();
    this.#definitions.values.set('_PWD', { text: directoryOf(this.#open.at(-1) ?? '') });
  }

  #split(source: string, file: FileReading): void {
    const dollars = positionsOf('$', source);
    let dollar = 0;
    let from = 0;
    for (let number = 1; from < source.length; number += 1) {
      const known = this.#mayBeKnown(source, from)
        ? this.#known?.at({ file, number, source, from })
        : undefined;
      if (known !== undefined) {
        number += known.lines - 1;
        from = endOfLine(source, from + known.text.length) + 1;
        continue;
      }
      const next = endOfLine(source, from);
      const to = next > from && source.charCodeAt(next - 1) === 0x0d ? next - 1 : next;
      while ((dollars[dollar] ?? to) < from) dollar += 1;
      const refers = (dollars[dollar] ?? to) < to;
      const line = new Line({ file, number, source, from, to });
      if (refers || this.#unfinished !== undefined || mayExpand(line)) this.#line(line);
      else this.#listener(line);
      from = next + 1;
    }
  }

  #mayBeKnown(source: string, from: number): boolean {
    return this.#unfinished === undefined && this.#known?.mayBegin(source, from) === true;
  }

  /** A line that may be more than it seems. */
  #line(line: Line): void {
    if (this.#unfinished !== undefined) {
      this.#continueDefinition(this.#unfinished, line);
      return;
    }
    const kept = this.#keep(line.text);
    if (kept === undefined) return;
    const definition = kept.includes('=') ? parseDefinition(withoutComment(kept)) : undefined;
    if (definition === undefined) {
      this.#expand(line, kept);
    } else if (definition.value.endsWith('\\')) {
      const first = definition.value.slice(0, -1).trim();
      this.#unfinished = { name: definition.name, parts: first === '' ? [] : [first], line };
    } else this.#definitions.values.set(definition.name, { text: definition.value, line });
  }

  #continueDefinition(unfinished: UnfinishedDefinition, line: Line): void {
    const goesOn = line.text.trimEnd().endsWith('\\');
    const text = withoutComment(line.text).trim();
    unfinished.parts.push(goesOn && text.endsWith('\\') ? text.slice(0, -1).trim() : text);
    if (goesOn) return;
    this.#definitions.values.set(unfinished.name, {
      text: unfinished.parts.join('\n'),
      line: unfinished.line,
    });
    this.#unfinished = undefined;
  }

  /** Repetition, substitution, and once more these and a condition, which a definition may hold. */
  #expand(line: Line, kept: string): void {
    if (findRepetition(kept) === undefined) this.#substitute(line, kept, []);
    else this.#repeat(line, kept, []);
  }

  #substitute(line: Line, kept: string, before: readonly UsedDefinition[]): void {
    if (!kept.includes('$')) {
      this.#emit(line, kept, before);
      return;
    }
    const end = commentStart(kept);
    const result = substitute(kept.slice(0, end), this.#definitions);
    if (!result.ok) {
      this.#complainLimit(line, result.limit);
      this.#emit(line, kept, before);
      return;
    }
    const used = [...before, ...result.used];
    const parts = result.text.split('\n');
    const last = parts.length - 1;
    for (const [i, part] of parts.entries()) {
      const text = this.#keep(i === last ? part + kept.slice(end) : part);
      if (text === undefined) continue;
      if (findRepetition(text) === undefined) this.#emit(line, text, used);
      else this.#repeat(line, text, used);
    }
  }

  /** `~SEQ` and `~LST`: what follows, once for each value; it may begin with another of them. */
  #repeat(line: Line, text: string, before: readonly UsedDefinition[]): void {
    const head = findRepetition(text);
    if (head === undefined) return;
    const place = { line: line.as(text), start: head.start, end: text.length };
    const inside = substitute(
      text.slice(head.open, Math.max(head.open, head.close)),
      this.#definitions,
    );
    const repetition =
      head.close < 0 || !inside.ok
        ? { problem: "its ')' is missing", hint: "add the ')'" }
        : readRepetition(head, inside.text);
    if ('problem' in repetition) {
      const message = `~${head.kind} repeats nothing: ${repetition.problem}`;
      this.#report.add('INVALID_REPETITION', message, { ...place, hint: repetition.hint });
      return;
    }
    const rest = text.slice(repetition.end);
    if (withoutComment(rest).trim() === '') return;
    const used = inside.ok ? [...before, ...inside.used] : before;
    const { values } = this.#definitions;
    const around = this.#repetitions;
    const hidden = repetition.names.map((name) => [name, values.get(name)] as const);
    for (const row of repetition.rows) {
      this.#definitions.budget -= rest.length + COPY_COST;
      if (this.#definitions.budget < 0) {
        this.#complainLimit(line, 'the lines that are repeated are too many');
        break;
      }
      const bound = repetition.names.map((name, i) => `${name}=${row[i] ?? ''}`).join(', ');
      this.#repetitions = [...around, { kind: head.kind, values: bound }];
      for (const [i, name] of repetition.names.entries()) values.set(name, { text: row[i] ?? '' });
      if (findRepetition(rest) === undefined) this.#substitute(line, rest, used);
      else this.#repeat(line, rest, used);
    }
    this.#repetitions = around;
    for (const [name, value] of hidden) {
      if (value === undefined) values.delete(name);
      else values.set(name, value);
    }
  }

  #complainLimit(line: Line, limit: string): void {
    const place = { line, start: Math.max(0, line.text.search(/[^ \t]/)), end: line.text.length };
    this.#report.add('EXPANSION_LIMIT', limit, place);
  }

  /** @returns the text with its condition blanked out, so that columns stay; undefined when it does not hold */
  #keep(text: string): string | undefined {
    const match = /^[ \t]*@(\^?)([^ \t]*)/.exec(text);
    if (match === null) return text;
    const [condition, not, id] = match;
    if ((id === this.#configId) === (not === '^')) return undefined;
    return ' '.repeat(condition.length) + text.slice(condition.length);
  }

  #emit(line: Line, text: string, definitions: readonly UsedDefinition[]): void {
    const include = parseInclude(text, withoutComment);
    const origin = line.text;
    const expansion = { origin, definitions, repetitions: this.#repetitions };
    const emitted = text === origin ? line : line.as(text, expansion);
    if (include !== undefined) {
      this.#include(emitted, include);
      return;
    }
    this.#listener(emitted);
    const switched = /^[ \t]*(include_check|random_seed)(?:[ \t]+(.*))?$/.exec(text);
    if (switched !== null) this.#switch(switched[1] ?? '', withoutComment(switched[2] ?? ''));
  }

  /** Two keywords of global_defs say how the lines after them are read. */
  #switch(keyword: string, text: string): void {
    const words = text.split(/[ \t{}]+/).filter((each) => each !== '');
    if (keyword === 'include_check') this.#checks = changeIncludeChecks(this.#checks, words).checks;
    else {
      const seed = parseInteger(words[0] ?? '');
      if (seed !== undefined) this.#definitions.random = createRandom(seed);
    }
  }

  #include(line: Line, include: IncludeLine): void {
    const { keyword, pattern } = include;
    const place = { line, start: line.text.indexOf(keyword), end: line.text.length };
    if (this.#open.length === INCLUDE_DEPTH_MAX) {
      const message = `includes are nested more than ${INCLUDE_DEPTH_MAX} deep`;
      this.#report.add('TOO_MANY_FILES', message, place);
      return;
    }
    const directory = directoryOf(line.file.path);
    const found = expandBraces(pattern).map((each) => this.#reader.read(each, directory));
    const files = found.flat();
    const where = pattern.startsWith('/') ? '' : ` in ${directory}`;
    const problem = includeProblem({ ...include, where }, this.#checks, found);
    if (problem !== undefined || files.length === 0) {
      const message = problem ?? `${keyword} finds no file '${pattern}'${where}`;
      const severity = problem === undefined ? 'note' : 'error';
      this.#report.add('INCLUDE_MISSING', message, { ...place, severity });
    }
    for (const file of files) {
      if (this.#open.includes(file.path)) {
        this.#report.add('INCLUDE_CYCLE', `${file.path} includes itself`, place);
      } else if (this.files.length >= FILES_MAX) {
        this.#report.add('TOO_MANY_FILES', `a configuration has at most ${FILES_MAX} files`, place);
        return;
      } else if (this.#charge(file)) this.read(file, line);
      else {
        this.#complainLimit(line, 'the files that are read again are too long');
        return;
      }
    }
  }

  /** A file that is read again counts like a repetition of its lines. */
  #charge(file: SourceFile): boolean {
    const again = this.#seen.has(file.path);
    this.#seen.add(file.path);
    if (again && 'text' in file) this.#definitions.budget -= costOf(file.text);
    return !again || this.#definitions.budget >= 0;
  }
}

const AT = 0x40;
const LETTER_I = 0x69;
const LETTER_R = 0x72;
const TILDE = 0x7e;

/** Most lines without a reference are what they seem: no condition, repetition or include. */
function mayExpand({ source, from, indent }: Line): boolean {
  const start = from + indent;
  const c = source.charCodeAt(start);
  if (c === LETTER_I) return source.startsWith('include', start);
  if (c === LETTER_R) return source.startsWith('random_', start);
  return c === AT || c === TILDE;
}

/**
 * @param text - whole lines
 * @returns whether all of them are what they seem, whatever stands before and around them
 */
export function isPlain(text: string): boolean {
  const hasNone = NOT_PLAIN.every((each) => !text.includes(each));
  return hasNone || !/\$|^[ \t]*(?:[@~]|include|random_)/m.test(text);
}

/** To look for each of these takes a tenth of the time that the expression takes. */
const NOT_PLAIN = ['$', '@', '~', 'include', 'random_'];

/** What it counts for to read a text once more. */
function costOf(text: string): number {
  let cost = text.length + COPY_COST;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) cost += COPY_COST;
  return cost;
}

function withoutComment(text: string): string {
  return text.slice(0, commentStart(text));
}

/** @returns the directory part of a path, `.` without one */
function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, Math.max(1, slash));
}

function isUsable(
  file: SourceFile,
  includedBy: Line | undefined,
  report: Report,
): file is ReadableFile {
  if ('text' in file) return true;
  if (file.problem === 'unreadable' && includedBy === undefined) {
    report.addUnplaced({
      code: 'FILE_UNREADABLE',
      severity: 'error',
      message: `Unable to read configuration file ${file.path}${reasonOf(file)}`,
      fatal: true,
    });
    return false;
  }
  const isUnreadable = file.problem === 'unreadable';
  const reason = isUnreadable ? reasonOf(file) : '';
  const message = `Configuration file '${file.path}' ${SKIPPED[file.problem]}${reason}; skipping it`;
  // What the daemon skips, too, is no mistake; of the other nobody knows what stands in it.
  const severity = isUnreadable ? 'error' : 'warning';
  const hint = file.problem === 'executable' ? `chmod a-x '${file.path}'` : undefined;
  if (includedBy === undefined) {
    report.addUnplaced({ code: 'FILE_SKIPPED', severity, message, ...(hint && { hint }) });
  } else {
    const { indent: start, text } = includedBy;
    report.add('FILE_SKIPPED', message, {
      line: includedBy,
      start,
      end: text.length,
      severity,
      hint,
    });
  }
  return false;
}

const SKIPPED = {
  directory: 'is a directory',
  'not a regular file': 'is not a regular non-executable file',
  executable: 'is not a regular non-executable file',
  unreadable: 'cannot be read',
} as const;
