/** Signals by number: Node names the classic ones only. */
import { native } from './native.ts';
import { checked } from './socket-error.ts';

/**
 * Listens for a signal without keeping the process alive. Several listeners may share a signal.
 * @param signal - 1–64; a real-time signal such as 36 above all
 * @param callback - called on the event loop; what it throws becomes an 'uncaughtException'
 * @returns the undo, which may be called twice; after the last one the default action is back
 * @throws SocketError: EINVAL for SIGKILL, SIGSTOP and the two that the C library keeps; TypeError
 * @see signal(7)
 */
export function onSignal(signal: number, callback: (signal: number) => void): () => void {
  const watch = checked('sigaction', native().watchSignal(signal, callback));
  return () => native().unwatchSignal(watch);
}
