/** How far gratuitous ARPs, and unsolicited neighbour advertisements, are apart. */
import type { GlobalSettings } from '@tandem/config';
import type { IpFamily } from '@tandem/inet';
import { ZERO, type Duration } from '@tandem/time';

/** What those that leave one after the other have in common. */
export interface Pace {
  readonly queue: string;
  /** 0: they need not wait for each other. */
  readonly gap: Duration;
}

const GAPS = { 4: 'garpInterval', 6: 'gnaInterval' } as const;

/**
 * The interval of a group, else that of all interfaces; an interface without a group is by itself.
 * @param global - garp_group, and the intervals of all
 * @param family - 4: gratuitous ARP
 * @param interfaces - the one they leave by, and what is below it
 */
export function paceOf(
  global: Pick<GlobalSettings, 'garpGroups' | 'garpInterval' | 'gnaInterval'>,
  family: IpFamily,
  interfaces: readonly [string, string],
): Pace {
  const gapOf = GAPS[family];
  const { garpGroups: groups = [] } = global;
  const index = groups.findIndex((group) =>
    interfaces.some((each) => group.interfaces.includes(each)),
  );
  const gap = groups[index]?.[gapOf];
  return gap === undefined
    ? { queue: `${family} ${interfaces[0]}`, gap: global[gapOf] ?? ZERO }
    : { queue: `${family} group ${index}`, gap };
}
