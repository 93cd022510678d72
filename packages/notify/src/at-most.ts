import type { Duration } from '@tandem/time';

/**
 * Waits for something, but not for ever.
 * @param limit - how long at the most
 * @param wanted - goes on after that
 * @returns what has come of it; undefined when it goes on
 */
export async function atMost<T>(limit: Duration, wanted: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limit);
  });
  const result = await Promise.race([wanted, late]);
  clearTimeout(timer);
  return result;
}
