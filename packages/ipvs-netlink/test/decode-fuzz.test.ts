import fc from 'fast-check';
import { expect, test } from 'vitest';
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

const mutation = fc.record({
  payload: fc.constantFrom(...VALID),
  changes: fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }),
  length: fc.nat(400),
});

test('valid answers that are changed or cut never make a decoder throw', () => {
  fc.assert(
    fc.property(mutation, ({ payload, changes, length }) => {
      const bytes = Uint8Array.from(payload);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      readAll(bytes);
      readAll(bytes.subarray(0, length));
    }),
    { numRuns: 5000 },
  );
});
