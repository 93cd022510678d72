import fc from 'fast-check';

/**
 * Valid bytes of which some are others.
 * @param valid - messages, of at least a byte each
 * @returns them, and a length to cut them at
 */
export function damaged(
  valid: readonly Uint8Array[],
): fc.Arbitrary<{ readonly bytes: Uint8Array; readonly length: number }> {
  const drawn = fc.record({
    message: fc.constantFrom(...valid),
    changes: fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }),
    length: fc.nat(400),
  });
  return drawn.map(({ message, changes, length }) => {
    const bytes = Uint8Array.from(message);
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    return { bytes, length };
  });
}
