import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  documentOf,
  documentSchema,
  formatDocument,
  parseConfiguration,
  type LocatedDocument,
  type Outline,
} from '@tandem/config';
import { readConfiguration } from '@tandem/config-files';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../../configs/examples');
const names = readdirSync(folder).filter((each) => each.endsWith('.conf'));
const validate = new Ajv2020({ strict: false }).compile(documentSchema());

/** What `read` hands to an inspector. */
function located(
  read: (inspect: (outline: Outline) => void) => void,
): LocatedDocument & Pick<Outline, 'settings'> {
  const found: (LocatedDocument & Pick<Outline, 'settings'>)[] = [];
  read((outline) => found.push({ ...documentOf(outline), settings: outline.settings }));
  return found[0] ?? expect.fail('nothing was read');
}

test.each(names)('the document of %s is valid, and means the same when it is written', (name) => {
  const { document, origins, settings } = located((inspect) =>
    readConfiguration(join(folder, name), { configId: 'lb1', inspect }),
  );
  validate(document);
  expect(validate.errors).toBeNull();
  const text = formatDocument(document, origins);
  const again = located((inspect) => {
    const reader = { read: (path: string) => [{ path, text }] };
    parseConfiguration({ path: name, hostName: 'box1', reader, inspect });
  });
  expect(again.document).toEqual(document);
  // The globals hold the name of the box, which is another one here.
  expect({ ...again.settings, global: {} }).toEqual({ ...settings, global: {} });
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});
