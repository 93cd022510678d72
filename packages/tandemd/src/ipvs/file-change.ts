import type { FileProbe, ProbeResult } from '@tandem/health';
import { WatchedFile } from '../watched-file.ts';

/**
 * Waits until the number in a file is another one than is known, or one where there was none.
 * @param probe - the file, and the number
 * @param signal - ends the wait with `aborted`
 * @param log - told what is wrong with the file
 * @returns the number, at once where none is known; 0 without a file
 */
export async function nextNumber(
  { name, path, known, problem }: FileProbe,
  signal: AbortSignal,
  log: (text: string) => void,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const finish = (result: ProbeResult): void => {
      file.close();
      signal.removeEventListener('abort', abort);
      resolve(result);
    };
    const abort = (): void => finish({ ok: false, reason: 'aborted', detail: 'aborted' });
    const look = (): void => {
      if (file.value === known && file.problem === problem) return;
      const why = file.problem === undefined ? {} : { problem: file.problem };
      finish({ ok: true, number: file.value, ...why });
    };
    const file = new WatchedFile({ name, path }, { changed: () => undefined, read: look, log });
    signal.addEventListener('abort', abort, { once: true });
    look();
  });
}
