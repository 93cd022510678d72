import type { PageTap } from '@tandem/checkers';
import { formatHexDump } from './hex-dump.ts';

/** The blanks are keepalived's. */
const TITLES = {
  header: '   HTTP Header Buffer   ',
  headerText: 'HTTP Header Ascii Buffer',
  body: '       HTML Buffer       ',
  hash: '   HTML hash resulting   ',
  final: 'HTML hash final resulting',
} as const;

/**
 * @param write - takes the text
 * @returns a tap that dumps header and body while they arrive, as -v does
 * @see inventory §4.11
 */
export function dumpingTap(write: (text: string) => void): PageTap {
  let begun = false;
  return {
    header: (bytes) => {
      write(rule(TITLES.header) + formatHexDump(bytes));
      write(`${rule(TITLES.headerText)}${Buffer.from(bytes).toString('latin1')}\n`);
    },
    body: (bytes) => {
      write((begun ? '' : rule(TITLES.body)) + formatHexDump(bytes));
      begun = true;
    },
  };
}

/**
 * What -v says after the page. The line `MD5SUM = …` is that of keepalived 1.x; 2.x prints the
 * digits alone, and so do we, so that readers of either find theirs.
 * @param digest - 32 hex digits
 * @param url - as it was given
 * @param elapsedMicroseconds - from the start to the end of the answer
 */
export function formatReport(digest: string, url: string, elapsedMicroseconds: number): string {
  return (
    `\n${rule(TITLES.hash)}${formatHexDump(Buffer.from(digest, 'hex'))}` +
    `${rule(TITLES.final)}${digest}\nMD5SUM = ${digest}\n\n` +
    `Global response time for [${url}] = ${Math.round(elapsedMicroseconds)} usecs\n`
  );
}

function rule(title: string): string {
  return `-----------------------[ ${title} ]-----------------------\n`;
}
