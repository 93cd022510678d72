// kernel: any
// What keepalived's own dump says of generated instances must be what our settings say.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Settings } from '@tandem/config';
import { readConfiguration } from '@tandem/config-files';
import { inOwnNamespace } from '../ipvs-netlink/own-namespace.ts';
import { run } from '../lib/command.ts';
import { blocks, dumpOf, sections } from './dump.ts';
import { compare } from './field.ts';
import { Random } from './random.ts';
import {
  FILE_FIELDS,
  GROUP_FIELDS,
  PROCESS_FIELDS,
  SCRIPT_FIELDS,
  VRRP_GLOBAL_FIELDS,
  type Followed,
} from './tracking-fields.ts';
import { formatTracker, INSTANCE_FIELDS, UNGROUPED_INSTANCE_FIELDS } from './vrrp-fields.ts';
import { INSTANCES, vrrpConfiguration } from './vrrp-files.ts';

const FILES = 12;

type Lines = readonly string[];
type Tracker = Settings['vrrpInstances'][number]['trackers'][number];

inOwnNamespace(import.meta.url, () => {
  test("instances, groups and what they follow have the values of keepalived's dump", async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'tandem-vrrp-values-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const links =
      'ip link add eth0 type veth peer name eth1 && ip addr add 192.168.1.10/24 dev eth0 && ip addr add 192.168.1.11/24 dev eth1 && ip link set lo up && ip link set eth0 up && ip link set eth1 up';
    await run(['sh', '-c', links]);
    let compared = 0;
    for (let i = 0; i < FILES; i += 1) {
      const file = join(folder, `${i}.conf`);
      writeFileSync(file, vrrpConfiguration(new Random(`vrrp values ${i}`)));
      const dump = await dumpOf(file, { process: '-P', end: '------< Interfaces' });
      const { settings } = readConfiguration(file);
      assert.equal(settings.vrrpInstances.length, INSTANCES);
      compared += compareFile(withAccounts(settings), dump);
    }
    context.diagnostic(
      `${FILES} files, ${FILES * INSTANCES} instances, ${compared} values compared`,
    );
  });
});

/** @returns how many values were compared */
function compareFile(settings: Settings, dump: Lines): number {
  const { vrrpInstances, syncGroups } = settings;
  const named = (title: string, name: string): string[][] =>
    namedBlocks(sections(dump, title).flat(), name);
  const instances = named('VRRP Topology', 'VRRP Instance');
  const single = vrrpInstances.flatMap((each, i) => (each.syncGroup === undefined ? [i] : []));
  return (
    compare(VRRP_GLOBAL_FIELDS, [settings.global], sections(dump, 'Global definitions')) +
    compare(INSTANCE_FIELDS, vrrpInstances, instances) +
    compare(
      UNGROUPED_INSTANCE_FIELDS,
      single.flatMap((i) => vrrpInstances[i] ?? []),
      single.flatMap((i) => [instances[i] ?? []]),
    ) +
    compare(GROUP_FIELDS, syncGroups, named('VRRP Sync groups', 'VRRP Sync Group')) +
    compare(
      SCRIPT_FIELDS,
      followed(settings, 'script', settings.trackScripts),
      named('VRRP Scripts', 'VRRP Script'),
    ) +
    compare(
      FILE_FIELDS,
      followed(settings, 'file', settings.trackFiles),
      named('VRRP Track files', 'Track file'),
    ) +
    compare(
      PROCESS_FIELDS,
      followed(settings, 'process', settings.trackProcesses),
      named('VRRP Track processes', 'VRRP Track process'),
    )
  );
}

/** @returns the lines of each thing that has a name, which is the first of them */
function namedBlocks(lines: Lines, name: string): string[][] {
  const title = ` ${name} = `;
  return blocks(lines, (line) => (line.startsWith(title) ? 'begin' : 'inside')).map(
    ([first = '', ...rest]) => [first.slice(title.length), ...rest],
  );
}

/** Each with the instances that follow it, by themselves or with their group. */
function followed<T extends { readonly name: string }>(
  { vrrpInstances }: Settings,
  kind: Tracker['kind'],
  all: readonly T[],
): Followed<T>[] {
  return all.map((settings) => ({
    settings,
    followers: vrrpInstances.flatMap(({ name, trackers }) =>
      trackers
        .filter((each) => each.kind === kind && each.name === settings.name)
        .map((each) => formatTracker({ ...each, name: `${name},` })),
    ),
  }));
}

/** Commands without an account have that of script_user. */
function withAccounts(settings: Settings): Settings {
  const { scriptUser } = settings.global;
  const fill = <T extends { readonly user?: string }>(script: T): T =>
    script.user === undefined ? { ...script, ...scriptUser } : script;
  const filled = <T extends Pick<Settings['syncGroups'][number], 'notify'>>(each: T): T => ({
    ...each,
    notify: Object.fromEntries(
      Object.entries(each.notify).map(([event, script]) => [event, fill(script)]),
    ),
  });
  return {
    ...settings,
    vrrpInstances: settings.vrrpInstances.map(filled),
    syncGroups: settings.syncGroups.map(filled),
    trackScripts: settings.trackScripts.map(fill),
  };
}
