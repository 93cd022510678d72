import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findTraps, parseConfiguration } from '@tandem/config';
import { expect, test } from 'vitest';
import { TRAP_CODES } from '../src/catalogue/traps.ts';

const folder = join(import.meta.dirname, '../../../configs/examples');

/** The two boxes have keywords of old versions on purpose, and scripts without script security. */
const KNOWN: ReadonlySet<string> = new Set([
  'ACCEPTED_WITHOUT_EFFECT',
  'DEPRECATED_KEYWORD',
  'SCRIPT_SECURITY_DISABLED',
]);

for (const name of readdirSync(folder).filter((each) => each.endsWith('.conf'))) {
  test(`the example ${name} is clean but for what has no effect yet`, () => {
    const text = readFileSync(join(folder, name), 'utf8');
    const { settings, diagnostics } = parseConfiguration({
      path: name,
      hostName: 'box1',
      reader: { read: (path) => [{ path, text }] },
    });
    const wrong = diagnostics.filter(
      ({ code, severity }) => severity !== 'note' && !KNOWN.has(code),
    );
    expect(wrong).toEqual([]);
    const served = settings.vrrpInstances.length + settings.virtualServers.length;
    expect(served > 0 || text.includes('virtual_server group')).toBe(true);
  });
}

for (const name of readdirSync(folder).filter((each) => each.endsWith('.conf'))) {
  test(`the example ${name} is in no trap`, () => {
    const text = readFileSync(join(folder, name), 'utf8');
    const { diagnostics } = parseConfiguration({
      path: name,
      hostName: 'box1',
      reader: { read: (path) => [{ path, text }] },
      inspect: findTraps,
    });
    expect(diagnostics.filter(({ code }) => Object.hasOwn(TRAP_CODES, code))).toEqual([]);
  });
}

test('settings survive a journey as JSON', () => {
  const text = readFileSync(join(folder, 'two-box-master.conf'), 'utf8');
  const reader = { read: (path: string) => [{ path, text }] };
  const { settings } = parseConfiguration({ path: 'a.conf', hostName: 'box1', reader });
  expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
});
