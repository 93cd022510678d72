// kernel: any
// What keepalived's own dump says of generated BFD sessions must be what our document says.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { documentOf, type ConfigurationDocument } from '@tandem/config';
import { readConfiguration } from '@tandem/config-files';
import { dumpOf } from './dump.ts';
import { render } from './entry.ts';
import { compare } from './field.ts';
import { Random } from './random.ts';
import { BFD_PART } from './root-fields.ts';
import { blocksOf } from './said.ts';
import { bfdInstance } from './vrrp-files.ts';

const SESSIONS = 60;

/** Sections that are not compared, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'Global definitions': 'compared where the process of VRRP shows it',
};

test("sessions of BFD have the values of keepalived's dump", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-bfd-values-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'bfd.conf');
  const random = new Random('bfd values');
  const sessions = Array.from({ length: SESSIONS }, (_, i) => bfdInstance(`bfd${i}`, random));
  writeFileSync(file, `${render(sessions).join('\n')}\n`);
  // There is nowhere to send to.
  const dump = await dumpOf(file, { process: '-P', end: 'sendto() error' });
  let document: ConfigurationDocument = {};
  readConfiguration(file, {
    inspect(outline) {
      ({ document } = documentOf(outline));
    },
  });
  const said = blocksOf(document['bfd_instance']);
  assert.equal(said.length, SESSIONS);
  const compared = compare(BFD_PART, said, dump.named('BFD Topology', 'BFD Instance'));
  const unknown = dump.unasked.filter((each) => !(each in LEFT_OUT));
  assert.deepEqual(unknown, [], 'sections that nothing is compared with');
  context.diagnostic(`${SESSIONS} sessions, ${compared} values compared`);
});
