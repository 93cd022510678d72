import { constants, getPriority, setPriority } from 'node:os';

/**
 * Lets others go first from now on, as do the programs that this one starts: where there is one
 * processor, whoever looks for what another one has done must not take it from that one meanwhile.
 * @see sched(7), nice value
 */
export function standBehind(): void {
  setPriority(constants.priority.PRIORITY_LOW);
}

/** @returns words before a program that is not to stand behind others, even if who starts it does */
export function amongOthers(): readonly string[] {
  return ['nice', '-n', String(-getPriority())];
}
