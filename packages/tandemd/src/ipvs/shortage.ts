/** Checks that the box is short of something for, such as descriptors: that is told of as one thing. */
import type { ProbeResult } from '@tandem/health';
import {
  after,
  between,
  inSeconds,
  isDue,
  seconds,
  sum,
  type Duration,
  type Instant,
} from '@tandem/time';

/** Some checks may be made while others cannot. */
const CALM: Duration = seconds(60);

/** An attempt on the network. */
export interface NetworkAttempt {
  readonly result: ProbeResult;
  /** Of whom, for the log. */
  readonly name: string;
  /** How long it may be until the next one. */
  readonly period: Duration;
}

interface Spell {
  readonly since: Instant;
  last: Instant;
  /** When all who met it have had another attempt, and some time has passed. */
  over: Instant;
  count: number;
}

/** Says when it begins and when it is over; what becomes of each check, its status shows. */
export class Shortage {
  readonly #log: (text: string) => void;
  /** By reason. */
  readonly #present = new Map<string, Spell>();

  /** @param log - takes a line */
  constructor(log: (text: string) => void) {
    this.#log = log;
  }

  /** @param attempt - that has just ended */
  note({ result, name, period }: NetworkAttempt, now: Instant): void {
    if (!result.ok && result.reason === 'not-run') {
      const spell = this.#spell(result.detail, name, now);
      const over = after(now, sum(period, CALM));
      spell.last = now;
      spell.over = over > spell.over ? over : spell.over;
      spell.count += 1;
      return;
    }
    for (const [why, { since, last, over, count }] of this.#present) {
      if (!isDue(over, now)) continue;
      this.#present.delete(why);
      const time = inSeconds(between(since, last)).toFixed(0);
      this.#log(`no check meets it any more, after ${count} in ${time} s: ${why}`);
    }
  }

  #spell(why: string, name: string, now: Instant): Spell {
    const known = this.#present.get(why);
    if (known !== undefined) return known;
    const spell = { since: now, last: now, over: now, count: 0 };
    this.#present.set(why, spell);
    this.#log(`checks cannot be made, and leave their servers as they are: ${why} (first ${name})`);
    return spell;
  }
}
