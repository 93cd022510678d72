/** Weights from dynamic checkers. @see inventory §4.5 */
import type { FileCheckSettings } from './check-settings.ts';

/** What a checker wants of the weight of its real server. */
export type WeightAdjustment =
  /** This one in place of the configured one. */
  | { readonly kind: 'instead'; readonly weight: number }
  /** So much more, or less if negative. */
  | { readonly kind: 'more'; readonly weight: number };

/** Whether a script or a file says that the server is up, and with which weight. */
export type DynamicVerdict =
  | { readonly ok: true; readonly adjustment: WeightAdjustment | undefined }
  | { readonly ok: false };

/** A file says so of a server that must not be used, whatever the factor. */
const FAULT = -(2 ** 31);
const WEIGHT_MAX = 2 ** 31 - 1;

/**
 * @param status - with which a script has ended, 0–255
 * @param dynamic - whether a status above 1 is a weight
 */
export function judgeStatus(status: number, dynamic: boolean): DynamicVerdict {
  if (status === 0) return { ok: true, adjustment: undefined };
  if (!dynamic || status === 1) return { ok: false };
  return { ok: true, adjustment: { kind: 'instead', weight: status - 2 } };
}

/**
 * @param number - in the file, 32 bits
 * @param settings - its factor; 0 means down unless the number is 0 (or the other way round)
 */
export function judgeNumber(
  number: number,
  { weight, reverse }: Pick<FileCheckSettings, 'weight' | 'reverse'>,
): DynamicVerdict {
  if (weight === 0)
    return (number === 0) === reverse ? { ok: false } : { ok: true, adjustment: undefined };
  const more = number * weight * (reverse ? -1 : 1);
  if (more <= FAULT) return { ok: false };
  return {
    ok: true,
    adjustment: more === 0 ? undefined : { kind: 'more', weight: Math.min(more, WEIGHT_MAX) },
  };
}

/** @returns whether both want the same */
export function sameAdjustment(
  a: WeightAdjustment | undefined,
  b: WeightAdjustment | undefined,
): boolean {
  return a?.kind === b?.kind && a?.weight === b?.weight;
}

/**
 * @param configured - weight of a real server
 * @param adjustments - what its checkers want; each counts by how much it differs
 * @returns the weight in effect, 0–2147483647
 */
export function effectiveWeight(
  configured: number,
  adjustments: readonly (WeightAdjustment | undefined)[],
): number {
  let weight = configured;
  for (const each of adjustments) {
    if (each !== undefined) weight += each.kind === 'more' ? each.weight : each.weight - configured;
  }
  return Math.min(WEIGHT_MAX, Math.max(0, weight));
}
