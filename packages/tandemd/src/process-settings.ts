/** Makes a process run as the configuration says. */
import type { ProcessSettings } from '@tandem/config';
import { lockMemory, setNice, setProcessName, setRoundRobin } from '@tandem/raw-socket';

/** What is asked of the kernel. */
interface ProcessPorts {
  setNice(nice: number): void;
  setRoundRobin(priority: number): void;
  lockMemory(): void;
  setProcessName(name: string): void;
}

const SELF: ProcessPorts = { setNice, setRoundRobin, lockMemory, setProcessName };

/**
 * What is no longer wanted at a reload stays until the process ends.
 * @param settings - of this process
 * @param warn - says what the kernel refuses, without which the process does its work all the same
 */
export function runAs(
  { name, nice, roundRobin, locked }: ProcessSettings,
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
  if (roundRobin !== undefined)
    attempt(`run with real-time priority ${roundRobin}`, () => ports.setRoundRobin(roundRobin));
  if (locked) attempt('stay in memory', () => ports.lockMemory());
}
