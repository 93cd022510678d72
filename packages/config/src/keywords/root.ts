import type { BfdSettings } from '@tandem/bfd';
import type { VirtualServerKey, VirtualServerSettings } from '@tandem/health';
import { parseIp } from '@tandem/inet';
import type {
  TrackFileSettings,
  TrackProcessSettings,
  TrackScriptSettings,
  VrrpInstanceSettings,
} from '@tandem/vrrp';
import { address, integer, word } from '../argument.ts';
import type { Call } from '../call.ts';
import { composeBlock } from '../composer.ts';
import { form, NAME, NOTHING, optional } from '../form.ts';
import { keywordGrammar, listGrammar, type Keyword, type KeywordGrammar } from '../grammar.ts';
import { finishInstance } from '../instance.ts';
import { parsePrefixedInteger } from '../number.ts';
import type { PlainTarget } from '../server-target.ts';
import type { Claimant, ServiceClaims } from '../shared-services.ts';
import { finishVirtualServer } from '../virtual-server.ts';
import type { Place } from '../source.ts';
import type { Word } from '../words.ts';
import { needless } from './accepted.ts';
import { NEEDLESS_ROOT } from './accepted-root.ts';
import { applyBfdInstance, BFD_INSTANCE } from './bfd-instance.ts';
import { readPort } from './checkers.ts';
import { FWMARK } from './forms.ts';
import { GLOBAL_DEFS, type GlobalDraft } from './global-defs.ts';
import { PLACE_ROWS, type PlaceDraft } from './place.ts';
import { SSL, type SslDraft } from './ssl.ts';
import { applyServerGroup, GROUP_ENTRY, type GroupMember } from './server-group.ts';
import { STATIC_ROWS, type StaticDraft } from './static-entries.ts';
import { applySyncGroup, SYNC_GROUP, type SyncGroupDraft } from './sync-group.ts';
import { GARP_GROUP_ROW, type GarpGroupsDraft } from './garp-group.ts';
import { LINK_DELAYS_ROW, type LinkDelaysDraft } from './link-delays.ts';
import { applyTrackFile, TRACK_FILE } from './track-file.ts';
import { applyTrackProcess, TRACK_PROCESS } from './track-process.ts';
import { VIRTUAL_SERVER, type VirtualServerDraft } from './virtual-server.ts';
import { VRRP_INSTANCE, type InstanceDraft } from './vrrp-instance.ts';
import { applyVrrpScript, VRRP_SCRIPT } from './vrrp-script.ts';

/** The whole configuration so far. */
export interface RootDraft extends PlaceDraft, GarpGroupsDraft, LinkDelaysDraft {
  globals: GlobalDraft;
  tls?: SslDraft;
  /** By name. */
  readonly instances: Map<
    string,
    { readonly call: Call; readonly settings?: VrrpInstanceSettings }
  >;
  readonly syncGroups: SyncGroupDraft[];
  readonly statics: StaticDraft[];
  readonly trackGroups: Map<string, { readonly call: Call; readonly members: Word[] }>;
  readonly trackScripts: TrackScriptSettings[];
  readonly trackFiles: TrackFileSettings[];
  readonly trackProcesses: TrackProcessSettings[];
  readonly bfdSessions: BfdSettings[];
  /** Lines of virtual_server_group blocks, by name. */
  readonly serverGroups: Map<string, readonly GroupMember[]>;
  /** Virtual servers of groups, which may be defined after them. */
  readonly groupServers: GroupServer[];
  /** Of the virtual servers taken; nothing else of them is kept here, because they can be many. */
  readonly virtualServerKeys: Set<string>;
  readonly services: ServiceClaims;
  /** Is given each virtual server. @param place - among those given so far; the last without */
  take(server: VirtualServerSettings, place?: number): void;
}

/** A virtual server that listens on what its group says. */
interface GroupServer {
  readonly name: string;
  /** How many virtual servers of no group are before it. */
  readonly before: number;
  readonly server: VirtualServerDraft;
  readonly call: Call;
}

const FWMARK_MAX = 0xffff_ffff;

const VIRTUAL_SERVER_TARGET = form(
  { address: optional(address()), port: optional(integer({ min: 0, max: 65_535 })) },
  { fwmark: { argument: FWMARK }, group: { argument: word(undefined, 'NAME') } },
  { either: ['address', 'fwmark', 'group'], least: 1 },
);

