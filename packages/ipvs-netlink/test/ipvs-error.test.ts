import { expect, test } from 'vitest';
import { IpvsUnavailableError } from '../src/ipvs-error.ts';

test('a kernel without IPVS is named with the module and how to load it', () => {
  const cause = new Error('ENOENT');
  const error = new IpvsUnavailableError(cause);
  expect(error.message).toContain('modprobe ip_vs');
  expect(error.cause).toBe(cause);
});
