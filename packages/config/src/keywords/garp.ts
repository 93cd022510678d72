import type { Duration } from '@tandem/time';
import { integer, wholeSeconds, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, type Form } from '../form.ts';
import { readForm } from '../read-form.ts';

/** What global_defs or an instance says of gratuitous ARPs; an absent field was not given. */
export interface GarpDraft {
  garpMasterDelay?: Duration;
  garpMasterRepeat?: number;
  garpMasterRefresh?: Duration;
  garpMasterRefreshRepeat?: number;
  garpLowerPriorityDelay?: Duration;
  garpLowerPriorityRepeat?: number;
  garpExtra?: { readonly period: Duration; readonly all: boolean };
}

/** Before a second set; 0: there is none. */
export const DELAY: Argument<Duration> = wholeSeconds({ min: 0, max: 4294 });

/** Between one refresh and the next. */
export const REFRESH: Argument<Duration> = wholeSeconds({ min: 0, max: 0xffff_ffff });

/** How many; 0 is an error. */
export const REPEAT: Argument<number> = integer({ min: 1, max: 0xffff_ffff });

/** How many after an advert of lower priority; 0: none. */
export const LOWER_PRIORITY_REPEAT: Argument<number> = integer({ min: 0, max: 0x7fff_ffff });

/** An instance may switch them off by 0, all instances together may not. */
const EXTRA = {
  own: form({ value: wholeSeconds({ min: 0, max: 86_400 }) }, { all: { leads: true } }),
  common: form({ value: wholeSeconds({ min: 1, max: 86_400 }) }, { all: { leads: true } }),
};

/** `[all] SECONDS`, of an instance. */
export const GARP_EXTRA: Form = EXTRA.own;
/** The same of all. */
export const COMMON_GARP_EXTRA: Form = EXTRA.common;

/** Reads `[all] SECONDS` into what an instance says of gratuitous ARPs. */
export function applyGarpExtra(draft: GarpDraft, call: Call): void {
  applyExtra(draft, call, EXTRA.own);
}

/** The same of global_defs. */
export function applyCommonGarpExtra(draft: GarpDraft, call: Call): void {
  applyExtra(draft, call, EXTRA.common);
}

function applyExtra(draft: GarpDraft, call: Call, words: typeof EXTRA.own): void {
  const { value: period, all = false } = readForm(words, call.arguments, call) ?? {};
  if (period !== undefined) draft.garpExtra = { period, all };
}
