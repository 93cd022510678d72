import type { BfdProbe, ProbeResult } from '@tandem/health';

/** What the bfd process has told of its sessions, and who waits for another word of it. */
export class SessionWatch {
  readonly #up = new Map<string, boolean>();
  readonly #waiting = new Set<() => void>();

  /** @param name - of a session that has come up, or is up no longer */
  note(name: string, up: boolean): void {
    this.#up.set(name, up);
    for (const look of this.#waiting) look();
  }

  /**
   * Waits until a session is something else than is known.
   * @param probe - the session, and what is known
   * @param signal - ends the wait with `aborted`
   * @returns at once where it is so already
   */
  async next({ name, known }: BfdProbe, signal: AbortSignal): Promise<ProbeResult> {
    return new Promise((resolve) => {
      const finish = (result: ProbeResult): void => {
        this.#waiting.delete(look);
        signal.removeEventListener('abort', abort);
        resolve(result);
      };
      const abort = (): void => finish({ ok: false, reason: 'aborted', detail: 'aborted' });
      const look = (): void => {
        const up = this.#up.get(name);
        if (up === undefined || up === known) return;
        const detail = `session ${name} is down`;
        finish(up ? { ok: true } : { ok: false, reason: 'other', detail });
      };
      this.#waiting.add(look);
      signal.addEventListener('abort', abort, { once: true });
      look();
    });
  }
}
