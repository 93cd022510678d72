import type { Step, Router } from './router.ts';

/** What rules see of a run. */
export interface View {
  /** Milliseconds from the beginning. */
  readonly now: number;
  readonly routers: readonly Router[];
  /** Since when nothing is wrong and nothing belated is on its way; undefined: something is. */
  readonly calmSince: number | undefined;
}

/** One invariant: watches a run, and throws a Violation when it does not hold. */
export interface Rule {
  /** A machine has made a step; its effects come next. */
  readonly stepped?: (step: Step) => void;
  /** All that happens at a moment has happened. */
  readonly settled?: () => void;
  /** The run is over. */
  readonly finished?: () => void;
}
