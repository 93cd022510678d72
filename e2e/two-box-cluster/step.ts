import type { Cluster } from './cluster.ts';

/** Takes what a step has to tell: the demo shows it, a test keeps it for its report. */
export interface Narrator {
  /** Something measured or seen, in a few words. */
  fact(label: string, value: string): void;
  /** A text as a program printed it. */
  text(block: string): void;
}

/** One step of the scenario. */
export interface Step {
  readonly number: number;
  /** What must happen, as a sentence. */
  readonly title: string;
  /**
   * Does it.
   * @throws Error when something else happens
   */
  play(cluster: Cluster, tell: Narrator): Promise<void>;
}

/** Milliseconds in the form `1.23 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
