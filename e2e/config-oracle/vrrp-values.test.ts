// kernel: any
// What keepalived's own dump says of generated instances must be what our settings say.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { documentOf, type ConfigurationDocument, type Settings } from '@tandem/config';
import { readConfiguration } from '@tandem/config-files';
import { dumpOf, type Dump } from './dump.ts';
import { compare } from './field.ts';
import { GLOBAL_PART } from './global-fields.ts';
import { Random } from './random.ts';
import { GARP_GROUP_PART, TRACK_GROUP_PART } from './root-fields.ts';
import { STATIC_ADDRESS_PART, STATIC_ROUTE_PART, STATIC_RULE_PART } from './static-fields.ts';
import {
  FILE_PART,
  GROUP_PART,
  PROCESS_PART,
  SCRIPT_PART,
  SESSION_PART,
  type Followed,
} from './tracking-fields.ts';
import {
  formatTracker,
  GROUPED_INSTANCE_PART,
  INSTANCE_PART,
  sessionTexts,
  type WithSaid,
} from './vrrp-fields.ts';
import { INSTANCES, vrrpConfiguration } from './vrrp-files.ts';
import { blocksOf, textOf } from './said.ts';

const FILES = 12;

/** Sections that are not compared, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'Gratuitous ARP delays': 'a title',
  'GARP delay group 0': 'the gaps of global_defs once more',
  Interfaces: 'what the box has; the dump is cut off there',
};

type Tracker = Settings['vrrpInstances'][number]['trackers'][number];
type Documents = readonly ConfigurationDocument[];

/** Settings, and what was said. */
interface Configuration {
  readonly settings: Settings;
  readonly document: ConfigurationDocument;
}

const NETWORK =
  'ip link add eth0 type veth peer name eth1 && ip addr add 192.168.1.10/24 dev eth0 && ip addr add 192.168.1.11/24 dev eth1 && ip link set lo up && ip link set eth0 up && ip link set eth1 up';

test("all of VRRP has the values of keepalived's dump", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-vrrp-values-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  let compared = 0;
  for (let i = 0; i < FILES; i += 1) {
    const file = join(folder, `${i}.conf`);
    writeFileSync(file, vrrpConfiguration(new Random(`vrrp values ${i}`)));
    const end = '------< Interfaces';
    const dump = await dumpOf(file, { process: '-P -B', end, network: NETWORK });
    const configuration = read(file);
    assert.equal(configuration.settings.vrrpInstances.length, INSTANCES);
    compared += compareFile(configuration, dump);
    const unknown = dump.unasked.filter((each) => !(each in LEFT_OUT));
    assert.deepEqual(unknown, [], 'sections that nothing is compared with');
  }
  context.diagnostic(`${FILES} files, ${FILES * INSTANCES} instances, ${compared} values compared`);
});

function read(file: string): Configuration {
  let document: ConfigurationDocument = {};
  const { settings } = readConfiguration(file, {
    inspect(outline) {
      ({ document } = documentOf(outline));
    },
  });
  return { settings: withAccounts(settings), document };
}

/** @returns how many values were compared */
function compareFile({ settings, document }: Configuration, dump: Dump): number {
  const said = (keyword: string): Documents => blocksOf(document[keyword]);
  const globals = {
    settings: settings.global,
    said: (document['global_defs'] ?? {}) as ConfigurationDocument,
    dropsPackets: said('vrrp_instance').some((each) => each['no_accept'] === true),
  };
  const entries = <K extends string>(kind: K): Extract<Static, { kind: K }>[] =>
    settings.staticEntries.filter(
      (each): each is Extract<Static, { kind: K }> => each.kind === kind,
    );
  return (
    compare(GLOBAL_PART, [globals], dump.parts('Global definitions')) +
    compareInstances({ settings, document }, dump) +
    compare(
      GROUP_PART,
      withSaid(settings.syncGroups, 'vrrp_sync_group', document),
      dump.named('VRRP Sync groups', 'VRRP Sync Group'),
    ) +
    compareTrackers({ settings, document }, dump) +
    compare(
      TRACK_GROUP_PART,
      said('track_group'),
      dump.named('Static Track groups', 'Static Track Group'),
    ) +
    compare(GARP_GROUP_PART, said('garp_group'), dump.parts('GARP delay group 1')) +
    compare(STATIC_ADDRESS_PART, [entries('address')], dump.parts('Static Addresses')) +
    compare(STATIC_ROUTE_PART, [entries('route')], dump.parts('Static Routes')) +
    compare(STATIC_RULE_PART, [entries('rule')], dump.parts('Static Rules'))
  );
}

