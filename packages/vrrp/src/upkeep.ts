/**
 * Keeps entries in the kernel that somebody wants there: sets them, tries again what was refused,
 * and sets again what has gone, ever later when it goes again and again. To set an entry that is
 * there does no harm and tells that it is; so nothing but the kernel's answer counts as news.
 */
import {
  after,
  earliest,
  isDue,
  inSeconds,
  seconds,
  type Duration,
  type Instant,
} from '@tandem/time';
import { isCalmSince, restorationDelay } from './restoration.ts';
import { entryKey, type StaticEntry } from './routing-settings.ts';

/** An entry that is to be in the kernel. */
interface Kept {
  /** Unlike that of one that was kept under the same key before. */
  readonly id: number;
  readonly entry: StaticEntry;
  /** Begins lines about it: `(VI_1) `. */
  readonly whose: string;
  /** It is known to have been there, and that we have taken it away ourselves is not. */
  readonly established: boolean;
  /** Why the kernel refused it. */
  readonly error: string | undefined;
  /** How often it had gone without a pause between, and when last. */
  readonly removals: number;
  readonly removedAt: Instant | undefined;
  /** When it is tried again. */
  readonly due: Instant | undefined;
}

/** All entries, by key, in the order in which they were wanted. */
export interface UpkeepState {
  readonly entries: ReadonlyMap<string, Kept>;
  readonly lastId: number;
}

/** An entry to be set; the answer comes back with the id. */
export interface Setting {
  readonly id: number;
  readonly key: string;
  readonly entry: StaticEntry;
}

/** What can happen to entries. */
export type UpkeepEvent =
  | { readonly type: 'want'; readonly whose: string; readonly entries: readonly StaticEntry[] }
  | { readonly type: 'release'; readonly entries: readonly StaticEntry[] }
  /** They go with an address that we take off for a moment, or are to follow a VRF: no news. */
  | { readonly type: 'excuse'; readonly keys: readonly string[] }
  /** They may have gone, or what was refused may be possible now. */
  | { readonly type: 'suspect'; readonly keys: readonly string[] }
  | { readonly type: 'set'; readonly key: string; readonly id: number; readonly wasThere: boolean }
  | {
      readonly type: 'refused';
      readonly key: string;
      readonly id: number;
      readonly error: string;
    }
  | { readonly type: 'timer' };

/** What is to be done, in this order. */
export type UpkeepEffect =
  | { readonly type: 'set'; readonly settings: readonly Setting[] }
  /** One that is not there is as good as removed. */
  | { readonly type: 'withdraw'; readonly entries: readonly StaticEntry[] }
  /** One that somebody else had removed has been set again. */
  | { readonly type: 'restored'; readonly entry: StaticEntry }
  | { readonly type: 'log'; readonly level: 'warning' | 'info'; readonly text: string };

/** Between attempts to set what was refused. */
const RETRY: Duration = seconds(1);

/** Nothing is kept. */
export const NO_UPKEEP: UpkeepState = { entries: new Map(), lastId: 0 };

interface Step {
  readonly state: UpkeepState;
  readonly effects: readonly UpkeepEffect[];
}

/**
 * @param state - as it was
 * @param event - what has happened
 * @param now - the present
 * @returns the state after it, and what is to be done
 */
export function stepUpkeep(state: UpkeepState, event: UpkeepEvent, now: Instant): Step {
  switch (event.type) {
    case 'want':
      return want(state, event);
    case 'release':
      return release(state, event.entries);
    case 'excuse':
      return { state: excused(state, event.keys), effects: [] };
    case 'suspect':
      return trySetting(state, suspects(state, event.keys, now));
    case 'set':
    case 'refused':
      return onAnswer(state, event, now);
    case 'timer': {
      const due = [...state.entries.values()].filter((each) => isDue(each.due, now));
      return trySetting(
        state,
        due.map((each) => ({ ...each, due: undefined })),
      );
    }
  }
}

/** @returns when a `timer` event is wanted; undefined: never */
export function upkeepDeadline({ entries }: UpkeepState): Instant | undefined {
  return earliest(...[...entries.values()].map(({ due }) => due));
}

/** @returns why an entry is not in the kernel, as a sentence; undefined when nothing is known to be wrong */
export function whyNotSet({ entries }: UpkeepState, entry: StaticEntry): string | undefined {
  const kept = entries.get(entryKey(entry));
  if (kept?.error !== undefined) return `${titleOf(entry)} is not set: ${kept.error}`;
  if (kept?.due === undefined) return undefined;
  return `${titleOf(entry)} may be gone: it was ${kept.removals} times, and is set again later`;
}

/** @returns what it is, in a line */
export function titleOf({ kind, text }: StaticEntry): string {
  return `${kind} ${text}`;
}

