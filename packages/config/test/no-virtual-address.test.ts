import { parseConfiguration, type Configuration } from '@tandem/config';
import { expect, test } from 'vitest';

function instance(words: string): Configuration {
  const text = `vrrp_instance A {\n  interface eth0\n  virtual_router_id 10\n${words}\n}\n`;
  const reader = { read: (path: string) => [{ path, text }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'b', reader });
}

test.each([2, 3])('no_virtual_ipaddress: version %i needs no address', (version) => {
  const { settings, diagnostics } = instance(`version ${version}\nno_virtual_ipaddress`);
  expect(diagnostics).toEqual([]);
  expect(settings.vrrpInstances).toMatchObject([{ name: 'A', version, addresses: [] }]);
});

test('addresses count beside no_virtual_ipaddress', () => {
  const { settings } = instance(`no_virtual_ipaddress
virtual_ipaddress {
  10.0.0.1/24
}`);
  expect(settings.vrrpInstances[0]?.addresses).toMatchObject([{ address: '10.0.0.1' }]);
});

test('without the word, version 3 needs one', () => {
  const { settings, diagnostics } = instance('version 3');
  expect(diagnostics).toMatchObject([{ code: 'NO_VIRTUAL_ADDRESS', fatal: true }]);
  expect(settings.vrrpInstances).toEqual([]);
});
