import type { IpAddress } from '@tandem/inet';
import type { VirtualServerSettings } from '@tandem/health';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import type { DiagnosticCode } from '../catalogue.ts';
import type { Call } from '../call.ts';
import type { Outline } from '../outline.ts';
import type { DiagnosticOptions } from '../report.ts';
import type { Place } from '../source.ts';

/** Something that a trap has found. */
export interface Finding extends Pick<DiagnosticOptions, 'hint' | 'related'> {
  /** Without the owner, which is put before it. */
  readonly message: string;
  /** Default: the statement that opens the block. */
  readonly at?: Place | undefined;
}

/** One thing that works and burns people, looked for in one kind of block. */
export interface Trap<S> {
  /** Its severity is that of the catalogue. */
  readonly code: DiagnosticCode;
  /** @returns nothing where the subject is not in the trap */
  readonly find: (subject: S) => readonly Finding[];
}

/** The whole configuration. */
export interface Subject {
  readonly outline: Outline;
}

/** One instance in its configuration. */
export interface InstanceSubject extends Subject {
  readonly settings: VrrpInstanceSettings;
  readonly call: Call;
}

/** One virtual server in its configuration. */
export interface ServerSubject extends Subject {
  readonly settings: VirtualServerSettings;
  readonly call: Call;
}

/** @returns one finding where the condition holds */
export function when(condition: boolean, finding: () => Finding): readonly Finding[] {
  return condition ? [finding()] : [];
}

/** @returns the first of many alike, which says how many there are */
export function firstOf(findings: readonly Finding[]): readonly Finding[] {
  const [first, ...others] = findings;
  if (first === undefined || others.length === 0) return findings;
  return [{ ...first, message: `${first.message} (and ${others.length} more like this)` }];
}

/** @returns the address, in brackets where a port follows an IPv6 one */
export function withPort(address: IpAddress, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
