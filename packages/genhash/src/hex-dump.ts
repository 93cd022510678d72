const ROW_BYTES = 16;
const HALF = ROW_BYTES / 2;

/**
 * @param bytes - any bytes
 * @returns lines of decimal offset, 16 bytes in hex, and the same as ASCII; each ends in a newline
 * @see inventory §4.11
 */
export function formatHexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += ROW_BYTES)
    lines.push(formatRow(bytes.subarray(offset, offset + ROW_BYTES), offset));
  return lines.join('');
}

function formatRow(row: Uint8Array, offset: number): string {
  const cells = Array.from({ length: ROW_BYTES }, (_, i) => {
    const byte = row[i];
    return byte === undefined ? '  ' : byte.toString(16).padStart(2, '0');
  });
  const hex = `${cells.slice(0, HALF).join(' ')} - ${cells.slice(HALF).join(' ')}`;
  const text = Array.from(row, (byte) =>
    byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.',
  );
  return `${String(offset).padStart(4, '0')}  ${hex}   ${text.join('').padEnd(ROW_BYTES)}\n`;
}
