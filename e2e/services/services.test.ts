// kernel: ipvs, no clock
// The table that comes of a file is the one that keepalived makes of it. keepalived starts anew for
// each file; tandemd reloads, so that a reload is shown to end where a start does.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Random } from '../config-oracle/random.ts';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import { NOBODY, serviceConfiguration } from './service-files.ts';

const FILES = Number(process.env['TANDEM_SERVICE_FILES'] ?? 150);

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
  const files = Array.from({ length: FILES }, (_, i) =>
    serviceConfiguration(new Random(`services ${i}`), i),
  );
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
  for (const [i, file] of files.entries()) {
    const expected = theirs[i % LANES]?.[Math.floor(i / LANES)] ?? [];
    services += expected.filter((each) => each.startsWith('-A')).length;
    assert.deepEqual(ours[i]?.toSorted(), expected.toSorted(), `file ${i}:\n${file}`);
  }
  assert.deepEqual(await table(lan.host('ours')), []);
  context.diagnostic(`${FILES} files, ${services} services compared`);
});

/** One after the other, by one daemon. */
async function tandemTables(
  host: Host,
  files: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const daemon = new Daemon(host, 'tandemd', { configuration: '', flags: ['-C'] });
  const tables: (readonly string[])[] = [];
  for (const [count, configuration] of files.entries())
    tables.push(await tandemTable(daemon, { host, configuration, count }));
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
  const before = times(daemon, 'Startup complete');
  daemon.start();
  await waitUntil('start of keepalived', () => times(daemon, 'Startup complete') > before, {
    limitMs: 20_000,
    everyMs: 20,
  });
  const lines = await table(host, configuration);
  await daemon.stop();
  return lines;
}

async function tandemTable(
  daemon: Daemon,
  { host, configuration, count }: { host: Host; configuration: string; count: number },
): Promise<readonly string[]> {
  writeFileSync(join(host.folder, 'keepalived.conf'), configuration);
  if (count === 0) daemon.start();
  else daemon.signal('SIGHUP');
  const done = (): boolean =>
    times(daemon, 'Startup complete') + times(daemon, 'Reload complete') > count;
  await waitUntil(`table of file ${count}`, done, { limitMs: 20_000, everyMs: 20 });
  return table(host, configuration);
}

function times(daemon: Daemon, text: string): number {
  return daemon.log().split(text).length - 1;
}

/** Services and destinations, and what else of the kernel the file is about. */
async function table(host: Host, configuration = ''): Promise<readonly string[]> {
  const options = [
    ['-Sn'],
    ...(configuration.includes('threshold') ? [['-Ln', '--thresholds']] : []),
    ...(/lvs_timeouts|quorum 1$/m.test(configuration) ? [['-Ln', '--timeout']] : []),
  ];
  const lines: string[] = [];
  for (const each of options) {
    const { stdout } = await host.exec(['ipvsadm', ...each]);
    lines.push(...stdout.split('\n').flatMap(named()));
  }
  return lines;
}

/** @returns what makes each line mean the same without those before it */
function named(): (text: string) => readonly string[] {
  let service = '';
  return (text) => {
    const words = text.trim().split(/ +/);
    const [first = ''] = words;
    if (/^(?:-A|-a|Timeout)$/.test(first)) return [text.trim()];
    if (/^(?:TCP|UDP|SCTP|FWM)$/.test(first)) service = words.slice(0, 3).join(' ');
    return first === '->' ? [`${service} ${words.slice(0, 4).join(' ')}`] : [];
  };
}
