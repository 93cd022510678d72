import type * as crypto from 'node:crypto';

/** @returns Node's own, which is loaded when it is first asked for: most checks never need it */
export function cryptography(): typeof crypto {
  return process.getBuiltinModule('node:crypto');
}
