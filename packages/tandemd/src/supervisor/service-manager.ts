import { sendUnixDatagram } from '@tandem/raw-socket';

/** Assignments of one notification. */
export type ServiceState = Readonly<Record<string, string>>;

/**
 * Tells systemd what state the daemon is in; does nothing where nobody asked.
 * @param socket - the value of NOTIFY_SOCKET, if any
 * @param state - such as `{ READY: '1', STATUS: '2 MASTER' }`
 * @see sd_notify(3)
 */
export function notifyServiceManager(socket: string | undefined, state: ServiceState): void {
  if (socket === undefined || socket === '') return;
  const lines = Object.entries(state).map(([name, value]) => `${name}=${value}\n`);
  try {
    sendUnixDatagram(socket, new TextEncoder().encode(lines.join('')));
  } catch {
    // A service manager that is gone or busy must not stop the daemon; nobody else waits for this.
  }
}
