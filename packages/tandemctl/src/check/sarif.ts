import { pathToFileURL } from 'node:url';
import { CATALOGUE, formatRelated, type Diagnostic, type Span } from '@tandem/config';

/** Ours as SARIF has them. */
const LEVELS = { error: 'error', warning: 'warning', note: 'note' } as const;

/**
 * Renders diagnostics for programs that collect findings, such as code scanning of a forge.
 * @param diagnostics - in the order of the result
 * @param version - of this program
 * @returns one SARIF 2.1.0 log with one run
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifLog(diagnostics: readonly Diagnostic[], version: string): object {
  const codes = [...new Set(diagnostics.map((each) => each.code))];
  const ruleIndex = new Map(codes.map((code, i) => [code, i]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tandemctl', version, rules: codes.map(rule) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((each) => ({
          ruleIndex: ruleIndex.get(each.code),
          ...result(each),
        })),
      },
    ],
  };
}

function rule(code: Diagnostic['code']): object {
  const { severity, meaning, cure } = CATALOGUE[code];
  return {
    id: code,
    shortDescription: { text: meaning },
    help: { text: cure },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function result(diagnostic: Diagnostic): object {
  const { code, severity, span, related = [], copies } = diagnostic;
  return {
    ruleId: code,
    level: LEVELS[severity],
    message: { text: messageText(diagnostic) },
    ...(copies !== undefined && { occurrenceCount: copies + 1 }),
    ...(span && { locations: [{ physicalLocation: location(span, diagnostic.excerpt) }] }),
    ...(related.length > 0 && {
      relatedLocations: related.map((each, id) => ({
        id,
        message: { text: formatRelated(each) },
        physicalLocation: location(each.span),
      })),
    }),
  };
}

function messageText({ message, expansion, hint }: Diagnostic): string {
  const parts = [message];
  if (expansion !== undefined) parts.push(`expands to: ${expansion}`);
  if (hint !== undefined) parts.push(`help: ${hint}`);
  return parts.join('\n');
}

/** The end of a region is the column after its last character. */
function location({ file, line, column, length }: Span, snippet?: string): object {
  return {
    artifactLocation: { uri: uriOf(file) },
    region: {
      startLine: line,
      startColumn: column,
      endColumn: column + length,
      ...(snippet === undefined ? {} : { snippet: { text: snippet } }),
    },
  };
}

/** A relative path stays relative, so that a collector can join it to its own root. */
function uriOf(path: string): string {
  if (path.startsWith('/')) return pathToFileURL(path).href;
  return path.split('/').map(encodeURIComponent).join('/');
}
