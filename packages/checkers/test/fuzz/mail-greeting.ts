/**
 * What mail servers say. The first byte of the input says in which pieces the rest comes, which must
 * make no difference.
 */
import type { Outcome } from '../../src/connection.ts';
import { SmtpDialogue } from '../../src/smtp-dialogue.ts';

/** @returns how the dialogue ended, and what was said in it */
export function read(input: Uint8Array): readonly string[] {
  const [size = 0] = input;
  const words = input.subarray(1);
  const [pieces, whole] = [talk(words, size % 17), talk(words, 0)];
  if (JSON.stringify(pieces) !== JSON.stringify(whole)) throw new Error('the pieces matter');
  const { outcome, said } = whole;
  return [outcome === undefined || outcome.ok ? `ok after ${said}` : outcome.reason];
}

function talk(words: Uint8Array, size: number): { outcome: Outcome | undefined; said: string } {
  const dialogue = new SmtpDialogue('box');
  let said = '';
  const step = size === 0 ? Math.max(1, words.length) : size;
  for (let at = 0; at < words.length; at += step) {
    const outcome = dialogue.read(words.subarray(at, at + step), (bytes) => {
      said += Buffer.from(bytes).toString();
    });
    if (outcome !== undefined) return { outcome, said };
  }
  return { outcome: undefined, said };
}
