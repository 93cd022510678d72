// kernel: ipvs, no clock, long
// The table that comes of a file is the one that keepalived makes of it. keepalived starts anew for
// each file; tandemd reloads, so that a reload is shown to end where a start does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { differences, kernelTable, type View } from './kernel-table.ts';
import { NOBODY } from './service-checks.ts';
import { serviceConfiguration } from './service-files.ts';

const FILES = Number(process.env['TANDEM_SERVICE_FILES'] ?? 150);

/** What is looked at beside what ipvsadm saves, where the file is about it. */
const VIEWS: readonly (readonly [about: RegExp, view: View])[] = [
  [/real_server/, 'connections'],
  [/threshold/, 'thresholds'],
  [/persistence/, 'persistent-conn'],
  [/inhibit/, 'rate'],
  [/lvs_timeouts|quorum 1$/m, 'timeout'],
];

/** keepaliveds at a time: each of them waits for something most of the time. */
const LANES = 3;

test("the table of 150 generated files is keepalived's", async (context) => {
  const lanes = Array.from({ length: LANES }, (_, i) => `theirs${i}`);
  const lan = await Lan.create(
    ['ours', ...lanes].map((name, i) => ({ name, address: `192.0.2.${i + 1}/24` })),
  );
  context.after(() => lan.destroy());
  const silent = ['ip', 'neigh', 'add', NOBODY, 'lladdr', '02:00:00:00:00:01', 'dev', 'eth0'];
  for (const name of ['ours', ...lanes]) await lan.host(name).exec(silent);
  const files = Array.from({ length: FILES }, (_, i) => serviceConfiguration(i));
  const [ours, ...theirs] = await Promise.all([
    tandemTables(lan.host('ours'), files),
    ...lanes.map((name, lane) =>
      keepalivedTables(
        lan.host(name),
        files.filter((_, i) => i % LANES === lane),
      ),
    ),
  ]);
  let services = 0;
  const told = files.flatMap((file, i) => {
    const expected = theirs[i % LANES]?.[Math.floor(i / LANES)] ?? [];
    services += expected.filter((each) => each.startsWith('-A')).length;
    const lines = differences(ours[i] ?? [], expected);
    return lines.length === 0 ? [] : [`file ${i}:\n${file}${lines.join('\n')}`];
  });
  assert.ok(told.length === 0, told.join('\n\n'));
  assert.deepEqual(await table(lan.host('ours')), []);
  context.diagnostic(`${FILES} files, ${services} services compared`);
});

/** One after the other, by one daemon. */
async function tandemTables(
  host: Host,
  files: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const daemon = new Daemon(host, 'tandemd', { configuration: '', flags: ['-C'] });
  daemon.start();
  await daemon.ready();
  const tables: (readonly string[])[] = [];
  for (const configuration of files) {
    await daemon.reloaded(configuration);
    tables.push(await table(host, configuration));
  }
  await daemon.stop();
  return tables;
}

/** One after the other, by a daemon of its own each. */
async function keepalivedTables(
  host: Host,
  files: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const tables: (readonly string[])[] = [];
  for (const each of files) tables.push(await keepalivedTable(host, each));
  return tables;
}

async function keepalivedTable(host: Host, configuration: string): Promise<readonly string[]> {
  const daemon = new Daemon(host, 'keepalived', { configuration, flags: ['-C'] });
  daemon.start();
  await daemon.ready();
  const lines = await table(host, configuration);
  await daemon.stop();
  return lines;
}

/** Services and destinations, and what else of the kernel the file is about. */
function table(host: Host, configuration = ''): Promise<readonly string[]> {
  const views = VIEWS.filter(([about]) => about.test(configuration)).map(([, view]) => view);
  return kernelTable(host, views);
}
