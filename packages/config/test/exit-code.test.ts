import { configTestExitCode, type Diagnostic, type DiagnosticCode } from '@tandem/config';
import { expect, test } from 'vitest';

function found(code: DiagnosticCode, more: Partial<Diagnostic> = {}): Diagnostic {
  return { code, severity: 'error', message: '', ...more };
}

test.each<[string, Diagnostic[], number]>([
  ['nothing', [], 0],
  ['a note', [found('EXTRA_WORDS', { severity: 'note' })], 0],
  ['an include that insists', [found('INCLUDE_MISSING')], 6],
  ['a missing file', [found('FILE_MISSING', { fatal: true })], 0],
  ['a file that is left out', [found('FILE_SKIPPED', { severity: 'warning' })], 0],
  ['a main file that cannot be read', [found('FILE_UNREADABLE', { fatal: true })], 4],
  ['an error', [found('UNKNOWN_KEYWORD')], 5],
  ['a warning', [found('NO_PROTOCOL', { severity: 'warning' })], 5],
  ['scripts without security', [found('UNKNOWN_KEYWORD'), found('SCRIPT_SECURITY_DISABLED')], 6],
  [
    'a missing parameter',
    [found('SCRIPT_SECURITY_DISABLED'), found('MISSING_PARAMETER', { fatal: true })],
    2,
  ],
])('inventory §1.11: %s exits as keepalived -t does', (_, diagnostics, code) => {
  expect(configTestExitCode(diagnostics)).toBe(code);
});
