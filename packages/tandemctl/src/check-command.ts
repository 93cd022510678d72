import { formatDiagnostic, isFatal, unsupportedKeywords } from '@tandem/config';
import { readConfiguration } from '@tandem/config-files';

/**
 * Says what is wrong with configuration files, each taken as a whole configuration.
 * @param files - paths
 * @returns the exit status: 0 good, 1 warnings, 2 errors
 */
export function check(files: readonly string[]): number {
  let worst = 0;
  for (const file of files) {
    for (const diagnostic of readConfiguration(file).diagnostics) {
      process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
      if (diagnostic.severity === 'error' || isFatal(diagnostic)) worst = 2;
      else if (diagnostic.severity === 'warning') worst = Math.max(worst, 1);
    }
  }
  return worst;
}

/** Prints the keywords that are accepted without effect, one a line, and what does not happen. */
export function listUnsupported(): void {
  for (const { keyword, doc, lost } of unsupportedKeywords()) {
    process.stdout.write(`${keyword}: ${doc}${lost === undefined ? '' : ` Warning: ${lost}.`}\n`);
  }
}
