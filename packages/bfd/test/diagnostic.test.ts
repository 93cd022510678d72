import { expect, test } from 'vitest';
import { describeDiagnostic } from '../src/diagnostic.ts';

test('RFC 5880 §4.1: diagnostic codes have the words of their table', () => {
  expect(Array.from({ length: 10 }, (_, code) => describeDiagnostic(code))).toEqual([
    'No Diagnostic',
    'Control Detection Time Expired',
    'Echo Function Failed',
    'Neighbor Signaled Session Down',
    'Forwarding Plane Reset',
    'Path Down',
    'Concatenated Path Down',
    'Administratively Down',
    'Reverse Concatenated Path Down',
    'Unknown Diagnostic 9',
  ]);
});
