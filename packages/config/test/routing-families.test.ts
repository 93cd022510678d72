import { parseConfiguration, type Diagnostic } from '@tandem/config';
import { expect, test } from 'vitest';

function entriesOf(block: string, line: string): { left: number; said: readonly Diagnostic[] } {
  const text = `${block} {\n${line}\n}\n`;
  const reader = { read: (path: string) => [{ path, text }] };
  const { settings, diagnostics } = parseConfiguration({ path: 'a.conf', hostName: 'b', reader });
  return { left: settings.staticEntries.length, said: diagnostics };
}

test.each([
  ['static_routes', '10.1.0.0/16 dev eth0 realms 5', 1],
  ['static_routes', '2001:db8::/48 dev eth0 realms 5', 0],
  ['static_routes', '2001:db8::/48 nexthop via fe80::1 dev eth0 realms 5', 0],
  ['static_routes', '2001:db8::/48 dev eth0 expires 30', 1],
  ['static_routes', '10.1.0.0/16 dev eth0 expires 30', 0],
  ['static_routes', '10.1.0.0/16 dev eth0 pref high', 0],
  ['static_routes', '10.1.0.0/16 from 10.2.0.0/16 dev eth0', 0],
  ['static_rules', 'from 10.1.0.0/16 table 5 realms 5 preference 9', 1],
  ['static_rules', 'from 2001:db8::/48 table 5 realms 5 preference 9', 0],
])('keepalived: options of one family are none of the other: %s %s', (block, line, left) => {
  const { left: actual, said } = entriesOf(block, line);
  expect(actual).toBe(left);
  expect(said.some(({ message }) => / is for IPv[46] only/.test(message))).toBe(left === 0);
});
