/**
 * What an instance follows, and what each part adds to its priority or holds against it.
 * @see inventory §3.8
 */
import type { Instant } from '@tandem/time';
import type { TrackerKind, TrackerSettings } from './settings.ts';

/**
 * Good or bad; the number in a file; missing: bad, as there is no such interface; disabled: it cannot be
 * known; undefined: it is not known yet.
 */
export type TrackedValue = boolean | number | 'missing' | 'disabled' | undefined;

/** What is known of something that instances may follow. */
export interface TrackedReport {
  readonly kind: TrackerKind;
  readonly name: string;
  readonly value: TrackedValue;
}

/** One tracker of one instance, and what it says. */
export interface LedgerEntry {
  readonly tracker: TrackerSettings;
  readonly value: TrackedValue;
  /** When it began to say so; undefined while it has said nothing. */
  readonly since: Instant | undefined;
}

/** The priority of the owner of the addresses, which nothing changes. */
export const OWNER_PRIORITY = 255;
/** Limits of everybody else's. */
const PRIORITY_MIN = 1;
const PRIORITY_MAX = 254;
/** The product of a file's number and its weight that means FAULT, and the highest that counts. */
const FILE_FAULT = -254;
const FILE_MAX = 253;

/**
 * @param trackers - of an instance
 * @returns a ledger in which nothing is known
 */
export function openLedger(trackers: readonly TrackerSettings[]): LedgerEntry[] {
  return trackers.map((tracker) => ({ tracker, value: undefined, since: undefined }));
}

/**
 * @param state - of an instance
 * @param report - of something, which may be followed or not
 * @returns whether the instance follows it and knows otherwise
 */
export function isNewsTo(
  state: { readonly ledger: readonly LedgerEntry[] },
  report: TrackedReport,
): boolean {
  return state.ledger.some((entry) => isNews(entry, report));
}

/**
 * @param ledger - before
 * @param report - of something, which may be followed or not
 * @returns the ledger with what is new in the report
 */
export function enter(
  ledger: readonly LedgerEntry[],
  report: TrackedReport,
  now: Instant,
): readonly LedgerEntry[] {
  return ledger.map((entry) =>
    isNews(entry, report) ? { ...entry, value: report.value, since: now } : entry,
  );
}

function isNews({ tracker, value: before }: LedgerEntry, report: TrackedReport): boolean {
  const { kind, name, value } = report;
  return tracker.kind === kind && tracker.name === name && before !== value;
}

/**
 * @param ledger - of the trackers before
 * @param trackers - of the new settings
 * @returns a ledger of the new ones, with what is known of them
 */
export function rewrite(
  ledger: readonly LedgerEntry[],
  trackers: readonly TrackerSettings[],
): LedgerEntry[] {
  return openLedger(trackers).map((entry) => {
    const { kind, name } = entry.tracker;
    const known = ledger.find(({ tracker }) => tracker.kind === kind && tracker.name === name);
    return { ...entry, ...(known && { value: known.value, since: known.since }) };
  });
}

/**
 * @param entry - one tracker
 * @returns what it adds to the priority; 0 while nothing is known
 * @see keepalived.conf(5) track_interface, track_file — weight and reverse
 */
export function contributionOf({ tracker, value }: LedgerEntry): number {
  const { weight, reverse } = tracker;
  if (value === undefined || value === 'disabled' || weight === 0) return 0;
  if (typeof value === 'number')
    return isFaulty({ tracker, value }) ? 0 : Math.min(FILE_MAX, product(tracker, value));
  const counts = value === true ? weight > 0 : weight < 0;
  if (!counts) return 0;
  return reverse ? -weight : weight;
}

/**
 * @param entry - one tracker
 * @returns whether it keeps the instance in FAULT
 */
export function isFaulty({ tracker, value }: Omit<LedgerEntry, 'since'>): boolean {
  if (value === undefined || value === 'disabled') return false;
  if (typeof value === 'number' && tracker.weight !== 0)
    return product(tracker, value) <= FILE_FAULT;
  const isBad = typeof value === 'number' ? value !== 0 : value !== true;
  return tracker.weight === 0 && isBad !== tracker.reverse;
}

/**
 * @param entry - one tracker
 * @returns whether an instance cannot start before something is known of it
 */
export function isAwaited({ tracker, value }: LedgerEntry): boolean {
  return tracker.weight === 0 && value === undefined;
}

/**
 * @param basePriority - 1–255
 * @param ledger - of the instance
 * @returns the priority to claim, 1–254; that of an owner stays
 */
export function priorityOf(basePriority: number, ledger: readonly LedgerEntry[]): number {
  if (basePriority === OWNER_PRIORITY) return basePriority;
  const total = ledger.reduce((sum, entry) => sum + contributionOf(entry), basePriority);
  return Math.min(PRIORITY_MAX, Math.max(PRIORITY_MIN, total));
}

const WORDS: Readonly<Record<TrackerKind, readonly [good: string, bad: string]>> = {
  interface: ['up', 'down'],
  script: ['succeeds', 'fails'],
  file: ['holds 0', 'does not hold 0'],
  process: ['runs as wanted', 'does not run as wanted'],
  bfd: ['is up', 'is down'],
};

/**
 * @param entry - one tracker
 * @returns what it says, for people
 */
export function describe({ tracker, value }: LedgerEntry): string {
  const { kind, name } = tracker;
  if (value === undefined) return `${kind} ${name} is not known yet`;
  if (value === 'disabled') return `${kind} ${name} is disabled`;
  if (value === 'missing') return `${kind} ${name} does not exist`;
  if (typeof value === 'number') return `${kind} ${name} holds ${value}`;
  return `${kind} ${name} ${WORDS[kind][value ? 0 : 1]}`;
}

function product({ weight, reverse }: TrackerSettings, value: number): number {
  return value * weight * (reverse ? -1 : 1);
}
