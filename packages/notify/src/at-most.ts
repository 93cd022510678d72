import type { Duration } from '@tandem/time';

/**
 * Waits for something, but not for ever.
 * @param limit - how long at the most
 * @param wanted - goes on after that
 */
export async function atMost(limit: Duration, wanted: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limit);
  });
  await Promise.race([wanted, late]);
  clearTimeout(timer);
}
