import { appendFileSync } from 'node:fs';
import { configTestExitCode, formatDiagnostic } from '@tandem/config';
import type { CommandLine } from './command-line.ts';
import { judgeAsAsked } from './load.ts';

const CANNOT_OPEN = 1;

/**
 * `tandemd -t`: says what is wrong with the configuration.
 * @returns keepalived's exit status: 0 clean, 2 a parameter is missing, 4 the file cannot be
 *   read, 5 anything else wrong, 6 scripts without enable_script_security; 1 when the file for the
 *   diagnostics cannot be opened
 * @see keepalived(8) --config-test
 */
export function testConfiguration(options: CommandLine): number {
  const diagnostics = judgeAsAsked(options);
  const text = diagnostics.map((each) => `${formatDiagnostic(each)}\n`).join('');
  const file = options.configTest?.file;
  if (file === undefined) {
    process.stderr.write(text);
  } else {
    try {
      appendFileSync(file, text);
    } catch (error) {
      process.stderr.write(`tandemd: ${file} cannot be written: ${String(error)}\n`);
      return CANNOT_OPEN;
    }
  }
  return configTestExitCode(diagnostics);
}
