import type { GlobalSettings } from '@tandem/config';
import { after, between, inSeconds, instant, ZERO, type Instant } from '@tandem/time';

/** The zero of CLOCK_MONOTONIC. */
const BOOT: Instant = instant(0);

/**
 * @param delays - vrrp_startup_delay and vrrp_delay_after_boot
 * @param now - when the daemon has started
 * @param say - to the log
 * @returns from when on instances wait for a master; undefined: at once
 */
export function endOfStartupDelay(
  { startupDelay = ZERO, delayAfterBoot = ZERO }: Partial<GlobalSettings>,
  now: Instant,
  say: (text: string) => void,
): Instant | undefined {
  const end = instant(Math.max(after(now, startupDelay), after(BOOT, delayAfterBoot)));
  if (end <= now) return undefined;
  say(`Delaying startup for ${Number(inSeconds(between(now, end)).toFixed(6))} seconds`);
  return end;
}
