import { complete, type Box, type NameFolders } from './box.ts';
import { Call, type Session } from './call.ts';
import { composeStatement } from './composer.ts';
import { finishPlace } from './finish-place.ts';
import { createDefinitions, type Definitions } from './definitions.ts';
import type { Diagnostic } from './diagnostic.ts';
import { given } from './inherit.ts';
import { MULTICAST_GROUPS } from './instance-paths.ts';
import type { GlobalDraft } from './keywords/global-defs.ts';
import { finishLinkDelays } from './keywords/link-delays.ts';
import { finishNotifyFifos } from './keywords/notify-fifo.ts';
import { finishGroupServers, ROOT, type RootDraft } from './keywords/root.ts';
import { finishNetlinkBuffers } from './keywords/receive-buffers.ts';
import { keywordHomes } from './keyword-homes.ts';
import { readLines } from './line-source.ts';
import { createNearestName } from './nearest.ts';
import { TreeParser } from './parser.ts';
import type { Inspector, OutlineDraft } from './outline.ts';
import { indexStatements } from './outline-index.ts';
import { Report } from './report.ts';
import { finishSyncGroups } from './sync-group.ts';
import { checkScripts } from './scripts.ts';
import { finishInstances } from './instances.ts';
import { HOST_NAMED } from './full-host-name.ts';
import type { GlobalSettings, HostNamed, MailSettings, Settings } from './settings.ts';
import type { SourceReader } from './source.ts';
import { Recollection } from './recollection.ts';
import type { ServerMemory } from './server-memory.ts';
import { ServiceClaims } from './shared-services.ts';
import { finishStatics } from './static-entries.ts';
import { seconds } from '@tandem/time';
import type { VirtualServerSettings } from '@tandem/health';

/** What a configuration is read from and for. */
export interface ConfigurationSource {
  /** The main file, or a glob. */
  readonly path: string;
  readonly reader: SourceReader;
  /** The box's own name. */
  readonly hostName: string;
  /**
   * The same with its domain, for mails: default of router_id and smtp_helo_name, and part of the
   * default sender. Asked for where mails are sent and lack one of these; undefined: to find it out
   * takes time, see `withFullHostName`. Default: hostName.
   */
  readonly fullHostName?: () => string | undefined;
  /** What `@ID` lines compare with. Default: the host name up to its first dot. */
  readonly configId?: string;
  /** The environment of the program, for `${_ENV NAME}`. Default: empty. */
  readonly environment?: (name: string) => string | undefined;
  /** What `${_RANDOM}` starts from until a random_seed line. Default: 0. */
  readonly randomSeed?: number;
  /** Who the daemon runs as, for the default sender of mails. Default: root. */
  readonly userName?: string;
  /** What is known of the box; absent: it has everything. */
  readonly box?: Box;
  /** Looks at text and settings side by side at the end; the text is kept in memory for it. */
  readonly inspect?: Inspector;
  /** Of readings before this one, and for those after it. Knows nothing where somebody inspects. */
  readonly memory?: ServerMemory;
}

const HOMES = keywordHomes(ROOT);

/** What came of it: always settings, complete in themselves, whatever was wrong. */
export interface Configuration {
  readonly settings: Settings;
  /** By file, line and column. */
  readonly diagnostics: readonly Diagnostic[];
  /** Paths that were read, in order. */
  readonly files: readonly string[];
}

/**
 * Reads a whole configuration. Never throws for what is in the files; where a value is wrong the
 * default stays, and the diagnostics say so.
 * @param source - main file, reader and what is known about the box
 * @returns settings and diagnostics; look for `isFatal` ones before running them
 * @see keepalived.conf(5)
 */
export function parseConfiguration(source: ConfigurationSource): Configuration {
  return readWhole(source, true);
}

/**
 * Reads a whole configuration for what is wrong with it: the same diagnostics, in less time and
 * memory, because virtual servers, which can be many, are judged and forgotten.
 * @param source - main file, reader and what is known about the box
 * @returns by file, line and column
 */
