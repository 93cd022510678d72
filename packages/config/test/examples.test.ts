import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfiguration } from '@tandem/config';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../../configs/examples');

for (const name of readdirSync(folder).filter((each) => each.endsWith('.conf'))) {
  test(`the example ${name} has no error`, () => {
    const text = readFileSync(join(folder, name), 'utf8');
    const { settings, diagnostics } = parseConfiguration({
      path: name,
      hostName: 'box1',
      reader: { read: (path) => [{ path, text }] },
    });
    expect(diagnostics.filter((each) => each.severity === 'error')).toEqual([]);
    expect(settings.vrrpInstances.length + settings.virtualServers.length).toBeGreaterThan(0);
  });
}

test('settings survive a journey as JSON', () => {
  const text = readFileSync(join(folder, 'two-box-master.conf'), 'utf8');
  const reader = { read: (path: string) => [{ path, text }] };
  const { settings } = parseConfiguration({ path: 'a.conf', hostName: 'box1', reader });
  expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
});
