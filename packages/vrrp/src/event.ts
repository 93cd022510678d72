import type { IpAddress } from '@tandem/inet';
import type { Instant } from '@tandem/time';
import type { VrrpCounters } from './counters.ts';
import type { ReceivedPacket } from './ipv4-packet.ts';
import type { TrackedReport } from './ledger.ts';
import type { StaticEntry } from './routing-settings.ts';
import type { GroupFault } from './state.ts';
import type { Surroundings } from './surroundings.ts';
import type { VirtualAddress, VrrpInstanceSettings } from './settings.ts';

/** All that can happen to an instance. */
export type VrrpEvent =
  /** Take the addresses of a predecessor that crashed off; comes before `start`, if at all. */
  | { readonly type: 'discard-leftovers' }
  | (Surroundings & {
      readonly type: 'start';
      /** Why its sync group keeps it in FAULT. */
      readonly groupFault?: GroupFault | undefined;
      /** The predecessor died as MASTER so recently that no backup has noticed. */
      readonly resumeAsMaster?: boolean;
      /** Before that no wait for a master begins. */
      readonly holdUntil?: Instant | undefined;
      /** Of the predecessor. */
      readonly counters?: VrrpCounters;
    })
  /** A packet with our VRID came in on our interface. */
  | { readonly type: 'packet'; readonly packet: ReceivedPacket }
  /** `deadline` has come. */
  | { readonly type: 'timer' }
  | {
      readonly type: 'interface';
      readonly up: boolean;
      /** There is none; absent: there is. */
      readonly missing?: boolean;
    }
  /** Adverts of others can be heard, or why they cannot. */
  | { readonly type: 'hearing'; readonly failure: string | undefined }
  /** Something that it may follow has changed. */
  | { readonly type: 'tracked'; readonly report: TrackedReport }
  /** The address to send from appeared, changed or vanished. */
  | { readonly type: 'source'; readonly source: IpAddress | undefined }
  /** Another member of its sync group has a fault, or none has any more. */
  | { readonly type: 'group-fault'; readonly fault: GroupFault | undefined }
  /** The timers of all its sync group have run out. */
  | { readonly type: 'take-over' }
  /** Another member of its sync group is no longer master. */
  | {
      readonly type: 'step-down';
      /** That one gave way to whoever is quicker. */
      readonly yields?: boolean;
    }
  /** Another member of its sync group has announced its addresses again. */
  | { readonly type: 'announce-again' }
  /** An interface has another MAC address than its neighbours know. */
  | { readonly type: 'hardware-address'; readonly device: string }
  /** Somebody else took a virtual address off. */
  | { readonly type: 'address-removed'; readonly address: VirtualAddress }
  /** A virtual address is not there, for no reason that is known. */
  | { readonly type: 'address-missing'; readonly address: VirtualAddress }
  /** Somebody else had removed a route or rule, which has been set again. */
  | { readonly type: 'entry-restored'; readonly entry: StaticEntry }
  /** An `add-addresses` effect failed for one address. */
  | { readonly type: 'address-failed'; readonly address: VirtualAddress; readonly error: string }
  /** An address that had failed is on its interface after all. */
  | { readonly type: 'address-added'; readonly address: VirtualAddress }
  /** A `send-advertisement` effect failed. */
  | { readonly type: 'send-failed'; readonly error: string }
  /** One could be sent again. */
  | { readonly type: 'sent' }
  /** New settings of the same identity (VRID, family, interface). */
  | {
      readonly type: 'reconfigure';
      readonly settings: VrrpInstanceSettings;
      /** What is known of its trackers. */
      readonly tracked?: readonly TrackedReport[];
    }
  /** Count from zero again. */
  | { readonly type: 'clear-counters' }
  /** Leave in order; with `keepAddresses` the virtual addresses stay. */
  | { readonly type: 'stop'; readonly keepAddresses?: boolean }
  /** The instance is gone from the configuration. */
  | { readonly type: 'delete' };