export function judgeConfiguration(
  source: Omit<ConfigurationSource, 'inspect' | 'memory'>,
): readonly Diagnostic[] {
  return readWhole(source, false).diagnostics;
}

function readWhole(source: ConfigurationSource, keepsServers: boolean): Configuration {
  const { surplus, configuration } = readOnce(source, { repairs: 0, keepsServers });
  if (surplus === 0) return configuration;
  return readOnce(source, { repairs: surplus, keepsServers }).configuration;
}

/** Reads and composes; what braces mean where they do not pair up depends on how many are missing. */
function readOnce(
  source: ConfigurationSource,
  { repairs, keepsServers }: { readonly repairs: number; readonly keepsServers: boolean },
): { readonly surplus: number; readonly configuration: Configuration } {
  const report = new Report();
  const outline: OutlineDraft = { statements: [], instances: [], virtualServers: [] };
  const configId = configIdOf(source);
  const definitions = createDefinitions({ ...source, configId });
  const session = openSession(source, definitions, { report, outline });
  const virtualServers: VirtualServerSettings[] = [];
  const draft = openDraft((server, place = virtualServers.length) => {
    if (keepsServers) virtualServers.splice(place, 0, server);
  });
  const parser = new TreeParser(ROOT, {
    repairs,
    report,
    listener(child) {
      if (child.kind === 'comment') return;
      session.outline?.statements.push(child);
      if (recollection === undefined) composeStatement(ROOT, draft, new Call(child, session, ''));
      else recollection.compose(child);
    },
  });
  const { memory } = source;
  const recollection =
    memory && repairs === 0 && session.outline === undefined
      ? new Recollection(memory, { parser, draft, session, virtualServers })
      : undefined;
  const listener = parser.read.bind(parser);
  const known = recollection;
  const files = readLines({ ...source, configId, definitions, listener, known }, report);
  parser.finish();
  if (parser.surplus === 0) recollection?.end();
  finishGroupServers(draft);
  checkSyncDaemon(draft);
  checkScripts(draft, session);
  const grouped = finishSyncGroups(draft, finishInstances(draft));
  const settings: Settings = {
    global: {
      ...finishGlobals(draft.globals, source),
      ...finishPlace(draft),
      ...(draft.tls && { tls: draft.tls }),
      ...(draft.garpGroups.length > 0 && { garpGroups: draft.garpGroups }),
      ...finishLinkDelays(draft, grouped.vrrpInstances),
    },
    syncGroups: grouped.syncGroups,
    ...finishStatics(draft, grouped.vrrpInstances),
    trackScripts: draft.trackScripts,
    trackFiles: draft.trackFiles,
    trackProcesses: draft.trackProcesses,
    bfdSessions: draft.bfdSessions,
    virtualServers,
  };
  if (parser.surplus === repairs) {
    const index = indexStatements(outline.statements);
    source.inspect?.({ ...outline, index, settings, session });
  }
  const configuration = { settings, diagnostics: report.sorted(), files };
  return { surplus: parser.surplus, configuration };
}

function openDraft(take: RootDraft['take']): RootDraft {
  return {
    globals: {},
    instances: new Map(),
    syncGroups: [],
    statics: [],
    trackGroups: new Map(),
    garpGroups: [],
    linkDelays: new Map(),
    trackScripts: [],
    trackFiles: [],
    trackProcesses: [],
    bfdSessions: [],
    serverGroups: new Map(),
    groupServers: [],
    virtualServerKeys: new Set(),
    services: new ServiceClaims(),
    take,
  };
}

