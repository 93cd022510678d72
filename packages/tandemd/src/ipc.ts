/**
 * What the supervisor and its children say to each other, over Node's IPC channel (JSON).
 * Children never read the configuration file, write no log of their own and spawn nothing while
 * the supervisor lives: log lines, scripts and mails go through it, so that none of them can
 * delay an advertisement.
 */
import type { BfdSession } from '@tandem/bfd';
import type { Settings } from '@tandem/config';
import type { VirtualServerKey } from '@tandem/health';
import type { IpAddress } from '@tandem/inet';
import type { ScriptOutcome } from '@tandem/notify';
import type { StaticSnapshot, VirtualServerSnapshot, VrrpInstanceSnapshot } from '@tandem/status';
import type { Duration } from '@tandem/time';
import type { VirtualAddress, VrrpStateName } from '@tandem/vrrp';
import type { TimeoutsChange } from './ipvs/timeouts.ts';
import type { IpvsRecord, VrrpRecord } from './kernel-record.ts';
import type { KernelChange } from './vrrp/kernel-changes.ts';

/** Which child a message comes from. */
export type ChildName = 'vrrp' | 'ipvs' | 'bfd';

/** Options of the command line that children need. */
export interface ChildOptions {
  /** -D, counted. */
  readonly logDetail: number;
  /** -V: leave VIPs at stop. */
  readonly keepAddresses: boolean;
  /** -I: leave the IPVS table at stop. */
  readonly keepIpvs: boolean;
}

/** What the supervisor remembers of a dead vrrp process, for its successor. */
export interface VrrpMemory {
  readonly instances: readonly VrrpInstanceSnapshot[];
  /** When it was last known to send all adverts in time, milliseconds on the monotonic clock. */
  readonly aliveAtMonotonicMs: number | undefined;
  /** Highest number that it may have put into an authentication header; absent: 0. */
  readonly ahSequence?: number;
}

/** What the supervisor remembers of a dead ipvs process, for its successor. */
export interface IpvsMemory {
  readonly virtualServers: readonly VirtualServerSnapshot[];
}

/** A BFD session has come up, or is up no longer; of one that begins, that it is down. */
export interface BfdReport {
  readonly type: 'bfd-state';
  /** Of the bfd_instance. */
  readonly name: string;
  readonly up: boolean;
}

/** An operator wants real servers out, or back. */
export interface DrainOrder {
  readonly type: 'drain';
  readonly action: 'drain' | 'undrain';
  readonly targets: readonly {
    readonly key: VirtualServerKey;
    readonly address: IpAddress;
    readonly port: number;
  }[];
  /** Then they go out with the connections that they have; absent: no limit. */
  readonly timeout?: Duration;
}

/** Supervisor to child. */
export type ToChild =
  | {
      readonly type: 'start';
      readonly settings: Settings;
      readonly options: ChildOptions;
      /** Present when this child replaces one that died. */
      readonly vrrpMemory?: VrrpMemory;
      readonly ipvsMemory?: IpvsMemory;
      /** What processes before this one may have left, also of a daemon that was killed; absent: nothing. */
      readonly leftByVrrp?: VrrpRecord;
      readonly leftByIpvs?: IpvsRecord;
      /** State of each instance, for the ipvs child's sync daemon. */
      readonly vrrpStates?: readonly { readonly name: string; readonly state: VrrpStateName }[];
      /** Whether each BFD session that has been heard of is up, by name; for a successor, too. */
      readonly bfdStates?: Readonly<Record<string, boolean>>;
      /** Sessions of a bfd child that died, for its successor. */
      readonly bfdSessions?: readonly BfdSession[];
    }
  | { readonly type: 'reload'; readonly settings: Settings }
  /** Leave in order, report `stopped`, then exit 0. */
  | { readonly type: 'stop' }
  /** An instance changed; the ipvs child's sync daemon follows. */
  | { readonly type: 'vrrp-state'; readonly name: string; readonly state: VrrpStateName }
  | BfdReport
  /** Answer with `status` at once; vrrp: and then count from zero again. */
  | { readonly type: 'status-wanted'; readonly clear?: boolean }
  /** A `watched-script` has ended. */
  | { readonly type: 'script-ended'; readonly id: number; readonly outcome: ScriptOutcome }
  | DrainOrder;

/** Severity of a log line, syslog's own words. */
export type LogLevel = 'err' | 'warning' | 'notice' | 'info' | 'debug';

/** Child to supervisor, one by one or several as an array. */
export type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'reloaded' }
  | { readonly type: 'stopped' }
  /** It was so at that time of the monotonic clock, which all processes share; comes by the pulse. */
  | { readonly type: 'alive'; readonly atMonotonicMs: number }
  /** As in `VrrpMemory`; the numbers go on for a while before it is told again. */
  | { readonly type: 'ah-sequence'; readonly highest: number }
  | { readonly type: 'log'; readonly level: LogLevel; readonly text: string }
  /** Several of one level, in their order, with line feeds between them; in none of them is one. */
  | { readonly type: 'log-lines'; readonly level: LogLevel; readonly lines: string }
  /** Run it and forget it; arguments complete, nothing is appended. */
  | {
      readonly type: 'script';
      readonly argv: readonly string[];
      readonly user?: string;
      readonly group?: string;
      /** What it is for, in log lines: `ETH0 notify_master`. */
      readonly purpose: string;
    }
  /** For the FIFOs that hear of the child's changes; its end is added. */
  | { readonly type: 'fifo'; readonly line: string }
  /** Run it, and answer with `script-ended`; it does not outlive the child. */
  | {
      readonly type: 'watched-script';
      /** Unique in the life of the child. */
      readonly id: number;
      readonly argv: readonly string[];
      readonly user?: string;
      readonly group?: string;
      /** After which it is ended. */
      readonly timeout: Duration;
    }
  /** Subject without the `[router_id] ` tag; the supervisor adds it. */
  | { readonly type: 'mail'; readonly subject: string; readonly body: string }
  | { readonly type: 'vrrp-state'; readonly name: string; readonly state: VrrpStateName }
  | BfdReport
  /** Whole state of the bfd child: after every change of a session's state, and when asked. */
  | {
      readonly type: 'bfd-status';
      readonly sessions: readonly BfdSession[];
      /** What is dropped, one sentence each. */
      readonly problems: readonly string[];
    }
  /** All numbers of the kernel that are to be put back some day; said before each is changed. */
  | { readonly type: 'kernel-changes'; readonly changes: readonly KernelChange[] }
  /** The same for the timeouts of IPVS. */
  | { readonly type: 'timeouts-change'; readonly change: TimeoutsChange | undefined }
  /** Of the configured addresses, those that are the box's own: they stay whatever happens. */
  | { readonly type: 'spared'; readonly addresses: readonly VirtualAddress[] }
  /** Whole state of the child: after every change of state, and when asked. */
  | {
      readonly type: 'vrrp-status';
      readonly instances: readonly VrrpInstanceSnapshot[];
      readonly statics: readonly StaticSnapshot[];
    }
  | {
      readonly type: 'ipvs-status';
      readonly virtualServers: readonly VirtualServerSnapshot[];
      /** The other virtual servers are as they were told before. */
      readonly part?: true;
      /** What is wrong, one sentence each, such as a kernel without IPVS. */
      readonly problems: readonly string[];
    };
