/** A part of keepalived's dump that remembers which of its lines were read. */
export class Lines {
  readonly #lines: readonly string[];
  readonly #read = new Set<number>();

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  /** The first line, which says what the part is about. */
  get title(): string {
    return this.#take((_, i) => i === 0)[0] ?? '';
  }

  /** Those that nobody has read. */
  get unread(): readonly string[] {
    return this.#lines.filter((_, i) => !this.#read.has(i));
  }

  /** @returns the value of the first line `NAME = VALUE` */
  valueOf(name: string): string | undefined {
    const start = `${name.trimStart()} = `;
    const at = this.#lines.findIndex((each) => each.trimStart().startsWith(start));
    const [line] = this.#take((_, i) => i === at);
    return line?.slice(line.indexOf(' = ') + 3);
  }

  /** @returns the first group of the first line that matches */
  first(pattern: RegExp): string | undefined {
    const at = this.#lines.findIndex((each) => pattern.test(each));
    const [line] = this.#take((_, i) => i === at);
    return line === undefined ? undefined : pattern.exec(line)?.[1];
  }

  /** @returns the first group of all lines that match */
  all(pattern: RegExp): string[] {
    return this.#take((line) => pattern.test(line)).map((each) => pattern.exec(each)?.[1] ?? each);
  }

  /** @returns whether there is such a line */
  has(pattern: RegExp): boolean {
    return this.all(pattern).length > 0;
  }

  /** @returns the lines below a title, down to the next one that is no deeper than it */
  below(title: string): string[] {
    const pattern = new RegExp(`^ *${title} ?:?$`);
    const start = this.#lines.findIndex((line) => pattern.test(line));
    if (start < 0) return [];
    const depth = indentOf(this.#lines[start] ?? '');
    const rest = this.#lines.slice(start + 1);
    const length = rest.findIndex((line) => indentOf(line) <= depth);
    const end = length < 0 ? this.#lines.length : start + 1 + length;
    this.#read.add(start);
    return this.#take((_, i) => i > start && i < end).map((line) => line.trim());
  }

  toString(): string {
    return this.#lines.join('\n');
  }

  #take(isWanted: (line: string, i: number) => boolean): string[] {
    return this.#lines.filter((line, i) => {
      const wanted = isWanted(line, i);
      if (wanted) this.#read.add(i);
      return wanted;
    });
  }
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
