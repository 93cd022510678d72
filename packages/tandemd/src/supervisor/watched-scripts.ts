import type { WatchedScript } from '@tandem/notify';
import type { ChildName, FromChild, ToChild } from '../ipc.ts';

/** A script of a child whose end it waits for. */
export type WatchedScriptRequest = Extract<FromChild, { type: 'watched-script' }>;

/** Runs scripts for the children, which get the outcomes; none outlives the child that wants it. */
export class WatchedScripts {
  readonly #start: (script: WatchedScriptRequest) => WatchedScript;
  readonly #running: Readonly<Record<ChildName, Set<WatchedScript>>> = {
    vrrp: new Set(),
    ipvs: new Set(),
    bfd: new Set(),
  };

  /** @param start - runs a script */
  constructor(start: (script: WatchedScriptRequest) => WatchedScript) {
    this.#start = start;
  }

  /** @param answer - to the child that has asked */
  async run(
    name: ChildName,
    request: WatchedScriptRequest,
    answer: (message: ToChild) => void,
  ): Promise<void> {
    const script = this.#start(request);
    this.#running[name].add(script);
    const outcome = await script.outcome;
    if (this.#running[name].delete(script))
      answer({ type: 'script-ended', id: request.id, outcome });
  }

  /** The child is gone, and so is who waits. */
  endAll(name: ChildName): void {
    for (const script of this.#running[name]) script.end();
    this.#running[name].clear();
  }
}
