/** A corpus as a file: one input a line, in hexadecimal digits; `#` begins a comment. */

/**
 * @param text - digits, two for each byte
 * @returns undefined where these are no such digits
 */
export function parseHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** @returns two digits for each byte, lower case */
export function formatHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @param text - of the file
 * @returns its inputs
 * @throws RangeError naming a line that is none
 */
export function parseCorpus(text: string): Uint8Array[] {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines.flatMap((line, at) => {
    if (line === '') return [];
    const input = parseHex(line);
    if (input === undefined) throw new RangeError(`line ${at + 1} is not hexadecimal`);
    return [input];
  });
}

/** @returns the file of these inputs, the shortest first; an empty one takes no line */
export function formatCorpus(inputs: readonly Uint8Array[]): string {
  const lines = inputs.map(formatHex).toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return lines.flatMap((line) => (line === '' ? [] : [`${line}\n`])).join('');
}
