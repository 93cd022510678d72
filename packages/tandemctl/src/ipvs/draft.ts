import type { IpAddress } from '@tandem/inet';
import type { ForwardingMethod, ServiceKey } from '@tandem/ipvs';

/** What the options of a command line have said so far. */
export interface Draft {
  key?: ServiceKey;
  scheduler: string;
  persistenceEngine?: string;
  persistenceSeconds?: number;
  /** As written: what it means depends on the service's family. */
  netmask?: string;
  onePacket: boolean;
  /** Names of flags, as written. */
  schedulerFlags: readonly string[];
  server?: { readonly address: IpAddress; readonly port: number | undefined };
  forwarding: ForwardingMethod;
  weight: number;
  upperThreshold: number;
  lowerThreshold: number;
  tunnelType: 'ipip' | 'gue' | 'gre';
  tunnelPort: number;
  interface: string;
  syncId: number;
  syncMaximumLength?: number;
  group?: IpAddress;
  groupPort?: number;
  groupTtl?: number;
  /** Of tandemd's control socket. */
  control?: string;
}

/** @returns what holds where the command line is silent */
export function emptyDraft(): Draft {
  return {
    scheduler: 'wlc',
    onePacket: false,
    schedulerFlags: [],
    forwarding: 'Route',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    tunnelType: 'ipip',
    tunnelPort: 0,
    interface: '',
    syncId: 0,
  };
}