type Static = Settings['staticEntries'][number];

function withSaid<T>(
  all: readonly T[],
  keyword: string,
  document: ConfigurationDocument,
): (T & WithSaid)[] {
  const said = blocksOf(document[keyword]);
  const sessions = blocksOf(document['bfd_instance']);
  const globals = (document['global_defs'] ?? {}) as ConfigurationDocument;
  return all.map((each, i) => ({ ...each, said: said[i] ?? {}, sessions, globals }));
}

function compareInstances({ settings, document }: Configuration, dump: Dump): number {
  const instances = withSaid(settings.vrrpInstances, 'vrrp_instance', document);
  const shown = dump.named('VRRP Topology', 'VRRP Instance');
  const isGrouped = (_: unknown, i: number): boolean => instances[i]?.syncGroup !== undefined;
  const isSingle = (_: unknown, i: number): boolean => !isGrouped(_, i);
  return (
    compare(GROUPED_INSTANCE_PART, instances.filter(isGrouped), shown.filter(isGrouped)) +
    compare(INSTANCE_PART, instances.filter(isSingle), shown.filter(isSingle))
  );
}

function compareTrackers({ settings, document }: Configuration, dump: Dump): number {
  const said = (keyword: string): Documents => blocksOf(document[keyword]);
  const followed = <T extends { readonly name: string }>(
    kind: Tracker['kind'],
    all: readonly T[],
    keyword: string,
  ): Followed<T>[] =>
    all.map((each, i) => ({
      settings: each,
      said: said(keyword)[i] ?? {},
      followers: followersOf(settings, kind, each.name),
    }));
  const sessions = said('bfd_instance').map((each) => ({
    settings: {},
    said: each,
    followers: sessionFollowers({ settings, document }, textOf(each['name']) ?? ''),
  }));
  return (
    compare(
      SCRIPT_PART,
      followed('script', settings.trackScripts, 'vrrp_script'),
      dump.named('VRRP Scripts', 'VRRP Script'),
    ) +
    compare(
      FILE_PART,
      followed('file', settings.trackFiles, 'track_file'),
      dump.named('VRRP Track files', 'Track file'),
    ) +
    compare(
      PROCESS_PART,
      followed('process', settings.trackProcesses, 'vrrp_track_process'),
      dump.named('VRRP Track processes', 'VRRP Track process'),
    ) +
    compare(SESSION_PART, sessions, dump.named('VRRP Track BFDs', 'VRRP Track BFD'))
  );
}

/** Instances that follow something by themselves or with their group, as the dump has them. */
function followersOf({ vrrpInstances }: Settings, kind: Tracker['kind'], name: string): string[] {
  return vrrpInstances.flatMap((instance) =>
    instance.trackers
      .filter((each) => each.kind === kind && each.name === name)
      .map((each) => formatTracker({ ...each, name: `${instance.name},` })),
  );
}

/** The same of a session, of which there is only what is said. */
function sessionFollowers({ settings, document }: Configuration, name: string): string[] {
  const all = (keyword: string): Documents => blocksOf(document[keyword]);
  return settings.vrrpInstances.flatMap((instance, i) => {
    const group = all('vrrp_sync_group').find((each) => each['name'] === instance.syncGroup) ?? {};
    const own = all('vrrp_instance')[i] ?? {};
    const sessions = all('bfd_instance');
    const [text] = [group, own]
      .flatMap((said) => sessionTexts({ said, sessions }, ''))
      .filter((each) => each.startsWith(`${name} `));
    return text === undefined ? [] : [text.replace(/^\S+/, `${instance.name},`)];
  });
}

/** Commands and FIFOs without an account have that of script_user. */
function withAccounts(settings: Settings): Settings {
  const { scriptUser, notifyFifos } = settings.global;
  const fill = <T extends { readonly user?: string }>(script: T): T =>
    script.user === undefined ? { ...script, ...scriptUser } : script;
  const filled = <T extends Pick<Settings['syncGroups'][number], 'notify'>>(each: T): T => ({
    ...each,
    notify: Object.fromEntries(
      Object.entries(each.notify).map(([event, script]) => [event, fill(script)]),
    ),
  });
  const fifos = notifyFifos.map((each) => ({
    ...fill(each),
    ...(each.script && { script: fill(each.script) }),
  }));
  return {
    ...settings,
    global: { ...settings.global, notifyFifos: fifos },
    vrrpInstances: settings.vrrpInstances.map(filled),
    syncGroups: settings.syncGroups.map(filled),
    trackScripts: settings.trackScripts.map(fill),
  };
}
