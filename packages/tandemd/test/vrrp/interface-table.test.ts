import { expect, test } from 'vitest';
import { InterfaceTable } from '../../src/vrrp/interface-table.ts';
import { ip, kernelAddress, kernelLink } from './fake-host.ts';

const SECONDARY = 0x81;
const TENTATIVE = 0xc0;

test('the source is the first primary address that is not virtual', () => {
  const table = new InterfaceTable();
  table.load(
    [kernelLink()],
    [
      kernelAddress('10.77.0.100'),
      kernelAddress('10.77.0.5', { flags: SECONDARY }),
      kernelAddress('10.77.0.1'),
    ],
  );
  expect(table.sourceOf('eth0', 4, new Set([ip('10.77.0.100')]))).toBe('10.77.0.1');
});

test('a secondary address is better than none', () => {
  const table = new InterfaceTable();
  table.load([kernelLink()], [kernelAddress('10.77.0.5', { flags: SECONDARY })]);
  expect(table.sourceOf('eth0', 4, new Set())).toBe('10.77.0.5');
});

test('IPv6 adverts leave from the link-local address, once it is known to be unique', () => {
  const table = new InterfaceTable();
  const linkLocal = kernelAddress('fe80::1', { prefixLength: 64 });
  table.load([kernelLink()], [kernelAddress('2001:db8::1'), { ...linkLocal, flags: TENTATIVE }]);
  expect(table.sourceOf('eth0', 6, new Set())).toBeUndefined();
  table.noteAddress(linkLocal, false);
  expect(table.sourceOf('eth0', 6, new Set())).toBe('fe80::1');
});

test('an interface is up when it is set up and its link works', () => {
  const table = new InterfaceTable();
  table.load([kernelLink()], []);
  expect(table.isUp('eth0')).toBe(true);
  table.noteLink(kernelLink({ running: false }), false);
  expect(table.isUp('eth0')).toBe(false);
  table.noteLink(kernelLink(), true);
  expect(table.isUp('eth0')).toBe(false);
});

test('two interfaces that swap their names are found by the new ones', () => {
  const table = new InterfaceTable();
  table.load([kernelLink(), kernelLink({ index: 3, name: 'eth1' })], []);
  table.noteLink(kernelLink({ name: 'temporary' }), false);
  table.noteLink(kernelLink({ index: 3, name: 'eth0' }), false);
  table.noteLink(kernelLink({ name: 'eth1' }), false);
  expect(['eth0', 'eth1', 'temporary'].map((name) => table.named(name)?.index)).toEqual([
    3,
    2,
    undefined,
  ]);
  table.noteLink(kernelLink({ index: 3, name: 'eth0' }), true);
  expect(table.named('eth0')).toBeUndefined();
});

test('the late notification of a rename does not hide an interface of the old name', () => {
  const table = new InterfaceTable();
  table.load([kernelLink()], []);
  table.noteLink(kernelLink({ index: 5 }), false);
  table.noteLink(kernelLink({ name: 'old0' }), false);
  expect(table.named('eth0')?.index).toBe(5);
});
