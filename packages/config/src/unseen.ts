/** Characters that editors put in and nobody sees. */
const UNSEEN: ReadonlyMap<string, string> = new Map([
  ['\u{FEFF}', 'a byte order mark (U+FEFF)'],
  ['\u{A0}', 'a no-break space (U+00A0)'],
  ['\u{200B}', 'a zero width space (U+200B)'],
]);

/**
 * @param word - that is not understood
 * @returns a hint where it contains what nobody sees, so that the right one would look the same
 */
export function unseenIn(word: string): string | undefined {
  const found = [...UNSEEN].find(([character]) => word.includes(character));
  return found && `the word contains ${found[1]}`;
}
