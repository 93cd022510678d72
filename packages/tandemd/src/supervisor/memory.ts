import { readFileSync } from 'node:fs';
import type {
  ProcessSnapshot,
  VirtualServerSnapshot,
  VrrpInstanceSnapshot,
  VrrpStateName,
} from '@tandem/status';
import type { ChildName, FromChild, ToChild } from '../ipc.ts';
import type { RunningChild } from './child.ts';

/** What the children last told, kept for the status and for their successors. */
export class Memory {
  instances: readonly VrrpInstanceSnapshot[] = [];
  virtualServers: readonly VirtualServerSnapshot[] = [];
  problems: readonly string[] = [];
  readonly #states = new Map<string, VrrpStateName>();
  #vrrpDiedAt: number | undefined;

  /** Takes note of what a child says of itself. */
  note(message: FromChild): void {
    if (message.type === 'vrrp-status') this.instances = message.instances;
    if (message.type === 'vrrp-state') this.#states.set(message.name, message.state);
    if (message.type === 'ipvs-status') {
      this.virtualServers = message.virtualServers;
      this.problems = message.problems;
    }
  }

  /** @param monotonicMs - when the vrrp process was seen to be dead */
  vrrpDied(monotonicMs: number): void {
    this.#vrrpDiedAt = monotonicMs;
  }

  /** Forgets a child that was stopped on purpose. */
  forget(name: ChildName): void {
    if (name === 'vrrp') {
      this.instances = [];
      this.#states.clear();
    } else {
      this.virtualServers = [];
      this.problems = [];
    }
  }

  /**
   * @param replacement - whether the child takes the place of one that died
   * @returns the parts of the `start` message that come from memory
   */
  forChild(
    name: ChildName,
    replacement: boolean,
  ): Pick<Extract<ToChild, { type: 'start' }>, 'vrrpMemory' | 'ipvsMemory' | 'vrrpStates'> {
    const vrrpStates = [...this.#states].map(([instance, state]) => ({ name: instance, state }));
    if (name === 'ipvs') {
      return replacement
        ? { vrrpStates, ipvsMemory: { virtualServers: this.virtualServers } }
        : { vrrpStates };
    }
    if (!replacement || this.#vrrpDiedAt === undefined) return {};
    return { vrrpMemory: { instances: this.instances, diedAtMonotonicMs: this.#vrrpDiedAt } };
  }
}

/**
 * @returns what `tandemctl status` shows of a process
 */
export function processSnapshot(
  name: ProcessSnapshot['name'],
  child: Pick<RunningChild, 'pid' | 'startedEpochMs'> | undefined,
  restarts: number,
): ProcessSnapshot {
  return {
    name,
    pid: child?.pid,
    restarts,
    startedEpochMs: child?.startedEpochMs ?? 0,
    rssBytes: child === undefined ? undefined : residentBytes(child.pid),
  };
}

const PAGE_BYTES = 4096;

/** @see proc(5) /proc/pid/statm */
function residentBytes(pid: number): number | undefined {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    return Number.isFinite(pages) ? pages * PAGE_BYTES : undefined;
  } catch {
    return undefined;
  }
}
