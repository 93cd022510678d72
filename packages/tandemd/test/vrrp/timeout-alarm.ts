import type { Clock } from '@tandem/time';
import type { AlarmPort } from '../../src/vrrp/deadlines.ts';

/** @returns what makes alarms that vitest's fake timers move, never early by the clock */
export function timeoutAlarm(clock: Clock): (ring: () => void) => AlarmPort {
  return (ring) => {
    let timer: NodeJS.Timeout | undefined;
    return {
      set: (atMs) => {
        clearTimeout(timer);
        if (atMs === undefined) return;
        timer = setTimeout(ring, Math.max(0, Math.ceil(atMs - clock.now())));
        timer.unref();
      },
    };
  };
}
