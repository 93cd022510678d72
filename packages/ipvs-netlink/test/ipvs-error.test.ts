import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { IpvsUnavailableError, MEANINGS } from '../src/ipvs-error.ts';

test('a kernel without IPVS is named with the module and how to load it', () => {
  const cause = new Error('ENOENT');
  const error = new IpvsUnavailableError(cause);
  expect(error.message).toContain('modprobe ip_vs');
  expect(error.cause).toBe(cause);
});

test('a number of the kernel means what the request is about', () => {
  const { EEXIST, ENOENT, ESRCH, EINVAL } = constants.errno;
  const meaningsOf = (about: keyof typeof MEANINGS): unknown =>
    [EEXIST, ENOENT, ESRCH, EINVAL].map((errno) => MEANINGS[about].get(errno));
  const value = 'a value that the kernel does not take';
  expect(meaningsOf('service')).toEqual([
    'the service exists already',
    'no such scheduler or persistence engine',
    'no such service',
    value,
  ]);
  expect(meaningsOf('destination')).toEqual([
    'the destination exists already',
    'no such destination',
    'no such service',
    value,
  ]);
  expect(meaningsOf('daemon')).toEqual([
    'the daemon runs already',
    undefined,
    'the daemon does not run',
    undefined,
  ]);
});
