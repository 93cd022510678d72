/** Makes a process run as the configuration says. */
import { getPriority } from 'node:os';
import type { ProcessSettings } from '@tandem/config';
import {
  limitRealTime,
  lockMemory,
  setAffinity,
  setNice,
  setProcessName,
  setRoundRobin,
} from '@tandem/raw-socket';

/** What is asked of the kernel. */
interface ProcessPorts {
  setNice(nice: number): void;
  setRoundRobin(priority: number): void;
  setAffinity(processors: readonly number[]): void;
  limitRealTime(microseconds: number): void;
  lockMemory(): void;
  setProcessName(name: string): void;
}

const SELF: ProcessPorts = {
  setNice,
  setRoundRobin,
  setAffinity,
  limitRealTime,
  lockMemory,
  setProcessName,
};

/**
 * A process that runs for so long without waiting for anything never will: 2 s. A shorter limit
 * would end one that is only starting, or clearing its memory up.
 */
const SPIN_US_LEAST = 2_000_000;

/**
 * What is no longer wanted at a reload stays until the process ends.
 * @param settings - of this process
 * @param warn - says what the kernel refuses, without which the process does its work all the same
 */
export function runAs(
  { name, nice, roundRobin, processors, realTimeUs, locked }: ProcessSettings,
  warn: (text: string) => void,
  ports: ProcessPorts = SELF,
): void {
  const attempt = (what: string, action: () => void): void => {
    try {
      action();
    } catch (error) {
      warn(`cannot ${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  if (name !== undefined) attempt(`take the name ${name}`, () => ports.setProcessName(name));
  if (nice !== undefined) attempt(`run with nice value ${nice}`, () => ports.setNice(nice));
  if (processors !== undefined)
    attempt(`run on processors ${processors.join(' ')}`, () => ports.setAffinity(processors));
  if (realTimeUs !== undefined)
    attempt('limit its real time', () => ports.limitRealTime(Math.max(realTimeUs, SPIN_US_LEAST)));
  if (roundRobin !== undefined)
    attempt(`run with real-time priority ${roundRobin}`, () => ports.setRoundRobin(roundRobin));
  if (locked) attempt('stay in memory', () => ports.lockMemory());
}

/** What is asked of the kernel. */
type AheadPorts = Pick<ProcessPorts, 'setNice' | 'setRoundRobin' | 'limitRealTime'>;

/** The lowest of real-time processes, which still goes before all others. */
const ROUND_ROBIN = 1;
const NICE = -20;

/**
 * Lets a process go before all others, unless the configuration says how it is to run: it has little
 * to do, and cannot do it later.
 * @param tell - says that the kernel refuses, as it does in many containers
 */
export function runAhead(
  { nice, roundRobin, realTimeUs }: ProcessSettings,
  tell: (text: string) => void,
  ports: AheadPorts = { setNice, setRoundRobin, limitRealTime },
): void {
  if (nice !== undefined || roundRobin !== undefined) return;
  try {
    if (realTimeUs === undefined) ports.limitRealTime(SPIN_US_LEAST);
    ports.setRoundRobin(ROUND_ROBIN);
    return;
  } catch {
    // The next best.
  }
  try {
    ports.setNice(NICE);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    tell(`packets may be late when this box is busy, as the kernel gives no priority: ${reason}`);
  }
}

/** Leaves a process that goes by the default most of the time that both want, and this one a tenth. */
const NICE_ASIDE = 10;

/** What is asked of the kernel, and the nice value as it is. */
type AsidePorts = Pick<ProcessPorts, 'setNice'> & { nice(): number };

/**
 * Lets a process come after the vrrp process where the kernel would let none go ahead: its own nice
 * value anybody may raise. Unless the configuration says how either is to run.
 * @param own - of this process
 * @param vrrp - of the vrrp process, absent where there is none
 */
export function runAside(
  own: ProcessSettings,
  vrrp: ProcessSettings | undefined,
  ports: AsidePorts = { setNice, nice: getPriority },
): void {
  const isSaid = [own, vrrp ?? own].some((each) => (each.nice ?? each.roundRobin) !== undefined);
  const before = ports.nice();
  if (isSaid || vrrp === undefined || before <= NICE || before >= NICE_ASIDE) return;
  try {
    ports.setNice(before - 1);
    ports.setNice(before);
  } catch {
    ports.setNice(NICE_ASIDE);
  }
}
