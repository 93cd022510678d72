import type { SourceReader } from '@tandem/config';

/**
 * Several files in one text: `#### FILE` begins another one.
 * @param text - the main file and those after it
 * @param main - name of the first
 * @returns a reader of these files, without globs
 */
export function readerOf(text: string, main: string): SourceReader {
  const [first = '', ...others] = text.split(/^#### /m);
  const files = [
    { path: main, text: first },
    ...others.map((each) => {
      const end = each.indexOf('\n');
      return { path: each.slice(0, end), text: each.slice(end + 1) };
    }),
  ];
  return { read: (path) => files.filter((each) => each.path === path) };
}
