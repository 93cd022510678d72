import { after, isDue, seconds, type Clock, type Instant } from '@tandem/time';
import type { BfdReport } from '../ipc.ts';
import type { Deadlines, Waiter } from '../vrrp/deadlines.ts';

/**
 * The other end may have taken a death of this end's process for a failure of the path. It tells of
 * a new state after a second, by default; then the session comes up.
 */
const GRACE = seconds(3);

/** What the tidings need of the world. */
interface TidingsPorts {
  readonly clock: Clock;
  readonly deadlines: Pick<Deadlines, 'set'>;
  readonly send: (report: BfdReport) => void;
}

/** Tells those who follow sessions. Of what the death of a predecessor brings about they hear nothing. */
export class Tidings implements Waiter {
  readonly isPressing = false;
  readonly #ports: TidingsPorts;
  /** Sessions that were up when the predecessor died. */
  #spared: ReadonlySet<string> = new Set();
  #graceUntil: Instant | undefined;
  /** Those of them that are down now. */
  readonly #withheld = new Set<string>();

  /** @param ports - the outside */
  constructor(ports: TidingsPorts) {
    this.#ports = ports;
  }

  /** @param states - by name, what followers have heard of a predecessor that died just now */
  inherit(states: Readonly<Record<string, boolean>>): void {
    this.#spared = new Set(Object.keys(states).filter((name) => states[name]));
    this.#graceUntil = after(this.#ports.clock.now(), GRACE);
  }

  /** @param name - of a session that has begun, come up or gone down */
  tell(name: string, up: boolean): void {
    const { clock, deadlines, send } = this.#ports;
    this.#withheld.delete(name);
    const isGrace = this.#graceUntil !== undefined && !isDue(this.#graceUntil, clock.now());
    if (up || !isGrace || !this.#spared.has(name)) return send({ type: 'bfd-state', name, up });
    this.#withheld.add(name);
    deadlines.set(this, this.#graceUntil);
  }

  /** What has not come up by now is down. */
  due(): void {
    for (const name of this.#withheld) this.#ports.send({ type: 'bfd-state', name, up: false });
    this.#withheld.clear();
  }
}
