/**
 * Text from files, packets and scripts must not forge lines or drive a terminal.
 * @param text - any
 * @returns it in one line, control characters other than tabs as `\x1b`
 */
export function visible(text: string): string {
  return text.replaceAll(
    // oxlint-disable-next-line no-control-regex
    /[\u0000-\u0008\u000A-\u001F\u007F-\u009F]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
