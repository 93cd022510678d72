import { formatDiagnostic, isFatal, type Diagnostic } from '@tandem/config';
import { expect, test } from 'vitest';

const diagnostic: Diagnostic = {
  code: 'NUMBER_OUT_OF_RANGE',
  severity: 'error',
  message: 'virtual_router_id must be 1–255, got 300',
  span: { file: 'configs/vip.conf', line: 2, column: 20, length: 3 },
  hint: 'choose another',
};

test('a diagnostic shows its place, the line, a caret and the hint', () => {
  const text = 'vrrp_instance A {\n virtual_router_id 300\n}\n';
  expect(formatDiagnostic(diagnostic, text)).toBe(
    [
      'configs/vip.conf:2:20: error[NUMBER_OUT_OF_RANGE]: virtual_router_id must be 1–255, got 300',
      '     virtual_router_id 300',
      '                       ^^^',
      'help: choose another',
    ].join('\n'),
  );
});

test('tabs stay before the caret, and it does not reach beyond the line', () => {
  const span = { file: 'a', line: 1, column: 4, length: 99 };
  const [, source, caret] = formatDiagnostic({ ...diagnostic, span, excerpt: '\ta\tbc' }).split(
    '\n',
  );
  expect(source).toBe('    \ta\tbc');
  expect(caret).toBe('    \t \t^^');
});

test('control characters of a file are shown, and reach no terminal', () => {
  const shown = formatDiagnostic({
    ...diagnostic,
    message: "Unknown keyword 'r\u001B[2Jü\u009B'",
    span: { file: 'a\u0007', line: 1, column: 3, length: 6 },
    excerpt: '\u0000\tr\u001B[2Jü \u007F',
  });
  expect(shown.split('\n')).toEqual([
    "a\\x07:1:3: error[NUMBER_OUT_OF_RANGE]: Unknown keyword 'r\\x1b[2Jü\\x9b'",
    '    \\x00\tr\\x1b[2Jü \\x7f',
    '        \t^^^^^^^^^',
    'help: choose another',
  ]);
});

test('a diagnostic about no text is one line', () => {
  const { code, severity, message } = diagnostic;
  expect(formatDiagnostic({ code, severity, message })).toBe(
    'error[NUMBER_OUT_OF_RANGE]: virtual_router_id must be 1–255, got 300',
  );
});

test('only marked diagnostics are fatal', () => {
  expect(isFatal(diagnostic)).toBe(false);
  expect(isFatal({ ...diagnostic, fatal: true })).toBe(true);
});
