import type { VirtualServerSettings } from '@tandem/health';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import type { DiagnosticCode } from '../catalogue.ts';
import type { Located, Outline } from '../outline.ts';
import type { Place } from '../source.ts';

/** One box of a cluster. */
export interface Member {
  /** As people call it: the path of its file, with its config id if the file is shared. */
  readonly name: string;
  readonly outline: Outline;
}

/** What one box says about something that another box says too. */
export interface Side<S> extends Located<S> {
  readonly member: Member;
}

/** The same virtual router on two boxes. */
export interface InstancePair {
  readonly here: Side<VrrpInstanceSettings>;
  readonly there: Side<VrrpInstanceSettings>;
}

/** The same virtual server on two boxes. */
export interface ServerPair {
  readonly here: Side<VirtualServerSettings>;
  readonly there: Side<VirtualServerSettings>;
}

/** Two boxes do not fit together. */
export interface Discord {
  readonly message: string;
  /** In the second file. */
  readonly at: Place;
  /** In the first file; its message is completed by the place. */
  readonly other?: { readonly message: string; readonly place: Place };
  readonly hint?: string;
}

/** One thing in which two boxes must, or must not, agree. */
export interface Rule<P> {
  /** Its severity is that of the catalogue. */
  readonly code: DiagnosticCode;
  readonly find: (pair: P) => readonly Discord[];
}

/** @returns the last of some statements of a block, or the statement that opens it */
export function placeOf(side: Side<unknown>, ...keywords: readonly string[]): Place {
  return side.call.inside(...keywords) ?? side.call.statement;
}
