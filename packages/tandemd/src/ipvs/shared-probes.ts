/**
 * Identical attempts of several checkers are made once, and all of them hear what came of it. From
 * the first result on they are due at the same time, because they have the same settings.
 */
import type { ProberOptions } from '@tandem/checkers';
import type { CheckSettings, Probe, ProbeResult } from '@tandem/health';
import type { RunProbe } from './probe-runner.ts';

/** A checker among others. */
export interface SharingChecker {
  readonly settings: CheckSettings;
  /** Somebody else has made this attempt. One whose own is under way has nothing to do with it. */
  hear(probe: Probe, result: ProbeResult): void;
}

/** An attempt that is under way, and those who wait for it. */
interface Attempt {
  readonly result: Promise<ProbeResult>;
  readonly users: Set<SharingChecker>;
  readonly aborter: AbortController;
}

/** Does for several what is asked for by one. */
export class SharedProbes {
  readonly #runProbe: RunProbe;
  /** By the text of their settings. */
  readonly #checkers = new Map<string, Set<SharingChecker>>();
  /** By the text of settings and attempt. */
  readonly #attempts = new Map<string, Attempt>();

  /** @param runProbe - makes an attempt */
  constructor(runProbe: RunProbe) {
    this.#runProbe = runProbe;
  }

  /**
   * @param checker - that shares until the signal comes
   * @returns what makes its attempts, and never rejects
   */
  join(checker: SharingChecker, signal: AbortSignal): RunProbe {
    const { settings } = checker;
    // These wait for news, and ask nobody.
    if (settings.type === 'FILE_CHECK' || settings.type === 'BFD_CHECK') return this.#runProbe;
    const key = JSON.stringify(settings);
    const alike = this.#checkers.get(key) ?? new Set();
    this.#checkers.set(key, alike.add(checker));
    let attempt: Attempt | undefined;
    signal.addEventListener('abort', () => {
      alike.delete(checker);
      if (alike.size === 0 && this.#checkers.get(key) === alike) this.#checkers.delete(key);
      // Nobody makes an attempt that nobody waits for.
      attempt?.users.delete(checker);
      if (attempt?.users.size === 0) attempt.aborter.abort();
    });
    return (probe, { priority }) => {
      const name = `${key} ${JSON.stringify(probe)}`;
      attempt = this.#attempts.get(name) ?? this.#begin(name, probe, { alike, priority });
      attempt.users.add(checker);
      return attempt.result;
    };
  }

  #begin(
    name: string,
    probe: Probe,
    { alike, priority }: Pick<ProberOptions, 'priority'> & { readonly alike: Set<SharingChecker> },
  ): Attempt {
    const aborter = new AbortController();
    const ended = (): void => {
      if (this.#attempts.get(name) === attempt) this.#attempts.delete(name);
    };
    // Who comes now must not wait for what has been given up.
    aborter.signal.addEventListener('abort', ended);
    const result = this.#runProbe(probe, { signal: aborter.signal, priority }).then((value) => {
      ended();
      // Those who have waited hear of it by the promise, after this.
      if (!aborter.signal.aborted) for (const each of alike) each.hear(probe, value);
      return value;
    });
    const attempt: Attempt = { result, users: new Set(), aborter };
    this.#attempts.set(name, attempt);
    return attempt;
  }
}
