import { createDefinitions, parseDefinition, substitute, type Definitions } from './definitions.ts';
import { commentStart } from './lexer.ts';
import type { Report } from './report.ts';
import type { Line, SourceFile, SourceReader } from './source.ts';

/** What the line stage hands to the parser. */
export interface LineSource {
  readonly lines: readonly Line[];
  /** Paths that were read, in order. */
  readonly files: readonly string[];
}

/** A file with its text. */
type ReadableFile = Extract<SourceFile, { readonly text: string }>;

/** Files in one configuration, so that includes of includes end. */
const FILES_MAX = 10_000;

/** The include keywords, and when finding nothing is an error. */
const INCLUDES: ReadonlyMap<string, (pattern: string) => boolean> = new Map([
  ['include', () => false],
  ['includer', () => false],
  ['includem', () => true],
  ['includew', (pattern: string) => /[*?[]/.test(pattern)],
  ['includeb', (pattern: string) => pattern.includes('{')],
  ['includea', () => true],
]);

/**
 * Turns files into lines. This is the stage where text becomes other text (includes, conditions,
 * definitions); nothing after it knows of files but by the lines' names.
 * @param source - main file, reader and the id that `@ID` lines compare with
 * @param report - told about files that cannot be used
 * @returns all lines in order
 */
export function readLines(
  source: { readonly path: string; readonly reader: SourceReader; readonly configId: string },
  report: Report,
): LineSource {
  const expander = new Expander(source, report);
  const found = source.reader.read(source.path);
  if (found.length === 0) {
    report.addUnplaced({
      code: 'FILE_MISSING',
      severity: 'error',
      message: `Config files missing '${source.path}'.`,
      fatal: true,
    });
  }
  for (const file of found) expander.read(file);
  return expander;
}

class Expander implements LineSource {
  readonly lines: Line[] = [];
  readonly files: string[] = [];
  readonly #reader: SourceReader;
  readonly #configId: string;
  readonly #report: Report;
  readonly #definitions: Definitions;
  /** Files being read, outermost first. */
  readonly #open: string[] = [];
  /** The definition whose value goes on on the next line. */
  #unfinished: { readonly name: string; readonly parts: string[] } | undefined;

  constructor(
    source: { readonly reader: SourceReader; readonly configId: string },
    report: Report,
  ) {
    this.#reader = source.reader;
    this.#configId = source.configId;
    this.#report = report;
    this.#definitions = createDefinitions(source.configId);
  }

  read(file: SourceFile): void {
    if (!isUsable(file, this.#report)) return;
    this.#report.noteFile(file.path);
    this.files.push(file.path);
    this.#open.push(file.path);
    this.#definitions.values.set('_PWD', directoryOf(file.path));
    this.#split(file);
    this.#open.pop();
    this.#definitions.values.set('_PWD', directoryOf(this.#open.at(-1) ?? ''));
  }

  #split({ path, text }: ReadableFile): void {
    let start = 0;
    let number = 1;
    while (start < text.length) {
      const found = text.indexOf('\n', start);
      const next = found < 0 ? text.length : found;
      const end = next > start && text.charCodeAt(next - 1) === 0x0d ? next - 1 : next;
      this.#line({ file: path, number, text: text.slice(start, end) });
      number += 1;
      start = next + 1;
    }
  }

  #line(line: Line): void {
    if (this.#unfinished !== undefined) {
      this.#continueDefinition(this.#unfinished, line);
      return;
    }
    if (isPlain(line.text)) {
      this.lines.push(line);
      return;
    }
    const definition = line.text.includes('=')
      ? parseDefinition(withoutComment(line.text))
      : undefined;
    if (definition === undefined) {
      this.#expand(line);
    } else if (definition.value.endsWith('\\')) {
      const first = definition.value.slice(0, -1).trim();
      this.#unfinished = { name: definition.name, parts: first === '' ? [] : [first] };
    } else this.#definitions.values.set(definition.name, definition.value);
  }

  #continueDefinition(
    unfinished: { readonly name: string; readonly parts: string[] },
    line: Line,
  ): void {
    const goesOn = line.text.trimEnd().endsWith('\\');
    const text = withoutComment(line.text).trim();
    unfinished.parts.push(goesOn && text.endsWith('\\') ? text.slice(0, -1).trim() : text);
    if (goesOn) return;
    this.#definitions.values.set(unfinished.name, unfinished.parts.join('\n'));
    this.#unfinished = undefined;
  }

  /** Condition, substitution, and once more the condition, which a definition may hold. */
  #expand(line: Line): void {
    const kept = this.#keep(line.text);
    if (kept === undefined) return;
    if (!kept.includes('$')) {
      this.#emit(line, kept);
      return;
    }
    const end = commentStart(kept);
    const result = substitute(kept.slice(0, end), this.#definitions);
    if (!result.ok) {
      const place = { line, start: line.text.indexOf('$'), end: line.text.length };
      this.#report.add('EXPANSION_LIMIT', result.limit, place);
      this.#emit(line, kept);
      return;
    }
    const parts = result.text.split('\n');
    const last = parts.length - 1;
    for (const [i, part] of parts.entries()) {
      const text = this.#keep(i === last ? part + kept.slice(end) : part);
      if (text !== undefined) this.#emit(line, text);
    }
  }

  /** @returns the text with its condition blanked out, so that columns stay; undefined when it does not hold */
  #keep(text: string): string | undefined {
    const match = /^[ \t]*@(\^?)([^ \t]*)/.exec(text);
    if (match === null) return text;
    const [condition, not, id] = match;
    if ((id === this.#configId) === (not === '^')) return undefined;
    return ' '.repeat(condition.length) + text.slice(condition.length);
  }

  #emit(line: Line, text: string): void {
    const include = /^[ \t]*(include[rmwba]?)[ \t]+([^ \t].*)$/.exec(text);
    const emitted: Line =
      text === line.text ? line : { file: line.file, number: line.number, text, origin: line.text };
    if (include === null) this.lines.push(emitted);
    else this.#include(emitted, include[1] ?? '', withoutComment(include[2] ?? '').trim());
  }

  #include(line: Line, keyword: string, pattern: string): void {
    const start = line.text.indexOf(keyword);
    const place = { line, start, end: line.text.length };
    const found = this.#reader.read(pattern, directoryOf(line.file));
    if (found.length === 0) {
      const severity = INCLUDES.get(keyword)?.(pattern) ? 'error' : 'note';
      const message = `${keyword} finds no file '${pattern}' in ${directoryOf(line.file)}`;
      this.#report.add('INCLUDE_MISSING', message, { ...place, severity });
    }
    for (const file of found) {
      if (this.#open.includes(file.path)) {
        this.#report.add('INCLUDE_CYCLE', `${file.path} includes itself`, place);
      } else if (this.files.length >= FILES_MAX) {
        this.#report.add('TOO_MANY_FILES', `a configuration has at most ${FILES_MAX} files`, place);
        return;
      } else this.read(file);
    }
  }
}

/** Most lines are: no definition, condition, reference or include can be in them. */
function isPlain(text: string): boolean {
  if (text.includes('$')) return false;
  let i = 0;
  while (text.charCodeAt(i) === 0x20 || text.charCodeAt(i) === 0x09) i += 1;
  return text.charCodeAt(i) !== 0x40 && !text.startsWith('include', i);
}

function withoutComment(text: string): string {
  return text.slice(0, commentStart(text));
}

/** @returns the directory part of a path, `.` without one */
function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, Math.max(1, slash));
}

function isUsable(file: SourceFile, report: Report): file is ReadableFile {
  if ('text' in file) return true;
  const reasons = {
    directory: 'is a directory',
    'not a regular file': 'is not a regular non-executable file',
    executable: 'is not a regular non-executable file',
    unreadable: 'cannot be read',
  };
  report.addUnplaced({
    code: 'FILE_SKIPPED',
    severity: 'warning',
    message: `Configuration file '${file.path}' ${reasons[file.problem]}; skipping it`,
    ...(file.problem === 'executable' ? { hint: `chmod a-x '${file.path}'` } : {}),
  });
  return false;
}