function openSession(
  { box = {}, inspect }: ConfigurationSource,
  definitions: Definitions,
  { report, outline }: { readonly report: Report; readonly outline: OutlineDraft },
): Session {
  const nameFolders: NameFolders = {};
  return {
    report,
    nameFolders,
    box: complete({
      ...box,
      numberNamed: (table, name) => box.numberNamed?.(table, name, nameFolders),
    }),
    homes: HOMES,
    definitions: definitions.values,
    nearestName: createNearestName(),
    scripts: [],
    defined: new Map(),
    firsts: new Set(),
    dynamicInterfaces: false,
    preferences: new Map(),
    accounts: new Map(),
    weights: new Map(),
    saidWithoutEffect: new Map(),
    filePaths: new Map(),
    ...(inspect && { outline }),
  };
}

/** keepalived leaves it out too. */
function checkSyncDaemon({ globals, instances }: RootDraft): void {
  const { settings, call } = globals.syncDaemon ?? {};
  if (settings?.instance === undefined || instances.has(settings.instance)) return;
  call?.complain(
    'UNKNOWN_INSTANCE',
    `vrrp_instance ${settings.instance} of lvs_sync_daemon does not exist; ignoring the sync daemon`,
    { hint: 'name a vrrp_instance, or none' },
  );
  delete globals.syncDaemon;
}

function configIdOf({ configId, hostName }: ConfigurationSource): string {
  return configId ?? hostName.split('.', 1)[0] ?? hostName;
}

/** Settings that are absent where nothing is said. */
const WITHOUT_DEFAULT = [
  'scriptUser',
  'reloadCheck',
  'reloadFile',
  'supplementaryGroups',
  'startupDelay',
  'delayAfterBoot',
  'garpInterval',
  'gnaInterval',
  'disableLocalIgmp',
  'dynamicInterfaces',
] as const;

function finishGlobals(
  draft: GlobalDraft,
  source: ConfigurationSource,
): Omit<GlobalSettings, 'place' | 'childWait' | 'dumpMode'> {
  const mail = finishMail(draft, source);
  return {
    routerId: draft.routerId ?? (mail === undefined ? source.hostName : fullNameOf(source)),
    ...(mail === undefined ? {} : { mail }),
    enableScriptSecurity: draft.enableScriptSecurity ?? false,
    ...finishLvs(draft),
    rsInitNotifies: draft.rsInitNotifies ?? false,
    noCheckerEmails: draft.noCheckerEmails ?? false,
    noEmailFaults: draft.noEmailFaults ?? false,
    notifyFifos: finishNotifyFifos(draft),
    fifoStatesOnReload: draft.fifoStatesOnReload ?? false,
    ...finishBoundaryScripts(draft),
    nftables: finishNftables(draft),
    ...finishProcesses(draft),
    ...finishSchedule(draft),
    ...finishDumps(draft),
    logUnknownRouters: draft.logUnknownRouters ?? false,
    multicastGroup4: draft.multicastGroup4 ?? MULTICAST_GROUPS[4],
    multicastGroup6: draft.multicastGroup6 ?? MULTICAST_GROUPS[6],
    ...finishNetlinkBuffers(draft),
    ...given(draft, WITHOUT_DEFAULT),
  };
}

function finishDumps(draft: GlobalDraft): Pick<GlobalSettings, 'dumpFiles' | 'jsonVersion'> {
  return {
    dumpFiles: {
      state: draft.stateDumpFile ?? '/tmp/keepalived.data',
      statistics: draft.statisticsDumpFile ?? '/tmp/keepalived.stats',
      json: draft.jsonDumpFile ?? '/tmp/keepalived.json',
    },
    ...(draft.jsonVersion === 2 && { jsonVersion: 2 }),
  };
}

function finishBoundaryScripts({
  startupScript,
  startupScriptTimeout,
  shutdownScript,
  shutdownScriptTimeout,
}: GlobalDraft): Pick<GlobalSettings, 'startupScript' | 'shutdownScript'> {
  const limit = seconds(10);
  return {
    ...(startupScript && {
      startupScript: { ...startupScript, timeout: startupScriptTimeout ?? limit },
    }),
    ...(shutdownScript && {
      shutdownScript: { ...shutdownScript, timeout: shutdownScriptTimeout ?? limit },
    }),
  };
}

