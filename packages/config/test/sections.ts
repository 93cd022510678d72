import { parseConfiguration, type Member, type Outline, type SourceReader } from '@tandem/config';

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

/**
 * @param name - of the file
 * @param text - what it says
 * @param configId - of the box
 * @returns one box of a cluster
 */
export function memberOf(name: string, text: string, configId: string = 'box1'): Member {
  const outlines: Outline[] = [];
  parseConfiguration({
    path: name,
    hostName: 'box1',
    configId,
    reader: readerOf(text, name),
    inspect: (outline) => outlines.push(outline),
  });
  const [outline] = outlines;
  if (outline === undefined) throw new Error('nobody has looked at the text');
  return { name, outline };
}
