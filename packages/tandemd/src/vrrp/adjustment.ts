/** What a reload means to an instance that stays. */
import { isNewsTo, type TrackedReport, type VrrpInstanceSettings } from '@tandem/vrrp';
import type { InstanceDriver } from './instance-driver.ts';

/**
 * What it follows may be another thing by now, even when its own settings are the same; and a removal
 * by somebody else has been taken note of.
 * @param driver - of the instance
 * @param settings - its new ones
 * @param around - what its trackers say, and how it is made to hear as they say
 */
export function adjust(
  driver: InstanceDriver,
  settings: VrrpInstanceSettings,
  { tracked, hear }: { readonly tracked: readonly TrackedReport[]; readonly hear: () => void },
): void {
  const { drift, settings: before } = driver.state;
  if (drift !== undefined || JSON.stringify(settings) !== JSON.stringify(before)) {
    hear();
    driver.step({ type: 'reconfigure', settings, tracked });
    return;
  }
  for (const report of tracked) {
    // What was known holds until the first result of what has taken its place.
    if (report.value !== undefined && isNewsTo(driver.state, report))
      driver.step({ type: 'tracked', report });
  }
}
