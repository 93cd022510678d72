/** Scripts of checkers, which the supervisor runs. */
import type { ProbeResult, ScriptProbe } from '@tandem/health';
import type { ScriptOutcome } from '@tandem/notify';
import { inSeconds } from '@tandem/time';
import type { FromChild } from '../ipc.ts';

/** Asks for runs, and hands their outcomes to who waits for them. */
export class ScriptRuns {
  readonly #send: (message: FromChild) => void;
  readonly #waiting = new Map<number, (outcome: ScriptOutcome) => void>();
  #last = 0;

  /** @param send - to the supervisor */
  constructor(send: (message: FromChild) => void) {
    this.#send = send;
  }

  /**
   * @param probe - what to run
   * @param signal - ends the wait with `aborted`; the script ends by itself or at its timeout
   * @returns its exit status, or why there is none
   */
  async run(probe: ScriptProbe, signal: AbortSignal): Promise<ProbeResult> {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve) => {
      const finish = (result: ProbeResult): void => {
        this.#waiting.delete(id);
        signal.removeEventListener('abort', abort);
        resolve(result);
      };
      const abort = (): void => finish({ ok: false, reason: 'aborted', detail: 'aborted' });
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.set(id, (outcome) => finish(resultOf(outcome, probe)));
      const { command, timeout } = probe;
      this.#send({ type: 'watched-script', id, ...command, timeout });
    });
  }

  /** A run has ended; one that nobody waits for is ignored. */
  ended(id: number, outcome: ScriptOutcome): void {
    this.#waiting.get(id)?.(outcome);
  }
}

function resultOf(outcome: ScriptOutcome, { timeout }: ScriptProbe): ProbeResult {
  switch (outcome.type) {
    case 'exited':
      return { ok: true, exitStatus: outcome.status };
    case 'signalled': {
      const { signal: code } = outcome;
      return { ok: false, reason: 'signalled', code, detail: `ended by signal ${code}` };
    }
    case 'timed-out': {
      const detail = `not ended within ${inSeconds(timeout)} s`;
      return { ok: false, reason: 'timed-out', detail };
    }
    case 'not-run':
      return { ok: false, reason: 'not-run', detail: outcome.reason };
  }
}
