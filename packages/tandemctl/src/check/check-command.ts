import { basename } from 'node:path';
import {
  clusterDiagnostics,
  findTraps,
  isFatal,
  unsupportedKeywords,
  type Box,
  type Configuration,
  type Diagnostic,
  type Member,
  type Outline,
  type Settings,
} from '@tandem/config';
import { readConfiguration } from '@tandem/config-files';
import { sourceOf, type ConfigurationInput } from '../configuration-input.ts';
import type { FileCommandResult } from '../file-command.ts';
import { namespaceOfAll, namespaceWarnings } from './namespace-warnings.ts';
import { readBox } from './read-box.ts';
import { renderCheck, type CheckFormat } from './render.ts';

/** What the command line asks for. */
interface CheckOptions {
  readonly format: CheckFormat;
  /** Warnings count as problems too. */
  readonly strict?: boolean;
  /** The files are those of the boxes of one cluster, and are compared too. */
  readonly cluster?: boolean;
  /** Whether the files are for this box. Default: unless they are a cluster's. */
  readonly box?: boolean;
  /** What `@ID` lines compare with, for each file; the last one serves those after it. */
  readonly configId?: readonly string[];
  /** What `-` stands for. */
  readonly standardInput?: Buffer;
}

/** What came of it. */
export interface CheckResult extends FileCommandResult {
  /** Network namespace whose interfaces should have been judged, if it is one for all files. */
  readonly elsewhere?: string | undefined;
}

const PROBLEMS = 1;
const UNREADABLE = 2;

/**
 * Says what is wrong with configuration files, each taken as a whole configuration.
 * @param files - paths, or patterns
 * @param version - of this program
 */
export function check(
  files: readonly string[],
  options: CheckOptions,
  version: string,
): CheckResult {
  const { box = options.cluster !== true, configId: ids } = options;
  const thisBox = box ? readBox() : undefined;
  const sources = files.map((file) => sourceOf(file, options.standardInput));
  const names = memberNames(
    sources.map((each) => each.path),
    ids,
  );
  const boxes = sources.map((source, i) =>
    readOne(source, {
      name: names[i] ?? source.path,
      configId: ids?.[i] ?? ids?.at(-1),
      box: thisBox,
    }),
  );
  const found = boxes.flatMap((each) => each.configuration.diagnostics);
  const readable = boxes.filter((each) => each.configuration.files.length > 0);
  const discord = options.cluster ? clusterDiagnostics(readable.map((each) => each.member)) : [];
  const diagnostics = withoutCopies([...found, ...discord]);
  const output = renderCheck(options.format, diagnostics, version);
  const judged = thisBox === undefined ? [] : readable.map(settingsOf);
  const place = { errors: namespaceWarnings(judged), elsewhere: namespaceOfAll(judged) };
  if (readable.length < boxes.length) return { output, ...place, exitCode: UNREADABLE };
  const bad = diagnostics.some((each) => isProblem(each, options.strict));
  return { output, ...place, exitCode: bad ? PROBLEMS : 0 };
}

function settingsOf({ configuration }: { readonly configuration: Configuration }): Settings {
  return configuration.settings;
}

/** Short where files differ in their last part, with the config id where one file serves several. */
function memberNames(
  files: readonly string[],
  ids: readonly string[] | undefined,
): readonly string[] {
  const short = files.map((each) => basename(each));
  if (isUnique(short)) return short;
  return isUnique(files) ? files : files.map((each, i) => `${each} (${ids?.[i] ?? i + 1})`);
}

function isUnique(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

/** Reads one file, and keeps what it says for comparison with others. */
function readOne(
  { path, ...source }: ConfigurationInput,
  {
    name,
    configId,
    box,
  }: {
    readonly name: string;
    readonly configId: string | undefined;
    readonly box: Box | undefined;
  },
): { readonly configuration: Configuration; readonly member: Member } {
  const outlines: Outline[] = [];
  const configuration = readConfiguration(path, {
    ...source,
    ...(configId === undefined ? {} : { configId }),
    ...(box && { box }),
    inspect(outline) {
      findTraps(outline);
      outlines.push(outline);
    },
  });
  return { configuration, member: { name, outline: outlines[0] as Outline } };
}

/** A file that several boxes share says the same for each of them. */
function withoutCopies(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const known = new Set<string>();
  return diagnostics.filter((each) => {
    const { code, message, span } = each;
    const key = JSON.stringify([code, message, span]);
    return !known.has(key) && known.add(key);
  });
}

function isProblem(diagnostic: Diagnostic, strict: boolean = false): boolean {
  const { severity } = diagnostic;
  return severity === 'error' || isFatal(diagnostic) || (strict && severity === 'warning');
}

/** @returns the keywords that are accepted without effect, one a line, and what does not happen */
export function listUnsupported(): string {
  return unsupportedKeywords()
    .map(({ keyword, doc, lost }) => {
      const warning = lost === undefined ? '' : ` Warning: ${lost}.`;
      return `${keyword}: ${doc}${warning}\n`;
    })
    .join('');
}
