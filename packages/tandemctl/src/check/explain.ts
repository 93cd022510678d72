import { CATALOGUE, type DiagnosticCode } from '@tandem/config';

/**
 * @param code - in any case
 * @returns the entry of the catalogue as text; undefined when there is no such code
 */
export function explain(code: string): string | undefined {
  const known = code.toUpperCase() as DiagnosticCode;
  if (!Object.hasOwn(CATALOGUE, known)) return undefined;
  const { severity, meaning, cure, example, within } = CATALOGUE[known];
  const where = within === undefined ? 'Example:' : `Example, in ${within}:`;
  const shown = example === '' ? '' : `\n${where}\n\n${indent(example.trimEnd())}\n`;
  return `${known} (${severity})\n\n${meaning}\nCure: ${cure}\n${shown}`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