// prettier-ignore
/** The keyword table of the root. */
export const ROOT: KeywordGrammar<RootDraft> = keywordGrammar<RootDraft>('', [
  { kind: 'block', keyword: 'global_defs', early: true, form: NOTHING, grammar: GLOBAL_DEFS, apply: applyGlobals, doc: 'Settings of the whole box, and defaults; comes first.' },
  { kind: 'block', keyword: 'vrrp_instance', bare: 'error', form: NAME, several: true, grammar: VRRP_INSTANCE, apply: applyInstance, doc: 'One virtual router.' },
  { kind: 'block', keyword: 'vrrp_script', early: true, form: NAME, several: true, grammar: VRRP_SCRIPT, apply: applyVrrpScript, doc: 'A script that instances follow.' },
  { kind: 'block', keyword: 'track_file', aliases: ['vrrp_track_file'], early: true, form: NAME, several: true, grammar: TRACK_FILE, apply: applyTrackFile, doc: 'A file that instances and checkers follow.' },
  { kind: 'block', keyword: 'vrrp_track_process', early: true, form: NAME, several: true, grammar: TRACK_PROCESS, apply: applyTrackProcess, doc: 'Processes that instances follow.' },
  { kind: 'block', keyword: 'bfd_instance', bare: 'error', early: true, form: NAME, several: true, grammar: BFD_INSTANCE, apply: applyBfdInstance, doc: 'A BFD session, which instances and checkers follow.' },
  { kind: 'block', keyword: 'vrrp_sync_group', bare: 'error', form: NAME, several: true, grammar: SYNC_GROUP, apply: applySyncGroup, doc: 'Instances that change state together.' },
  { kind: 'block', keyword: 'virtual_server_group', form: NAME, several: true, grammar: listGrammar('virtual_server_group', GROUP_ENTRY), apply: applyServerGroup, doc: 'Addresses, ranges and marks of one virtual server, one per line.' },
  { kind: 'block', keyword: 'virtual_server', form: VIRTUAL_SERVER_TARGET, several: true, grammar: VIRTUAL_SERVER, apply: applyVirtualServer, doc: 'One service of the load balancer.' },
  { kind: 'block', keyword: 'SSL', form: NOTHING, grammar: SSL, apply: applySsl, doc: 'Keys and certificates of SSL_GET.' },
  ...(STATIC_ROWS as readonly Keyword<RootDraft>[]),
  ...(PLACE_ROWS as readonly Keyword<RootDraft>[]),
  GARP_GROUP_ROW,
  LINK_DELAYS_ROW,
  ...needless<RootDraft>(NEEDLESS_ROOT),
]);

function applyGlobals(draft: RootDraft, call: Call): void {
  const { block } = call.statement;
  if (block === undefined) return;
  const globals = { ...draft.globals };
  composeBlock(GLOBAL_DEFS, globals, { block, owner: 'global_defs', session: call.session });
  draft.globals = globals;
}

function applySsl(draft: RootDraft, call: Call): void {
  const { block } = call.statement;
  if (block === undefined) return;
  draft.tls ??= {};
  composeBlock(SSL, draft.tls, { block, owner: 'SSL', session: call.session });
}

function applyInstance(draft: RootDraft, call: Call): void {
  const { block } = call.statement;
  const [name] = call.arguments.map((each) => each.text);
  if (block === undefined) return;
  if (name === undefined || call.arguments.length > 1) {
    call.complain('MISSING_NAME', 'vrrp_instance must have one name; skipping the block', {
      hint: "write 'vrrp_instance NAME {'",
    });
    return;
  }
  const before = draft.instances.get(name);
  if (before !== undefined) {
    call.complain(
      'DUPLICATE_INSTANCE',
      `vrrp_instance ${name} already defined; skipping the block`,
      {
        at: call.argument(1),
        related: [{ message: 'the first one is at', place: before.call.statement }],
      },
    );
    return;
  }
  const instance: InstanceDraft = {
    name,
    globals: draft.globals,
    addresses: [],
    excludedAddresses: [],
    routes: [],
    rules: [],
    known: new Set(),
    trackers: new Map(),
    peers: new Map(),
  };
  const owner = `vrrp_instance ${name}`;
  composeBlock(VRRP_INSTANCE, instance, { block, owner, session: call.session });
  const named = call.named(owner);
  const settings = finishInstance(instance, named);
  if (settings !== undefined) call.session.outline?.instances.push({ call: named, settings });
  draft.instances.set(name, { call: named, ...(settings === undefined ? {} : { settings }) });
}

