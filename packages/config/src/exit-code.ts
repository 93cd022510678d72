import type { DiagnosticCode } from './catalogue.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Exit codes of keepalived 2.2.7 with -t, 1 (command line) aside. */
export type ConfigTestExitCode = 0 | 2 | 4 | 5 | 6;

/** A parameter is missing: keepalived stops reading there. */
const IMMEDIATE_CODES: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  'MISSING_PARAMETER',
  'UNTERMINATED_QUOTE',
]);
/** These leave keepalived's exit code at 0; it says the first two in words only. */
const SILENT_CODES: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  'FILE_MISSING',
  'FILE_SKIPPED',
  // keepalived has the effect.
  'ACCEPTED_WITHOUT_EFFECT',
  // Said by the daemon, not by a test.
  'SHARED_FIFO',
  'SERVICE_SHARED',
]);

/**
 * The exit code of a configuration test, as keepalived has it: errors and warnings count alike.
 * @param diagnostics - of the whole configuration
 * @returns 2 for a missing parameter; else 4 when the main file cannot be read; else 6 when scripts run without enable_script_security or an
 *   include finds nothing that it insists on; else 5 for any error or warning; else 0
 * @see inventory §1.11
 */
export function configTestExitCode(diagnostics: readonly Diagnostic[]): ConfigTestExitCode {
  const codes = new Set<DiagnosticCode>();
  for (const { code, severity, fatal } of diagnostics) {
    if (fatal && IMMEDIATE_CODES.has(code)) return 2;
    if (severity !== 'note') codes.add(code);
  }
  if (codes.has('FILE_UNREADABLE')) return 4;
  if (codes.has('SCRIPT_SECURITY_DISABLED') || codes.has('INCLUDE_MISSING')) return 6;
  return [...codes].every((code) => SILENT_CODES.has(code)) ? 0 : 5;
}
