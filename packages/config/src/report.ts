import type { Diagnostic, Span } from './diagnostic.ts';
import type { Line, Place } from './source.ts';

/** The parts of a diagnostic that are not always there. */
export interface DiagnosticOptions {
  readonly severity?: Diagnostic['severity'];
  readonly hint?: string | undefined;
  readonly fatal?: true | undefined;
}

/** Collects what is wrong; nothing is thrown, so that one run names everything. */
export class Report {
  readonly #found: { readonly diagnostic: Diagnostic; readonly order: number }[] = [];
  readonly #fileOrder = new Map<string, number>();

  /**
   * @param code - stable name
   * @param message - names the object and the limit
   * @param place - what is at fault, with severity (default error), hint and fatality
   */
  add(code: string, message: string, place: (Place & DiagnosticOptions) | undefined): void {
    const severity = place?.severity ?? 'error';
    const diagnostic: Diagnostic = {
      code,
      severity,
      message,
      ...(place === undefined ? {} : locate(place)),
      ...(place?.hint === undefined ? {} : { hint: place.hint }),
      ...(place?.fatal === true ? { fatal: true as const } : {}),
    };
    this.#found.push({ diagnostic, order: this.#found.length });
  }

  /**
   * A diagnostic about no text.
   * @param diagnostic - complete
   */
  addUnplaced(diagnostic: Diagnostic): void {
    this.#found.push({ diagnostic, order: this.#found.length });
  }

  /**
   * Fixes where a file's diagnostics stand among those of others.
   * @param file - path, in reading order
   */
  noteFile(file: string): void {
    if (!this.#fileOrder.has(file)) this.#fileOrder.set(file, this.#fileOrder.size);
  }

  /** @returns all diagnostics, by file, line and column */
  sorted(): readonly Diagnostic[] {
    const rank = (d: Diagnostic): number =>
      d.span === undefined ? -1 : (this.#fileOrder.get(d.span.file) ?? this.#fileOrder.size);
    return this.#found
      .sort(
        (a, b) =>
          rank(a.diagnostic) - rank(b.diagnostic) ||
          (a.diagnostic.span?.line ?? 0) - (b.diagnostic.span?.line ?? 0) ||
          (a.diagnostic.span?.column ?? 0) - (b.diagnostic.span?.column ?? 0) ||
          a.order - b.order,
      )
      .map((each) => each.diagnostic);
  }
}

function locate(place: Place): Pick<Diagnostic, 'span' | 'excerpt'> {
  const { line } = place;
  if (line.origin?.endsWith(line.text.trimStart()) === false)
    return { span: originSpan(line, line.origin), excerpt: line.origin };
  return {
    span: {
      file: line.file,
      line: line.number,
      column: place.start + 1,
      length: Math.max(1, place.end - place.start),
    },
    excerpt: line.origin ?? line.text,
  };
}

/** Columns of substituted text are not those of the file, so the whole line is marked. */
function originSpan(line: Line, origin: string): Span {
  const trimmed = origin.trim();
  const column = origin.indexOf(trimmed) + 1;
  return { file: line.file, line: line.number, column, length: Math.max(1, trimmed.length) };
}
