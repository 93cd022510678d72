/** What processes of the daemon may have put into the kernel, for whoever comes after them. */
import type { ServiceKey } from '@tandem/ipvs';
import type { StaticEntry, VirtualAddress } from '@tandem/vrrp';
import type { TimeoutsChange } from './ipvs/timeouts.ts';
import type { KernelChange } from './vrrp/kernel-changes.ts';
import type { VirtualLink } from './vrrp/virtual-link.ts';

/** What vrrp processes may have left. */
export interface VrrpRecord {
  /** On their interfaces. */
  readonly addresses: readonly VirtualAddress[];
  /** Routes, rules and static addresses. */
  readonly entries: readonly StaticEntry[];
  readonly links: readonly VirtualLink[];
  /** The kernel's numbers that are not as they were. */
  readonly kernelChanges: readonly KernelChange[];
  /** Names of those of nftables that drop packets. */
  readonly tables: readonly string[];
}

/** What ipvs processes may have left. */
export interface IpvsRecord {
  readonly services: readonly ServiceKey[];
  /** Whether the sync daemons that run are ours. */
  readonly daemons: boolean;
  /** Network namespace of the table; absent: that of the daemon. */
  readonly namespace?: string | undefined;
  /** Timeouts that are not as they were. */
  readonly timeouts?: TimeoutsChange | undefined;
}

/** Both. */
export interface KernelRecord {
  readonly vrrp: VrrpRecord;
  readonly ipvs: IpvsRecord;
}

/** Nothing is left. */
export const NOTHING_LEFT: KernelRecord = {
  vrrp: { addresses: [], entries: [], links: [], kernelChanges: [], tables: [] },
  ipvs: { services: [], daemons: false },
};

/** @returns whether there is nothing to put in order */
export function isNothing(record: VrrpRecord | IpvsRecord): boolean {
  return Object.values(record).every((each) =>
    Array.isArray(each) ? each.length === 0 : typeof each !== 'object' && each !== true,
  );
}