function applyVirtualServer(draft: RootDraft, call: Call): void {
  const { block } = call.statement;
  if (block === undefined) return;
  const group = call.argument(1)?.text === 'group' ? call.argument(2)?.text : undefined;
  const target = group === undefined ? readTarget(call) : undefined;
  if (target === undefined && group === undefined) return;
  const server: VirtualServerDraft = {
    globals: draft.globals,
    schedulerFlags: 0,
    realServers: [],
  };
  const named = call.named(
    target === undefined ? `virtual_server group ${group ?? ''}` : nameOf(target),
  );
  composeBlock(VIRTUAL_SERVER, server, { block, owner: named.owner, session: call.session });
  if (target === undefined) {
    const before = draft.virtualServerKeys.size;
    draft.groupServers.push({ name: group ?? '', before, server, call: named });
  } else {
    takeServer(draft, finishVirtualServer(server, target, named), named);
  }
}

function nameOf(target: PlainTarget): string {
  return target.kind === 'fwmark'
    ? `virtual_server fwmark ${target.mark}`
    : `virtual_server ${target.address} ${target.port}`;
}

/**
 * Once all groups are known: the virtual servers that listen on them.
 * @param draft - of the whole configuration
 */
export function finishGroupServers(draft: RootDraft): void {
  const counts = new Map<string, number>();
  const others = draft.virtualServerKeys.size;
  for (const { name, before, server, call } of draft.groupServers) {
    const members = draft.serverGroups.get(name);
    if (members === undefined) {
      call.complain(
        'UNKNOWN_SERVER_GROUP',
        `virtual_server_group ${name} is not configured; ignoring the virtual server`,
        { at: call.argument(2) },
      );
      continue;
    }
    const index = counts.get(name) ?? 0;
    counts.set(name, index + 1);
    const target = { kind: 'group', name, index, members } as const;
    const place = before + draft.virtualServerKeys.size - others;
    const here: RootDraft = { ...draft, take: (each) => draft.take(each, place) };
    takeServer(here, finishVirtualServer(server, target, call), call);
  }
  draft.services.complain();
}

function takeServer(
  draft: RootDraft,
  settings: VirtualServerSettings | undefined,
  call: Call,
): void {
  if (settings === undefined) return;
  call.session.outline?.virtualServers.push({ call, settings });
  const { line, start, end } = call.statement;
  const claimant = { line, start, end, owner: call.owner };
  const isGroup = settings.key.kind === 'group';
  if (admit(draft, settings, isGroup ? { ...claimant, call } : claimant)) return;
  call.complain('DUPLICATE_VIRTUAL_SERVER', 'it is defined twice; ignoring this one', {
    severity: 'warning',
  });
}

/**
 * Takes a virtual server that is known already.
 * @param draft - of the whole configuration; changed
 * @param settings - those of no group
 * @param opener - where it begins
 * @returns false when there is one like it, which stays
 */
export function retakeServer(
  draft: RootDraft,
  settings: VirtualServerSettings,
  opener: () => Place,
): boolean {
  const { key } = settings;
  return (
    key.kind !== 'group' && admit(draft, settings, () => ({ ...opener(), owner: nameOf(key) }))
  );
}

/** @returns false when there is one like it already, which stays */
function admit(
  draft: RootDraft,
  settings: VirtualServerSettings,
  claimant: Claimant | (() => Claimant),
): boolean {
  const identity = identityOf(settings.key);
  if (draft.virtualServerKeys.has(identity)) return false;
  draft.virtualServerKeys.add(identity);
  draft.services.add(settings, claimant);
  draft.take(settings);
  return true;
}

/** @returns the same for those that listen on the same */
function identityOf(key: VirtualServerKey): string {
  switch (key.kind) {
    case 'address':
      return `${key.address} ${key.port} ${key.protocol}`;
    case 'fwmark':
      return `fwmark ${key.mark} ${key.family}`;
    case 'group':
      return `group ${key.name} ${key.index}`;
  }
}

function readTarget(call: Call): PlainTarget | undefined {
  const [, first, second] = call.words;
  if (first === undefined) return undefined;
  if (first.text === 'fwmark') {
    const mark = second === undefined ? undefined : parsePrefixedInteger(second.text);
    if (mark !== undefined && mark >= 1 && mark <= FWMARK_MAX) return { kind: 'fwmark', mark };
    call.complain(
      'INVALID_FWMARK',
      `fwmark must be 1–${FWMARK_MAX}, got '${second?.text ?? ''}'; skipping the block`,
      { at: second ?? first },
    );
    return undefined;
  }
  // keepalived reads past a prefix length.
  const address = parseIp(first.text.split('/', 1)[0] ?? '');
  if (address === undefined) {
    call.complain('INVALID_ADDRESS', `'${first.text}' is not an IP address; skipping the block`, {
      at: first,
      hint: "write 'virtual_server ADDRESS PORT {' or 'virtual_server fwmark N {'",
    });
    return undefined;
  }
  const port = readPort(call, 2);
  return port === null ? undefined : { kind: 'address', address, port: port ?? 0 };
}