function finishLvs(
  draft: GlobalDraft,
): Pick<GlobalSettings, 'lvsFlush' | 'lvsFlushOnStop' | 'lvsSyncDaemon' | 'lvsTimeouts'> {
  const { lvsFlush = false, lvsFlushOnStop = false, lvsTimeouts, syncDaemon } = draft;
  return {
    lvsFlush,
    lvsFlushOnStop,
    ...(syncDaemon && { lvsSyncDaemon: syncDaemon.settings }),
    ...(lvsTimeouts && { lvsTimeouts }),
  };
}

function finishSchedule({
  reloadTimeFile: file,
  reloadRepeat: repeat = false,
}: GlobalDraft): Pick<GlobalSettings, 'reloadSchedule'> {
  return file === undefined ? {} : { reloadSchedule: { file, repeat } };
}

function finishProcesses(
  draft: GlobalDraft,
): Pick<GlobalSettings, 'supervisorName' | 'vrrpProcess' | 'checkerProcess' | 'bfdProcess'> {
  const nameOf = (name: string | undefined, usual: string): { name?: string } =>
    given({ name: name ?? (draft.processNames ? usual : undefined) }, ['name']);
  const { name: supervisorName } = nameOf(draft.supervisorName, 'keepalived');
  const { vrrpNice, vrrpRoundRobin, checkerNice, checkerRoundRobin } = draft;
  const bfd = { nice: draft.bfdNice, roundRobin: draft.bfdRoundRobin };
  const vrrp = { nice: vrrpNice, roundRobin: vrrpRoundRobin };
  const checker = { nice: checkerNice, roundRobin: checkerRoundRobin };
  return {
    ...given({ supervisorName }, ['supervisorName']),
    vrrpProcess: {
      ...nameOf(draft.vrrpName, 'keepalived_vrrp'),
      ...given(vrrp, ['nice', 'roundRobin']),
      ...draft.limits?.vrrp,
      locked: draft.vrrpLocked ?? false,
    },
    checkerProcess: {
      ...nameOf(draft.checkerName, 'keepalived_lvs'),
      ...given(checker, ['nice', 'roundRobin']),
      ...draft.limits?.checker,
      locked: draft.checkerLocked ?? false,
    },
    bfdProcess: {
      ...nameOf(draft.bfdName, 'keepalived_bfd'),
      ...given(bfd, ['nice', 'roundRobin']),
      ...draft.limits?.bfd,
      locked: draft.bfdLocked ?? false,
    },
  };
}

function finishNftables(draft: GlobalDraft): GlobalSettings['nftables'] {
  return {
    table: draft.nftablesTable ?? 'tandem',
    priority: draft.nftablesPriority ?? -1,
    counters: draft.nftablesCounters ?? false,
  };
}

function finishMail(draft: GlobalDraft, source: ConfigurationSource): MailSettings | undefined {
  const { notificationEmail: to, smtpServer: server } = draft;
  if (to === undefined || to.length === 0 || server === undefined) return undefined;
  const { routerId, notificationEmailFrom: from, smtpHeloName: heloName } = draft;
  return {
    to,
    from: from ?? `${source.userName ?? 'root'}@${fullNameOf(source)}`,
    host: server.host,
    port: server.port,
    connectTimeout: draft.smtpConnectTimeout ?? seconds(30),
    heloName: heloName ?? fullNameOf(source),
    ...awaitedOf({ routerId, from, heloName }, source),
  };
}

function awaitedOf(
  said: Readonly<Record<HostNamed, string | undefined>>,
  { fullHostName }: ConfigurationSource,
): Pick<MailSettings, 'awaitsDomain'> {
  const awaitsDomain = HOST_NAMED.filter((each) => said[each] === undefined);
  const isKnown = awaitsDomain.length === 0 || fullHostName?.() !== undefined;
  return fullHostName === undefined || isKnown ? {} : { awaitsDomain };
}

function fullNameOf({ hostName, fullHostName }: ConfigurationSource): string {
  return fullHostName?.() ?? hostName;
}
