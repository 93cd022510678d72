import type { Probe } from './probe.ts';
import type { WeightAdjustment } from './adjustment.ts';
import type { CommandSettings } from './check-settings.ts';

/** A line for the log. */
export interface LogEffect {
  readonly type: 'log';
  readonly level: 'err' | 'warning' | 'notice' | 'info';
  readonly text: string;
}

/** What a check machine wants done, in order. */
export type CheckEffect =
  | LogEffect
  /** Make the attempt and bring its result back as an event. */
  | { readonly type: 'run-probe'; readonly probe: Probe }
  /**
   * The checker changed its mind, or has seen for the first time that the server is as down as alpha
   * has it: tell the virtual server.
   */
  | {
      readonly type: 'check-changed';
      readonly up: boolean;
      /** For the mail about it; undefined: there is none. */
      readonly mailBody: string | undefined;
    }
  /** The checker wants another weight of the real server; undefined: the configured one. */
  | { readonly type: 'weight-changed'; readonly adjustment: WeightAdjustment | undefined }
  /** Something that a status shows is different now. */
  | { readonly type: 'state-changed' };

/** What a virtual server wants done, in order. */
export type VirtualServerEffect =
  | LogEffect
  | { readonly type: 'script'; readonly command: CommandSettings; readonly purpose: string }
  /** For the FIFOs, without its end: `VS [10.0.0.1]:tcp:80 UP`. */
  | { readonly type: 'fifo'; readonly line: string }
  /** Subject without the `[router_id] ` tag. */
  | { readonly type: 'mail'; readonly subject: string; readonly body: string }
  /** The wanted IPVS table is different now. */
  | { readonly type: 'table-changed' }
  /** Something that a status shows is different now. */
  | { readonly type: 'state-changed' };
