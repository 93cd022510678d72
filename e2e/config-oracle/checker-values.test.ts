// kernel: ipvs, no clock
// What keepalived's own dump says of generated virtual servers must be what our settings say.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfiguration } from '@tandem/config-files';
import {
  CHECK_FIELDS,
  dumpedChecks,
  GLOBAL_FIELDS,
  REAL_SERVER_FIELDS,
  SERVER_FIELDS,
} from './checker-fields.ts';
import { checkerConfiguration } from './checker-files.ts';
import { dumpOf, sections } from './dump.ts';
import { compare } from './field.ts';
import { Random } from './random.ts';

const FILES = 5;

type Lines = readonly string[];

test("virtual servers have the values that keepalived's dump shows", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-checker-values-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  let compared = 0;
  for (let i = 0; i < FILES; i += 1) {
    const file = join(folder, `${i}.conf`);
    writeFileSync(file, checkerConfiguration(new Random(`checker values ${i}`)));
    const dump = await dumpOf(file, { process: '-C', end: 'Activating BFD', alone: true });
    compared += compareFile(file, dump);
  }
  context.diagnostic(`${FILES} files, ${compared} values compared`);
});

/** @returns how many values were compared */
function compareFile(file: string, dump: Lines): number {
  const { global, virtualServers } = readConfiguration(file).settings;
  const servers = sections(dump, 'Virtual server');
  const realServers = sections(dump, 'Real server');
  let real = 0;
  const checks = virtualServers.flatMap((server, n) =>
    server.realServers.flatMap((realServer) => {
      // The dump does not show a virtualhost again where it is inherited.
      const around = [...(realServers[real++] ?? []), ...(servers[n] ?? [])];
      return realServer.checks.map((check) => ({ server, realServer, check, around }));
    }),
  );
  const checkers = dumpedChecks(dump).map((lines, n) => {
    const { check, around = [] } = checks[n] ?? {};
    return check?.type === 'HTTP_GET' ? [...lines, ...around] : lines;
  });
  const all = virtualServers.flatMap((server) => server.realServers);
  return (
    compare(GLOBAL_FIELDS, [global], sections(dump, 'Global definitions')) +
    compare(SERVER_FIELDS, virtualServers, servers) +
    compare(REAL_SERVER_FIELDS, all, realServers) +
    compare(CHECK_FIELDS, checks, checkers)
  );
}
