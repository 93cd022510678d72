export { ManualClock, type Clock } from './clock.ts';
export { DeadlineHeap, type HeapEntry } from './deadline-heap.ts';
export {
  centiseconds,
  inCentiseconds,
  inSeconds,
  milliseconds,
  seconds,
  sum,
  times,
  ZERO,
  type Duration,
} from './duration.ts';
export { after, between, earliest, instant, isDue, type Instant } from './instant.ts';
