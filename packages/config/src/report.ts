import type { DiagnosticCode } from './catalogue.ts';
import type { Diagnostic, RelatedPlace } from './diagnostic.ts';
import { originOf } from './origin.ts';
import type { Place } from './source.ts';

/** The parts of a diagnostic that are not always there. */
export interface DiagnosticOptions {
  readonly severity?: Diagnostic['severity'];
  readonly hint?: string | undefined;
  readonly fatal?: true | undefined;
  /** Other places that belong to it; each message is completed by its place: `first defined at`. */
  readonly related?: readonly { readonly message: string; readonly place: Place }[] | undefined;
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
  add(code: DiagnosticCode, message: string, place: (Place & DiagnosticOptions) | undefined): void {
    const severity = place?.severity ?? 'error';
    const diagnostic: Diagnostic = {
      code,
      severity,
      message,
      ...(place === undefined ? {} : locate(place, place.related)),
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

function locate(
  place: Place,
  others: DiagnosticOptions['related'] = [],
): Pick<Diagnostic, 'span' | 'excerpt' | 'expansion' | 'related'> {
  const { related: chain, ...origin } = originOf(place);
  const named = others.map(({ message, place: other }): RelatedPlace => ({
    message,
    span: originOf(other).span,
  }));
  const related = [...named, ...chain];
  return { ...origin, ...(related.length === 0 ? {} : { related }) };
}
