import { findTraps, isFatal, unsupportedKeywords, type Diagnostic } from '@tandem/config';
import { readConfiguration } from '@tandem/config-files';
import { readBox } from './read-box.ts';
import { renderCheck, type CheckFormat } from './render.ts';

/** What the command line asks for. */
interface CheckOptions {
  readonly format: CheckFormat;
  /** Warnings count as problems too. */
  readonly strict?: boolean;
  /** False: the files are for another box than this one. */
  readonly box?: boolean;
  /** What `@ID` lines compare with, for each file; the last one serves those after it. */
  readonly configId?: readonly string[];
}

/** What came of it. */
interface CheckResult {
  readonly output: string;
  /** 0 good, 1 problems, 2 a file that cannot be read. */
  readonly exitCode: number;
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
  const { box = true } = options;
  const thisBox = box ? readBox() : undefined;
  const configurations = files.map((file, i) => {
    const configId = options.configId?.[i] ?? options.configId?.at(-1);
    return readConfiguration(file, {
      ...(configId === undefined ? {} : { configId }),
      ...(thisBox && { box: thisBox }),
      inspect: findTraps,
    });
  });
  const diagnostics = configurations.flatMap((each) => each.diagnostics);
  const output = renderCheck(options.format, diagnostics, version);
  if (configurations.some((each) => each.files.length === 0)) {
    return { output, exitCode: UNREADABLE };
  }
  const bad = diagnostics.some((each) => isProblem(each, options.strict));
  return { output, exitCode: bad ? PROBLEMS : 0 };
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
