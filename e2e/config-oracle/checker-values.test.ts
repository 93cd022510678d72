// kernel: ipvs, no clock
// What keepalived's own dump says of generated virtual servers must be what our settings say.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { documentOf, type ConfigurationDocument, type Settings } from '@tandem/config';
import { readConfiguration } from '@tandem/config-files';
import {
  CHECK_PART,
  FILE_CHECK_PART,
  formatFileCheck,
  LVS_GLOBAL_PART,
  placeText,
  REAL_SERVER_PART,
  SERVER_PART,
  type PlacedCheck,
} from './checker-fields.ts';
import { checkerConfiguration } from './checker-files.ts';
import { blocks, dumpOf, type Dump } from './dump.ts';
import { compare } from './field.ts';
import { GROUP_LINES_PART, type Group } from './group-fields.ts';
import { Lines } from './lines.ts';
import { Random } from './random.ts';
import { blocksOf } from './said.ts';
import { FILE_PART, type Followed } from './tracking-fields.ts';

const FILES = 5;

/** Sections that are not compared, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'SSL definitions': 'these files have none, because keys would have to be there',
  'LVS Topology': 'the version of the kernel',
};

test("all of virtual servers has the values that keepalived's dump shows", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-checker-values-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  let compared = 0;
  for (let i = 0; i < FILES; i += 1) {
    const file = join(folder, `${i}.conf`);
    writeFileSync(file, checkerConfiguration(new Random(`checker values ${i}`)));
    const network = 'ip link add eth0 type dummy && ip link set eth0 up';
    const dump = await dumpOf(file, { process: '-C -B', end: 'Activating healthchecker', network });
    compared += compareFile(file, dump);
    const unknown = dump.unasked.filter((each) => !(each in LEFT_OUT));
    assert.deepEqual(unknown, [], 'sections that nothing is compared with');
  }
  context.diagnostic(`${FILES} files, ${compared} values compared`);
});

/** @returns how many values were compared */
function compareFile(file: string, dump: Dump): number {
  let document: ConfigurationDocument = {};
  const { settings } = readConfiguration(file, {
    inspect(outline) {
      ({ document } = documentOf(outline));
    },
  });
  const said = blocksOf(document['virtual_server']);
  const servers = settings.virtualServers.map((each, i) => ({ ...each, said: said[i] ?? {} }));
  const realServers = servers.flatMap((each) =>
    each.realServers.map((real, n) => ({
      ...real,
      said: blocksOf(each.said['real_server'])[n] ?? {},
    })),
  );
  const checks = placedChecks(servers, document);
  const others = checks.filter(({ check }) => check.type !== 'FILE_CHECK');
  const ofFiles = checks.filter(({ check }) => check.type === 'FILE_CHECK');
  const shown = dumpedChecks(dump);
  return (
    compare(LVS_GLOBAL_PART, [settings.global], dump.parts('Global definitions')) +
    compare(GROUP_LINES_PART, groupsOf(servers), dump.parts('Virtual server group')) +
    compare(SERVER_PART, servers, dump.parts('Virtual server')) +
    compare(REAL_SERVER_PART, realServers, dump.parts('Real server')) +
    // Those of files come last.
    compare(CHECK_PART, others, shown.slice(0, others.length)) +
    compare(FILE_CHECK_PART, ofFiles, shown.slice(others.length)) +
    compare(
      FILE_PART,
      followedFiles(settings, document, ofFiles),
      dump.named('Checker track files', 'Track file'),
    )
  );
}

/** By name, as they are defined. */
function groupsOf(servers: Settings['virtualServers']): Group[] {
  return servers
    .flatMap(({ key, members = [] }) => (key.kind === 'group' ? [{ name: key.name, members }] : []))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Each checker with what is said of it: the one after as many others of its kind. */
function placedChecks(
  servers: readonly PlacedCheck['server'][],
  document: ConfigurationDocument,
): PlacedCheck[] {
  const globals = (document['global_defs'] ?? {}) as ConfigurationDocument;
  const logsAllFailures = globals['checker_log_all_failures'] === true;
  return servers.flatMap((server) =>
    server.realServers.flatMap((realServer, n) => {
      const around = blocksOf(server.said['real_server'])[n] ?? {};
      const inherited = (around['virtualhost'] ?? server.said['virtualhost']) as string | undefined;
      const times: Record<string, number> = {};
      return realServer.checks.map((check) => {
        const { type } = check;
        const nth = (times[type] = (times[type] ?? 0) + 1);
        const said = blocksOf(around[type])[nth - 1] ?? {};
        return { server, realServer, check, said, inherited, logsAllFailures };
      });
    }),
  );
}

function dumpedChecks(dump: Dump): Lines[] {
  return blocks(dump.sections('Health checkers').flat(), (line) =>
    / -> \[/.test(line) ? 'begin' : line.startsWith('  ') ? 'inside' : 'end',
  ).map((lines) => new Lines(lines));
}

function followedFiles(
  { trackFiles }: Settings,
  document: ConfigurationDocument,
  checks: readonly PlacedCheck[],
): Followed<Settings['trackFiles'][number]>[] {
  return trackFiles.map((settings, i) => ({
    settings,
    said: blocksOf(document['track_file'])[i] ?? {},
    followers: checks.flatMap((each) =>
      each.check.type === 'FILE_CHECK' && each.check.name === settings.name
        ? [`${placeText(each)}${formatFileCheck(each.check).slice(settings.name.length)}`]
        : [],
    ),
  }));
}
