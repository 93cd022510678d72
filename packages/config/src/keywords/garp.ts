import type { Duration } from '@tandem/time';
import { integer, wholeSeconds, type Argument } from '../argument.ts';

/** What global_defs or an instance says of gratuitous ARPs; an absent field was not given. */
export interface GarpDraft {
  garpMasterDelay?: Duration;
  garpMasterRepeat?: number;
  garpMasterRefresh?: Duration;
  garpMasterRefreshRepeat?: number;
  garpLowerPriorityDelay?: Duration;
  garpLowerPriorityRepeat?: number;
}

/** Before a second set; 0: there is none. */
export const DELAY: Argument<Duration> = wholeSeconds({ min: 0, max: 4294 });

/** Between one refresh and the next. */
export const REFRESH: Argument<Duration> = wholeSeconds({ min: 0, max: 0xffff_ffff });

/** How many; 0 is an error. */
export const REPEAT: Argument<number> = integer({ min: 1, max: 0xffff_ffff });

/** How many after an advert of lower priority; 0: none. */
export const LOWER_PRIORITY_REPEAT: Argument<number> = integer({ min: 0, max: 0x7fff_ffff });
