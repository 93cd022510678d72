/** Why a word is not what its writer sees in it: the reasons that no keyword knows of. */
import type { Definitions } from './definitions.ts';
import type { NearestName } from './nearest.ts';

/** Characters that editors and word processors put in. */
const ODD: ReadonlyMap<string, string> = new Map([
  ['\u{FEFF}', 'a byte order mark (U+FEFF)'],
  ['\u{A0}', 'a no-break space (U+00A0)'],
  ['\u{200B}', 'a zero width space (U+200B)'],
  ['\u{201C}', 'a typographic quote (U+201C); write "'],
  ['\u{201D}', 'a typographic quote (U+201D); write "'],
  ['\u{201E}', 'a typographic quote (U+201E); write "'],
  ['\u{2018}', "a typographic quote (U+2018); write '"],
  ['\u{2019}', "a typographic quote (U+2019); write '"],
  ['\u{2013}', 'a dash (U+2013); write -'],
  ['\u{FFFD}', 'bytes that are no UTF-8; save the file as UTF-8'],
]);

/**
 * @param text - any
 * @returns what it contains that nobody sees, or takes for something else; completes a sentence
 */
export function oddIn(text: string): string | undefined {
  return [...ODD].find(([character]) => text.includes(character))?.[1];
}

const DEFINED_SHOWN_MAX = 3;
/** Among more names no person looks for one. */
const COMPARED_MAX = 100;
/** `${NAME…}`, or `$NAME` with what follows it. */
const LEFT = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)[^{}]*\}|([A-Za-z_][A-Za-z0-9_]*)([^ \t,)]?))/;
/** To commands `$` means something else. */
const COMMAND = /'|"[^"]*[ \t]/;

/**
 * @param text - after definitions are put in
 * @param definitions - those of the whole text so far
 * @returns what is wrong with a reference that is still there
 */
export function unresolvedIn(
  text: string,
  definitions: Definitions['values'],
  nearestName: NearestName,
): string | undefined {
  const match = COMMAND.test(text) ? null : LEFT.exec(text);
  if (match === null) return undefined;
  const [, braced, bare = '', after = ''] = match;
  const name = braced ?? bare;
  const written = braced === undefined ? `$${name}` : `\${${name}}`;
  const known = definitions.get(name);
  if (known !== undefined && after !== '')
    return `write \${${name}}: $${name} counts only before a blank, ',', ')' or the end of the line`;
  const undefinedHere = `${written} is not defined up to this line`;
  if (known?.line !== undefined) return `${undefinedHere}, only later`;
  const near = definitions.size > COMPARED_MAX ? undefined : nearestName(name, definitions);
  if (near !== undefined) return `${undefinedHere}; did you mean $${near}?`;
  const others = firstOf(definitions);
  return others === '' ? undefinedHere : `${undefinedHere}; there are ${others}`;
}

/** @returns the first names that the text defines */
function firstOf(definitions: Definitions['values']): string {
  const names: string[] = [];
  for (const [name, { line }] of definitions) {
    if (line === undefined) continue;
    if (names.length === DEFINED_SHOWN_MAX) return `${names.join(', ')} …`;
    names.push(`$${name}`);
  }
  return names.join(', ');
}

/** @returns what to write instead of commas, which are part of a word here */
export function commasIn(text: string): string | undefined {
  return /^[^ \t"']+,[^ \t"']*$/.test(text)
    ? 'commas separate nothing: write blanks between words, and each entry of a list on its own line'
    : undefined;
}

/** @returns what to write instead of an IPv4 address in the notation of IPv6 */
export function mappedIn(text: string): string | undefined {
  const [, address] = /^::ffff:(\d+\.\d+\.\d+\.\d+)(?:\/\d+)?$/i.exec(text) ?? [];
  return address && `it is an IPv4 address in the notation of IPv6; write ${address}`;
}
