import type { AlarmPort } from '../../src/vrrp/deadlines.ts';

/** An alarm that rings when it is told to. */
export class ManualAlarm implements AlarmPort {
  /** What it was set to last. */
  at: number | undefined;
  /** How often it was set. */
  settings = 0;
  ring: () => void = () => undefined;

  /** Takes the place of the real one. */
  readonly open = (ring: () => void): AlarmPort => {
    this.ring = ring;
    return this;
  };

  set(atMs: number | undefined): void {
    this.at = atMs;
    this.settings += 1;
  }
}
