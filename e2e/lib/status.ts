import { join } from 'node:path';
import type { Daemon } from './daemon.ts';
import type { Host } from './lan.ts';
import { repositoryRoot } from './program.ts';

/** What the tests read of a vrrp instance in `tandemctl status --json`. */
export interface InstanceStatus {
  readonly name: string;
  readonly state: string;
  readonly lastTransitionEpochMs: number;
  readonly effectivePriority: number;
  readonly trackers: readonly { readonly name: string; readonly contribution: number }[];
  readonly faults: readonly { readonly reason: string }[];
  readonly master?: { readonly address: string; readonly priority: number };
  readonly redirects?: readonly string[];
  readonly counters: Readonly<Record<string, number>>;
}

/** What the tests read of the whole. */
export interface Status {
  readonly processes: readonly {
    readonly name: string;
    readonly pid: number;
    readonly restarts: number;
  }[];
  readonly vrrp: readonly InstanceStatus[];
  readonly bfd: readonly SessionStatus[];
  readonly problems: readonly string[];
}

/**
 * Asks a daemon of ours with `tandemctl`, whatever it thinks of its own health.
 * @throws Error when it does not answer
 */
export async function status(host: Host, daemon: Daemon): Promise<Status> {
  const tandemctl = join(repositoryRoot(), 'packages/tandemctl/bin/tandemctl.mjs');
  const words = ['status', '--json', '--control', daemon.controlSocket];
  const outcome = await host.exec([process.execPath, tandemctl, ...words], { mayFail: true });
  if (!outcome.stdout.startsWith('{')) throw new Error(`tandemctl: ${outcome.stderr}`);
  return JSON.parse(outcome.stdout) as Status;
}

/** What the tests read of a BFD session. */
interface SessionStatus {
  readonly name: string;
  readonly state: string;
  readonly detectionTimeMs?: number;
  readonly transmitIntervalMs?: number;
}

/** The sessions of BFD in the status. @throws Error when there is no answer */
export async function bfdStatus(host: Host, daemon: Daemon): Promise<readonly SessionStatus[]> {
  return (await status(host, daemon)).bfd;
}

/** The status of the only instance. @throws Error when there is none */
export function onlyInstance({ vrrp }: Status): InstanceStatus {
  const [instance] = vrrp;
  if (instance === undefined) throw new Error('no instance in the status');
  return instance;
}
