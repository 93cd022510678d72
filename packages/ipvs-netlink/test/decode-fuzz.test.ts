import fc from 'fast-check';
import { expect, test } from 'vitest';
import { damaged } from '../../netlink/test/damage.ts';
import { decodeDestination } from '../src/destination.ts';
import { decodeInfo, decodeTimeouts } from '../src/module-info.ts';
import { decodeService } from '../src/service.ts';
import { decodeSyncDaemon } from '../src/sync-daemon.ts';
import * as kernel from './kernel-messages.ts';

const DECODERS = [
  decodeService,
  decodeSyncDaemon,
  decodeInfo,
  decodeTimeouts,
  (payload: Uint8Array, from: number) => decodeDestination(payload, { from, serviceFamily: 4 }),
  (payload: Uint8Array, from: number) => decodeDestination(payload, { from, serviceFamily: 6 }),
];
const VALID = Object.values(kernel).map((hex) => Buffer.from(hex, 'hex').subarray(16));

/** Reads bytes in every way there is; a decoder that throws fails the test. */
function readAll(payload: Uint8Array): void {
  for (const decode of DECODERS) {
    const decoded = decode(payload, 4);
    if (!decoded.ok) expect(decoded.reason).toMatch(/^[a-z]+-[a-z]+$/);
  }
}

test('random bytes never make a decoder throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), readAll), { numRuns: 2000 });
});

test('valid answers that are changed or cut never make a decoder throw', () => {
  fc.assert(
    fc.property(damaged(VALID), ({ bytes, length }) => {
      readAll(bytes);
      readAll(bytes.subarray(0, length));
    }),
    { numRuns: 5000 },
  );
});
