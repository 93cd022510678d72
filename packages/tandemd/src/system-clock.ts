import { instant, type Clock } from '@tandem/time';

/** CLOCK_MONOTONIC: one clock for all processes of the host. The only place that reads it. */
export const systemClock: Clock = {
  now: () => instant(Number(process.hrtime.bigint()) / 1e6),
};
