import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeAcknowledgement } from '../src/acknowledgement.ts';
import { decodeAddress } from '../src/address.ts';
import { decodeLink } from '../src/link.ts';
import { decodeMessages } from '../src/message.ts';
import { decodeNeighbour } from '../src/neighbour.ts';
import { decodeRoute } from '../src/route.ts';
import { decodeRule } from '../src/rule.ts';
import { damaged } from './damage.ts';
import * as kernel from './kernel-messages.ts';

const DECODERS = [decodeLink, decodeAddress, decodeRoute, decodeNeighbour, decodeRule];
const VALID = Object.values(kernel).map((hex) => Buffer.from(hex, 'hex'));

/** Reads bytes in every way there is; a decoder that throws fails the test. */
function readAll(datagram: Uint8Array): void {
  const messages = decodeMessages(datagram);
  if (!messages.ok) {
    expect(messages.reason).toMatch(/^(short-message|bad-length)$/);
    return;
  }
  expect(messages.value.length).toBeLessThanOrEqual(datagram.length / 16);
  for (const message of messages.value) {
    for (const decode of DECODERS) decode(message.payload);
    for (const type of [2, 3]) decodeAcknowledgement({ ...message, type });
  }
}

test('random bytes never make a decoder throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      readAll(bytes);
      for (const decode of DECODERS) decode(bytes);
    }),
    { numRuns: 2000 },
  );
});

test('valid messages that are changed or cut never make a decoder throw', () => {
  fc.assert(
    fc.property(damaged(VALID), ({ bytes, length }) => {
      readAll(bytes);
      const payload = bytes.subarray(16, Math.max(16, length));
      for (const decode of DECODERS) decode(payload);
    }),
    { numRuns: 5000 },
  );
});
