import { appendFileSync } from 'node:fs';
import { configTestExitCode, formatDiagnostic } from '@tandem/config';
import type { CommandLine } from './command-line.ts';
import { missingInterfaces, readAsAsked } from './load.ts';

const WARNED = 5;
const CANNOT_OPEN = 1;

/**
 * `tandemd -t`: says what is wrong with the configuration.
 * @returns keepalived's exit status: 0 clean, 2 a parameter is missing, 5 anything else wrong,
 *   6 scripts without enable_script_security; 1 when the file for the diagnostics cannot be opened
 * @see keepalived(8) --config-test
 */
export function testConfiguration(options: CommandLine): number {
  const { settings, diagnostics } = readAsAsked(options);
  const missing = missingInterfaces(settings);
  const lines = [...diagnostics.map((each) => formatDiagnostic(each)), ...missing];
  const text = lines.map((line) => `${line}\n`).join('');
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
  const status = configTestExitCode(diagnostics);
  return status === 0 && missing.length > 0 ? WARNED : status;
}
