/** A line of a configuration, with what stands in its braces. */
export interface Entry {
  readonly text: string;
  readonly children?: readonly Entry[];
}

/**
 * @param entries - from the root, or of a block
 * @returns their lines, indented
 */
export function render(entries: readonly Entry[], indent = ''): string[] {
  return entries.flatMap(({ text, children }) =>
    children === undefined
      ? [`${indent}${text}`]
      : [`${indent}${text} {`, ...render(children, `${indent}  `), `${indent}}`],
  );
}

/** @returns an entry without a block */
export function line(text: string): Entry {
  return { text };
}

/** @returns an entry with one line for each of the texts in its block */
export function block(text: string, ...lines: readonly string[]): Entry {
  return { text, children: lines.map(line) };
}
