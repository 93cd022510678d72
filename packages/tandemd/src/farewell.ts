import type { FromChild } from './ipc.ts';

/**
 * The last message of a child. It, and so all before it, must be out before the channel goes.
 * @param message - nobody gets it when the supervisor is gone
 */
export async function farewell(message: FromChild): Promise<void> {
  if (!process.connected) return;
  await new Promise((resolve) => {
    process.send?.(message, undefined, undefined, resolve);
  });
}
