/** Checks that the box is short of something for, such as descriptors: that is told of as one thing. */
import type { ProbeResult } from '@tandem/health';
import { between, inSeconds, seconds, type Duration, type Instant } from '@tandem/time';

/** Some checks may be made while others cannot. */
const CALM: Duration = seconds(60);

/** Says when it begins and when it is over; what becomes of each check, its status shows. */
export class Shortage {
  readonly #log: (text: string) => void;
  /** By reason. */
  readonly #present = new Map<string, { readonly since: Instant; last: Instant; count: number }>();

  /** @param log - takes a line */
  constructor(log: (text: string) => void) {
    this.#log = log;
  }

  /** @param result - of an attempt on the network */
  note(result: ProbeResult, now: Instant): void {
    if (!result.ok && result.reason === 'not-run') return this.#add(result.detail, now);
    for (const [why, { since, last, count }] of this.#present) {
      if (between(last, now) < CALM) continue;
      this.#present.delete(why);
      const time = inSeconds(between(since, last)).toFixed(0);
      this.#log(`all checks can be made again: ${count} could not within ${time} s: ${why}`);
    }
  }

  #add(why: string, now: Instant): void {
    const known = this.#present.get(why);
    if (known === undefined) {
      this.#present.set(why, { since: now, last: now, count: 1 });
      this.#log(`checks cannot be made, and leave their servers as they are: ${why}`);
    } else {
      known.last = now;
      known.count += 1;
    }
  }
}
