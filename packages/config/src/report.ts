import type { DiagnosticCode } from './catalogue.ts';
import type { Diagnostic, RelatedPlace, Span } from './diagnostic.ts';
import { copyOf, originOf } from './origin.ts';
import type { Place } from './source.ts';

/** The parts of a diagnostic that are not always there. */
export interface DiagnosticOptions {
  readonly severity?: Diagnostic['severity'];
  readonly hint?: string | undefined;
  readonly fatal?: true | undefined;
  /** The text there is a secret, which logs must not show. */
  readonly secret?: true;
  /** Other places that belong to it; each message is completed by its place: `first defined at`. */
  readonly related?: readonly { readonly message: string; readonly place: Place }[] | undefined;
}

/**
 * Diagnostics of one code and severity that are kept: nobody reads more, and a long text that is no
 * configuration at all would need many times its size.
 */
const KIND_MAX = 1000;

/** Something found, while copies of it may follow. */
interface Found {
  readonly diagnostic: Diagnostic;
  readonly order: number;
  copies: number;
}

/** What copies of a repeated line have at one place and of one kind. */
interface Repeated {
  /** Of the first copy, in order; undefined where there are too many of the kind. */
  readonly firsts: (Found | undefined)[];
  /** The copy that is being read. */
  copy: object;
  /** How many of these it has so far. */
  count: number;
}

/** Collects what is wrong; nothing is thrown, so that one run names everything. */
export class Report {
  readonly #found: Found[] = [];
  readonly #fileOrder = new Map<string, number>();
  /** How many there were, kept or not. */
  readonly #repeated = new Map<string, Repeated>();
  readonly #counts = new Map<DiagnosticCode, Map<Diagnostic['severity'] | 'fatal', number>>();

  /** How much was found, kept or not. */
  size = 0;

  /**
   * @param code - stable name
   * @param message - names the object and the limit
   * @param place - what is at fault, with severity (default error), hint and fatality
   */
  add(code: DiagnosticCode, message: string, place: (Place & DiagnosticOptions) | undefined): void {
    this.size += 1;
    const copy = place && copyOf(place.line);
    if (place === undefined || copy === undefined) {
      this.#keep(code, message, place);
      return;
    }
    const repeated = this.#repeatedAt(code, place, copy);
    const { firsts, count } = repeated;
    repeated.count += 1;
    if (count >= firsts.length) firsts.push(this.#keep(code, message, place));
    else {
      const first = firsts[count];
      if (first !== undefined) first.copies += 1;
    }
  }

  /** @returns undefined where there are too many of a kind */
  #keep(
    code: DiagnosticCode,
    message: string,
    place: (Place & DiagnosticOptions) | undefined,
  ): Found | undefined {
    const severity = place?.severity ?? 'error';
    if (this.#count(code, place?.fatal === true ? 'fatal' : severity) > KIND_MAX) return undefined;
    const diagnostic: Diagnostic = {
      code,
      severity,
      message,
      ...(place === undefined ? {} : locate(place, place.related)),
      ...(place?.hint === undefined ? {} : { hint: place.hint }),
      ...(place?.fatal === true ? { fatal: true as const } : {}),
    };
    const found = { diagnostic, order: this.#found.length, copies: 0 };
    this.#found.push(found);
    return found;
  }

  /** Copies are read one after the other, so that a new one starts to count anew. */
  #repeatedAt(code: DiagnosticCode, place: Place & DiagnosticOptions, copy: object): Repeated {
    const { span } = originOf(place);
    const kind = `${code} ${place.severity} ${place.fatal}`;
    const key = `${kind} ${span.line} ${span.column} ${span.file}`;
    const known = this.#repeated.get(key) ?? { firsts: [], copy, count: 0 };
    this.#repeated.set(key, known);
    if (known.copy !== copy) known.count = 0;
    known.copy = copy;
    return known;
  }

  /**
   * A diagnostic about no text.
   * @param diagnostic - complete
   */
  addUnplaced(diagnostic: Diagnostic): void {
    this.size += 1;
    this.#found.push({ diagnostic, order: this.#found.length, copies: 0 });
  }

  /**
   * Fixes where a file's diagnostics stand among those of others.
   * @param file - path, in reading order
   */
  noteFile(file: string): void {
    if (!this.#fileOrder.has(file)) this.#fileOrder.set(file, this.#fileOrder.size);
  }

  /** @returns all that was kept, by file, line and column, and then of what there were more */
  sorted(): readonly Diagnostic[] {
    const rank = (d: Diagnostic): number =>
      d.span === undefined ? -1 : (this.#fileOrder.get(d.span.file) ?? this.#fileOrder.size);
    const kept = this.#found
      .sort(
        (a, b) =>
          rank(a.diagnostic) - rank(b.diagnostic) ||
          (a.diagnostic.span?.line ?? 0) - (b.diagnostic.span?.line ?? 0) ||
          (a.diagnostic.span?.column ?? 0) - (b.diagnostic.span?.column ?? 0) ||
          a.order - b.order,
      )
      .map(({ diagnostic, copies }) => (copies === 0 ? diagnostic : { ...diagnostic, copies }));
    return [...kept, ...this.#omitted()];
  }

  #count(code: DiagnosticCode, severity: Diagnostic['severity'] | 'fatal'): number {
    const counts = this.#counts.get(code) ?? new Map();
    this.#counts.set(code, counts);
    const count = (counts.get(severity) ?? 0) + 1;
    counts.set(severity, count);
    return count;
  }

  #omitted(): readonly Diagnostic[] {
    return [...this.#counts].flatMap(([code, counts]) =>
      [...counts]
        .filter(([, count]) => count > KIND_MAX)
        .map(([severity, count]) => ({
          code: 'MORE_OF_A_KIND' satisfies DiagnosticCode,
          severity: 'note',
          message: `there are ${count - KIND_MAX} more of ${severity}[${code}], which are left out`,
        })),
    );
  }
}

function locate(
  place: Place & DiagnosticOptions,
  others: DiagnosticOptions['related'] = [],
): Pick<Diagnostic, 'span' | 'excerpt' | 'expansion' | 'related'> {
  const { related: chain, ...shown } = originOf(place);
  const origin = place.secret === true ? masked(shown) : shown;
  const named = others.map(({ message, place: other }): RelatedPlace => ({
    message,
    span: originOf(other).span,
  }));
  const related = [...named, ...chain];
  return { ...origin, ...(related.length === 0 ? {} : { related }) };
}

/** As many asterisks as the secret has characters, so that the carets stand below it. */
function masked({ span, excerpt }: Pick<ReturnType<typeof originOf>, 'span' | 'excerpt'>): {
  readonly span: Span;
  readonly excerpt: string;
} {
  const start = span.column - 1;
  const end = start + span.length;
  const hidden = excerpt.slice(start, end).replaceAll(/./g, '*');
  return { span, excerpt: excerpt.slice(0, start) + hidden + excerpt.slice(end) };
}
