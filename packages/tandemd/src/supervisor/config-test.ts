import { appendFileSync } from 'node:fs';
import { configTestExitCode, formatDiagnostic } from '@tandem/config';
import type { CommandLine } from './command-line.ts';
import { judgeAsAsked, placeIn } from './load.ts';
import { whyNotEntered } from './place.ts';

const CANNOT_OPEN = 1;

/**
 * `tandemd -t`: says what is wrong with the configuration.
 * @returns keepalived's exit status: 0 clean, 2 a parameter is missing, 4 the file cannot be
 *   read, 5 anything else wrong, 6 scripts without enable_script_security; 1 when the file for the
 *   diagnostics cannot be opened
 * @see keepalived(8) --config-test
 */
export function testConfiguration(options: CommandLine): number {
  const elsewhere = whyElsewhere(options);
  const diagnostics = judgeAsAsked(options, { withInterfaces: elsewhere === undefined });
  const lines = diagnostics.map((each) => formatDiagnostic(each));
  if (elsewhere !== undefined) lines.unshift(`${elsewhere}; interfaces are not judged`);
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
  return configTestExitCode(diagnostics);
}

/**
 * Enters the namespace that the file names, where the command line names none: what is there is what
 * the daemon will find.
 * @returns why it cannot be entered
 */
function whyElsewhere(options: CommandLine): string | undefined {
  if (options.namespace !== undefined) return undefined;
  const place = placeIn(options);
  if (typeof place === 'string' || place.namespace === undefined) return undefined;
  return whyNotEntered(place.namespace);
}
