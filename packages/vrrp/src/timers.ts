import type { Duration } from '@tandem/time';
import { seconds, sum, times } from '@tandem/time';
import type { VrrpInstanceSettings } from './settings.ts';

/**
 * Head start of the higher priorities when a master falls silent.
 * @param version - of the protocol
 * @param priority - own effective priority, 1–255
 * @param masterInterval - the master's advertisement interval; matters in version 3 only
 * @see RFC 3768 §6.1, RFC 9568 §6.1 — Skew_Time
 */
export function skewTime(version: 2 | 3, priority: number, masterInterval: Duration): Duration {
  const unit = version === 2 ? seconds(1) : masterInterval;
  return times(unit, (256 - priority) / 256);
}

/**
 * Time a backup waits for the master before taking over.
 * @param settings - of the instance
 * @param priority - own effective priority, 1–255
 * @param masterInterval - the master's advertisement interval (own one in version 2)
 * @see RFC 3768 §6.1 — Master_Down_Interval; RFC 9568 §6.1 — Active_Down_Interval
 */
export function masterDownInterval(
  settings: Pick<VrrpInstanceSettings, 'version' | 'downTimerAdverts'>,
  priority: number,
  masterInterval: Duration,
): Duration {
  return sum(
    times(masterInterval, settings.downTimerAdverts),
    skewTime(settings.version, priority, masterInterval),
  );
}
