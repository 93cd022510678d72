import { expect, test } from 'vitest';
import { whyNotAdministrator } from '../../src/supervisor/network-administrator.ts';

function statusWith(effective: string): string {
  return `Name:\tnode\nCapPrm:\t000001ffffffffff\nCapEff:\t${effective}\nCapBnd:\t000001ffffffffff\n`;
}

test('root may change the network, and so may who has only that right', () => {
  expect(whyNotAdministrator(statusWith('000001ffffffffff'))).toBe(undefined);
  expect(whyNotAdministrator(statusWith('0000000000001000'))).toBe(undefined);
});

test('another user may not, nor root where that right was taken away', () => {
  const reason = expect.stringMatching(/CAP_NET_ADMIN.*try as root/);
  expect(whyNotAdministrator(statusWith('0000000000000000'))).toEqual(reason);
  expect(whyNotAdministrator(statusWith('000001ffffffefff'))).toEqual(reason);
});

test('where the kernel does not say, it is tried', () => {
  expect(whyNotAdministrator('Name:\tnode\n')).toBe(undefined);
});
