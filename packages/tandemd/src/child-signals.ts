import { onSignal } from '@tandem/raw-socket';
import { STRAY_SIGNALS } from './stray-signals.ts';

/**
 * What people send to the daemon reaches its children too when it goes to a whole terminal or, by
 * `pkill`, to all of its name. What it means is the supervisor's business; without a listener
 * SIGUSR1 would open Node's debugger to every local user, and the others would kill.
 * @see signals.ts of the supervisor
 */
const SUPERVISORS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];

/** In a child: nothing happens on the supervisor's signals, until the process ends. */
export function leaveSignalsToSupervisor(): void {
  for (const signal of SUPERVISORS) process.on(signal, () => undefined);
  for (const signal of STRAY_SIGNALS) onSignal(signal, () => undefined);
}
