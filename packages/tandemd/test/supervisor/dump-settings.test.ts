import { parseConfiguration } from '@tandem/config';
import { expect, test } from 'vitest';
import { formatSettings } from '../../src/supervisor/dump-settings.ts';

test('a dump of the configuration has all but passwords and keys', () => {
  const text = `vrrp_instance V {
  interface eth0
  virtual_router_id 51
  authentication {
    auth_type PASS
    auth_pass s3cret
  }
  virtual_ipaddress {
    10.9.0.1
  }
}
`;
  const { settings } = parseConfiguration({
    path: 'a.conf',
    hostName: 'box',
    reader: { read: (path) => [{ path, text }] },
  });
  expect(JSON.stringify(settings)).toContain('s3cret');
  const shown = formatSettings(settings);
  expect(shown).not.toContain('s3cret');
  expect(shown).toContain('"password": "********"');
  expect(shown).toContain('10.9.0.1');
});
