import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfiguration } from '@tandem/config';
import type { RealServerSnapshot, VirtualServerSnapshot } from '@tandem/status';
import { expect, test } from 'vitest';
import { formatGlobalData } from '../../src/supervisor/global-data.ts';
import { formatLvsData } from '../../src/supervisor/lvs-data.ts';

/** keepalived 2.2.7 was given this configuration; what it dumped stands beside it. */
const CONFIGURATION = read('keepalived.conf');
/** All of it, but for what it says of accounts, and of UDP, which it calls TCP. */
const DUMP = read('dump.txt');

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, 'keepalived-dump', name), 'utf8');
}

const { settings } = parseConfiguration({
  path: 'test.conf',
  hostName: 'box',
  userName: 'root',
  reader: { read: (path) => [{ path, text: CONFIGURATION }] },
});

/** The first virtual server has lost both real servers, the other one has no checks. */
const SNAPSHOTS = settings.virtualServers.map((server, i): VirtualServerSnapshot => ({
  key: server.key,
  scheduler: server.scheduler,
  quorumUp: i === 1,
  quorum: server.quorum,
  weightSum: i,
  realServers: server.realServers.map(({ address, port, weight, checks }): RealServerSnapshot => ({
    address,
    port,
    weight,
    up: i === 1,
    checks: checks.map(({ type }) => ({ type, up: false, hasRun: true, detail: '' })),
  })),
}));

test("what is dumped of servers and global definitions is in keepalived's words and order", () => {
  const { global, virtualServers } = settings;
  const text = formatGlobalData(global) + formatLvsData(virtualServers, SNAPSHOTS);
  const theirs = DUMP.split('\n');
  let from = 0;
  for (const line of text.split('\n')) {
    const found = theirs.indexOf(line, from);
    expect(found, `${line}\nafter ${theirs[from - 1] ?? 'nothing'}`).toBeGreaterThanOrEqual(0);
    from = found + 1;
  }
});

test('of a server that nothing is known of yet, nothing is said to be up', () => {
  const text = formatLvsData(settings.virtualServers, []);
  expect(text).not.toMatch(/alive = 1|Up = yes|quorum_state_up = 1/);
});