function want(
  state: UpkeepState,
  { entries: wanted, whose }: UpkeepEvent & { readonly type: 'want' },
): Step {
  const added: Kept[] = [];
  let { lastId } = state;
  for (const entry of wanted) {
    if (state.entries.has(entryKey(entry))) continue;
    lastId += 1;
    const fresh = { established: false, error: undefined, removals: 0 };
    added.push({ id: lastId, entry, whose, ...fresh, removedAt: undefined, due: undefined });
  }
  return trySetting({ ...state, lastId }, added);
}

function release({ entries, lastId }: UpkeepState, released: readonly StaticEntry[]): Step {
  const left = new Map(entries);
  for (const each of released) left.delete(entryKey(each));
  const effects: UpkeepEffect[] =
    released.length === 0 ? [] : [{ type: 'withdraw', entries: released.toReversed() }];
  return { state: { entries: left, lastId }, effects };
}

function excused(state: UpkeepState, keys: readonly string[]): UpkeepState {
  const entries = new Map(state.entries);
  for (const key of keys) {
    const kept = entries.get(key);
    if (kept !== undefined) entries.set(key, { ...kept, established: false });
  }
  return { ...state, entries };
}

/** Those to be tried at once; one that goes again and again waits. */
function suspects(state: UpkeepState, keys: readonly string[], now: Instant): Kept[] {
  return keys.flatMap((key) => {
    const kept = state.entries.get(key);
    if (kept === undefined) return [];
    if (kept.error !== undefined) return [{ ...kept, due: undefined }];
    if (kept.due !== undefined) return [];
    if (!kept.established) return [kept];
    if (!kept.entry.track) return [];
    const delay = restorationDelay(removalsBy(kept, now));
    return [delay === undefined ? kept : { ...kept, due: after(now, delay) }];
  });
}

/** How often it will have gone, if it has gone now. */
function removalsBy({ removals, removedAt }: Kept, now: Instant): number {
  return removedAt === undefined || isCalmSince(removedAt, now) ? 1 : removals + 1;
}

/** Takes note of entries, and sets those that need not wait. */
function trySetting(state: UpkeepState, changed: readonly Kept[]): Step {
  if (changed.length === 0) return { state, effects: [] };
  const entries = new Map(state.entries);
  for (const each of changed) entries.set(entryKey(each.entry), each);
  const settings = changed
    .filter(({ due }) => due === undefined)
    .map(({ id, entry }) => ({ id, key: entryKey(entry), entry }));
  const effects: UpkeepEffect[] = settings.length === 0 ? [] : [{ type: 'set', settings }];
  return { state: { ...state, entries }, effects };
}

type Answer = UpkeepEvent & { readonly type: 'set' | 'refused' };

/** One to a request that is no longer wanted means nothing. */
function onAnswer(state: UpkeepState, answer: Answer, now: Instant): Step {
  const kept = state.entries.get(answer.key);
  if (kept?.id !== answer.id) return { state, effects: [] };
  const news =
    answer.type === 'set' ? onSet(kept, answer.wasThere, now) : onRefused(kept, answer.error, now);
  return noted(state, news);
}

/** An entry as it is from now on, and what is said about it. */
interface News {
  readonly kept: Kept;
  readonly line?: { readonly level: 'warning' | 'info'; readonly text: string };
  /** Somebody else had removed it. */
  readonly wasGone?: boolean;
}

function onSet(kept: Kept, wasThere: boolean, now: Instant): News {
  const good = { ...kept, established: true, error: undefined, due: undefined };
  if (kept.error !== undefined)
    return { kept: good, line: { level: 'info', text: 'is set after all' } };
  if (wasThere || !kept.established) return { kept: good };
  const removals = removalsBy(kept, now);
  const next = restorationDelay(removals + 1);
  const warning = next === undefined ? '' : `, the next time only after ${inSeconds(next)} s`;
  const text = `was gone: set again${warning}`;
  const line = { level: 'warning', text } as const;
  return { kept: { ...good, removals, removedAt: now }, line, wasGone: true };
}

function onRefused(kept: Kept, error: string, now: Instant): News {
  const refused = { ...kept, error, due: after(now, RETRY) };
  if (kept.error === error) return { kept: refused };
  return { kept: refused, line: { level: 'warning', text: `cannot be set: ${error}` } };
}

function noted(state: UpkeepState, { kept, line, wasGone = false }: News): Step {
  const entries = new Map(state.entries).set(entryKey(kept.entry), kept);
  const { whose, entry } = kept;
  const effects: UpkeepEffect[] =
    line === undefined
      ? []
      : [{ type: 'log', level: line.level, text: `${whose}${titleOf(entry)} ${line.text}` }];
  if (wasGone) effects.push({ type: 'restored', entry });
  return { state: { ...state, entries }, effects };
}
