/**
 * Remembers what the kernel does not take of what is wanted, such as a scheduler that it has no module
 * for, and what it has instead. Decides nothing about when that is tried again.
 */
import { formatServiceKey, type ActualService, type DesiredService } from '@tandem/ipvs';
import type { RefusedService, VirtualServerSnapshot } from '@tandem/status';
import { newsOf, serviceOf, type MadeGood } from './table-changes.ts';

interface Refusal {
  readonly wanted: DesiredService;
  /** One sentence for each thing that was refused. */
  readonly why: readonly string[];
  /** Undefined: it is not there. */
  readonly found: ActualService | undefined;
}

/** The services that are not as they are wanted. */
export class Refusals {
  #byName: ReadonlyMap<string, Refusal> = new Map();
  /** What is not wanted any more, and cannot be deleted. */
  #leaving: readonly ActualService[] = [];
  #problems: readonly string[] = [];

  /** @returns one sentence for each thing that was refused */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /**
   * @param name - of a service
   * @returns what is known of it; undefined: nothing of it was refused
   */
  get(name: string): RefusedService | undefined {
    const refusal = this.#byName.get(name);
    if (refusal === undefined) return undefined;
    const { why, found } = refusal;
    const scheduler = found === undefined ? {} : { scheduler: found.scheduler };
    return { service: name, why: why.join(', '), ...scheduler };
  }

  /** @returns the services as the kernel has them, those that it has */
  present(services: readonly DesiredService[]): readonly DesiredService[] {
    if (this.#byName.size === 0) return services;
    return services.flatMap((each) => {
      const refusal = this.#byName.get(formatServiceKey(each.key));
      return refusal === undefined ? each : (refusal.found ?? []);
    });
  }

  /**
   * @param services - as they were wanted
   * @param wanted - as they are wanted now: what was refused so is taken to be so, as one need not try
   *   again at each change of something else
   */
  believed(
    services: readonly DesiredService[],
    wanted: readonly DesiredService[],
  ): readonly DesiredService[] {
    if (this.#problems.length === 0) return services;
    const now = new Set(wanted);
    const believed = services.flatMap((each) => {
      const refusal = this.#byName.get(formatServiceKey(each.key));
      if (refusal === undefined) return each;
      return now.has(refusal.wanted) ? refusal.wanted : (refusal.found ?? []);
    });
    return [...believed, ...this.#leaving];
  }

  /**
   * @param services - as wanted
   * @param outcome - of an attempt to have them so
   * @param tried - all of them, or those that were not refused before
   */
  note(
    services: readonly DesiredService[],
    { refused, found }: MadeGood,
    tried: 'all' | 'others',
  ): void {
    if (refused.length === 0 && this.#problems.length === 0) return;
    const actual = new Map(found.map((each) => [formatServiceKey(each.key), each]));
    const texts = new Map<string, string[]>();
    for (const { change, why } of newsOf(refused)) {
      const name = serviceOf(change);
      const scheduler = change.type === 'edit-service' ? actual.get(name)?.scheduler : undefined;
      const text = scheduler === undefined ? why : `${why}; the kernel has it with ${scheduler}`;
      texts.set(name, [...(texts.get(name) ?? []), text]);
    }
    const before = this.#byName;
    const now = new Map<string, Refusal>();
    for (const wanted of services) {
      const name = formatServiceKey(wanted.key);
      const why = texts.get(name);
      const old = before.get(name);
      if (why !== undefined) now.set(name, { wanted, why, found: actual.get(name) });
      else if (tried === 'others' && old?.wanted === wanted) now.set(name, old);
    }
    this.#byName = now;
    this.#leaving = found.filter(({ key }) => !now.has(formatServiceKey(key)));
    const leaving = [...texts].filter(([name]) => !now.has(name)).map(([, why]) => ({ why }));
    this.#problems = [...now.values(), ...leaving].flatMap(({ why }) =>
      why.map((each) => `IPVS: ${each}`),
    );
  }
}

/**
 * @param snapshot - as it would be if the kernel had taken all
 * @param refused - of the virtual server's services
 * @param count - how many services it has
 * @returns as it is: nobody serves what the kernel does not have
 */
export function withRefused(
  snapshot: VirtualServerSnapshot,
  refused: readonly RefusedService[],
  count: number,
): VirtualServerSnapshot {
  if (refused.length === 0) return snapshot;
  const isPartly =
    refused.length < count || refused.some(({ scheduler }) => scheduler !== undefined);
  if (isPartly) return { ...snapshot, refused };
  const { sorryServer } = snapshot;
  return {
    ...snapshot,
    refused,
    ...(sorryServer !== undefined && { sorryServer: { ...sorryServer, serves: false } }),
    realServers: snapshot.realServers.map((each) => {
      const { tableWeight: _, ...absent } = each;
      return absent;
    }),
  };
}
