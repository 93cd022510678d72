// kernel: ipvs, no clock
// Reload after reload, with drift in between: each leaves the table that a start with the new file
// leaves, and what stands in both keeps its counters and its place.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Random } from '../config-oracle/random.ts';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { programPath } from '../lib/program.ts';
import { anyDrift, FOREIGN_SERVICE, isForeign, type Drift } from './drift.ts';
import { differences, kernelTable, type View } from './kernel-table.ts';
import { fileSequence } from './reload-files.ts';

const PAIRS = Number(process.env['TANDEM_RELOAD_PAIRS'] ?? 24);
const VIEWS: readonly View[] = ['timeout', 'stats'];
const SEED = process.env['TANDEM_RELOAD_SEED'] ?? 'reload';

test('a reload after drift leaves what a start leaves, and counters go on', async (context) => {
  const random = new Random(SEED);
  const [first = '', ...files] = fileSequence(random, PAIRS + 1);
  const lan = await Lan.create(
    ['box', 'fresh'].map((name, i) => ({ name, address: `192.0.2.${i + 1}/24` })),
  );
  context.after(() => lan.destroy());
  const [box, fresh] = [lan.host('box'), lan.host('fresh')];
  const sendTo = await packets(box);
  const reloaded = new Daemon(box, 'tandemd', { configuration: first, flags: ['-C'] });
  const started = new Daemon(fresh, 'tandemd', { configuration: '', flags: ['-C'] });
  reloaded.start();
  await reloaded.ready();

  await box.exec(['ipvsadm', '-R'], { input: FOREIGN_SERVICE.join('\n') });
  let before = await kernelTable(box, VIEWS);
  let watched = 0;
  for (const [i, file] of files.entries()) {
    started.configure(file);
    started.start();
    await started.ready();
    const wanted = await kernelTable(fresh, ['timeout']);
    await started.stop();
    const drift = anyDrift(random, { before, wanted });
    await box.exec(['ipvsadm', '-R'], { input: drift.commands.join('\n') });
    await reloaded.reloaded(file);
    const after = await kernelTable(box, VIEWS);
    const said = reloaded.log().split('\n').slice(-40).join('\n');
    const story = `pair ${i} of seed ${SEED}, after\n${drift.commands.join('\n')}\n${file}${said}`;
    assert.deepEqual(differences(content(after), content(wanted)), [], story);
    assert.ok(
      FOREIGN_SERVICE.every((each) => after.includes(each)),
      story,
    );
    watched += goesOn(counters(before, drift), counters(after), story);
    sendTo(after);
    before = after;
  }
  context.diagnostic(`${PAIRS} reloads, ${watched} counters went on`);
  assert.ok(watched > PAIRS * 2);
  await reloaded.stop();
  assert.deepEqual(await kernelTable(box, []), FOREIGN_SERVICE);
});

/** Of what is not foreign, all but the counters. */
function content(lines: readonly string[]): readonly string[] {
  return lines.filter((each) => !each.startsWith('stats ') && !isForeign(each));
}

/** Connections by service or destination, in the kernel's order: what is new there comes first. */
function counters(
  lines: readonly string[],
  { deleted }: Pick<Drift, 'deleted'> = { deleted: new Set() },
): ReadonlyMap<string, number> {
  const rows = lines.flatMap((text): [string, number][] => {
    const [, name = '', connections] = /^stats (.*?) (\d+)(?: \d+){4}$/.exec(text) ?? [];
    const [service = ''] = name.split(' -> ');
    return name === '' || deleted.has(name) || deleted.has(service)
      ? []
      : [[name, Number(connections)]];
  });
  return new Map(rows);
}

/** @returns how many were not zero, and not set back */
function goesOn(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  story: string,
): number {
  const kept = [...before.keys()].filter((each) => after.has(each));
  assert.deepEqual(
    [...after.keys()].filter((each) => before.has(each)),
    kept,
    story,
  );
  const counted = kept.filter((each) => before.get(each) !== 0);
  for (const each of counted)
    assert.ok((after.get(each) ?? 0) >= (before.get(each) ?? 0), `${each} in ${story}`);
  return counted.length;
}

/** @returns what sends packets to the services of a table from now on, from the machine itself */
async function packets(host: Host): Promise<(lines: readonly string[]) => void> {
  await host.exec(['ip', 'route', 'add', 'local', '10.0.0.0/8', 'dev', 'lo']);
  await host.exec(['ip', '-6', 'route', 'add', 'local', 'fd00::/16', 'dev', 'lo']);
  await host.exec(['ip', 'route', 'add', '172.16.0.0/16', 'dev', 'eth0']);
  const file = join(host.folder, 'targets');
  writeFileSync(file, '');
  host.start('packets', [process.execPath, programPath('packet-sender-program'), file]);
  return (lines) => {
    const targets = lines.flatMap((text) => {
      const [, option, address, port] = /^-A -([tu]) \[?(.*?)\]?:(\d+) /.exec(text) ?? [];
      const protocol = option === 'u' ? 'UDP' : 'TCP';
      return option === undefined ? [] : `${protocol} ${address} ${port === '0' ? 80 : port}`;
    });
    writeFileSync(file, targets.join('\n'));
  };
}
