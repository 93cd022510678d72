import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findTraps, formatConfiguration } from '@tandem/config';
import { readConfiguration } from '@tandem/config-files';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../../configs/examples');
const names = readdirSync(folder).filter((each) => each.endsWith('.conf'));

/** About what other files or boxes may have. */
const NOT_OF_THE_SAMPLE = 'ADDRESS_OF_NO_INSTANCE';

test.each(names)('nothing is wrong with the example %s', (name) => {
  for (const configId of ['lb1', 'lb2']) {
    const path = join(folder, name);
    const { settings, diagnostics } = readConfiguration(path, { configId, inspect: findTraps });
    const codes = diagnostics.map(({ code }) => code).filter((each) => each !== NOT_OF_THE_SAMPLE);
    expect(codes).toEqual([]);
    expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
  }
});

test('each example is about something: it serves, or holds an address', () => {
  for (const name of names) {
    const { settings } = readConfiguration(join(folder, name));
    expect(settings.vrrpInstances.length + settings.virtualServers.length, name).not.toBe(0);
  }
});

test('examples that no tool has written are laid out as the formatter does it', () => {
  for (const name of names.filter((each) => !each.startsWith('from-'))) {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(formatConfiguration({ path: name, text })).toEqual({ ok: true, text });
  }
});

test('the index of the examples names each of them, in order', () => {
  const index = readFileSync(join(folder, 'README.md'), 'utf8');
  const listed = [...index.matchAll(/^\| \[(.+\.conf)\]\(\1\) +\|/gm)].map((row) => row[1]);
  expect(listed.toSorted()).toEqual(names.toSorted());
  expect(new Set(listed).size).toBe(listed.length);
});
