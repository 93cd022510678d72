import type { IpAddress } from '@tandem/inet';
import type { Routing } from './routing-settings.ts';
import type { VirtualAddress } from './settings.ts';
import type { VrrpStateName } from './state.ts';

/** State words that notify scripts and mails know. */
export type NotifyWord = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'DELETED';

/** What only FIFOs are told, beside state words. */
export type FifoWord = NotifyWord | 'MASTER_PRIORITY' | 'BACKUP_PRIORITY' | 'MASTER_RX_LOWER_PRI';

/** A change, for a line in the FIFOs. */
export interface FifoEffect {
  readonly type: 'fifo';
  /** Without its end: `INSTANCE "VI_1" MASTER 150`. */
  readonly line: string;
}

/**
 * @param subject - an instance or a sync group
 * @param priority - effective; 0 of a group
 * @returns what FIFOs are told of it
 * @see inventory §3.10
 */
export function fifo(
  subject: { readonly kind: 'INSTANCE' | 'GROUP'; readonly name: string },
  word: FifoWord,
  priority: number,
): FifoEffect {
  return { type: 'fifo', line: `${subject.kind} "${subject.name}" ${word} ${priority}` };
}

/**
 * What the driver must do, in this order. Adverts, log lines and `state-changed` never wait;
 * `announce`, `announce-source`, `notify`, `fifo` and `mail` wait for the address changes before them.
 */
export type VrrpEffect =
  /** To the instance's group; a failure comes back as `send-failed`. */
  | {
      readonly type: 'send-advertisement';
      readonly priority: number;
      /** Which may have left the interface just now. */
      readonly source: IpAddress;
      /** A line for the log when it has gone out; where it cannot, the log has that instead. */
      readonly onceSent?: string;
    }
  /** One that is there already is as good as added; failures come back as `address-failed`. */
  | { readonly type: 'add-addresses'; readonly addresses: readonly VirtualAddress[] }
  /** One that is not there is as good as removed. */
  | { readonly type: 'remove-addresses'; readonly addresses: readonly VirtualAddress[] }
  /** After the addresses before it; they are kept there until they are withdrawn. */
  | { readonly type: 'set-routing'; readonly entries: readonly Routing[] }
  /** One that is not there is as good as removed. */
  | { readonly type: 'withdraw-routing'; readonly entries: readonly Routing[] }
  /** Gratuitous ARP or unsolicited neighbour advertisements: rounds over all addresses. */
  | {
      readonly type: 'announce';
      readonly addresses: readonly VirtualAddress[];
      /** At least 1. */
      readonly rounds: number;
    }
  /** The same, once, of the address that adverts are sent from. */
  | { readonly type: 'announce-source'; readonly source: IpAddress }
  | {
      readonly type: 'log';
      readonly level: 'warning' | 'info';
      readonly text: string;
      /** Only wanted with -D. */
      readonly detail?: boolean;
    }
  | {
      readonly type: 'notify';
      /** Complete; nothing is to be appended. */
      readonly argv: readonly string[];
      readonly user?: string;
      readonly group?: string;
      /** `NAME notify_master` */
      readonly purpose: string;
    }
  | FifoEffect
  | {
      readonly type: 'mail';
      readonly about: NotifyWord;
      /** Without the tag of the router. */
      readonly subject: string;
      readonly body: string;
    }
  | { readonly type: 'state-changed'; readonly state: VrrpStateName };
