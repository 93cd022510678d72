/** What stays in the kernel whoever is master, and the instances that follow it. */
import type {
  StaticAddress,
  StaticEntry,
  TrackerSettings,
  VirtualRoute,
  VrrpInstanceSettings,
} from '@tandem/vrrp';
import type { Call } from './call.ts';
import type { StaticDraft } from './keywords/static-entries.ts';
import type { Word } from './words.ts';

/** Blocks of the root that belong together. */
interface Drafts {
  readonly statics: readonly StaticDraft[];
  /** Names of instances, by name of the track_group. */
  readonly trackGroups: ReadonlyMap<
    string,
    { readonly call: Call; readonly members: readonly Word[] }
  >;
}

const KINDS = ['address', 'route', 'rule'] as const;

/**
 * @param drafts - as read
 * @param instances - those that can run
 * @returns the entries in the order in which they are set, and the instances with the interfaces that
 *   they follow because of their track_group
 */
export function finishStatics(
  { statics, trackGroups }: Drafts,
  instances: readonly VrrpInstanceSettings[],
): {
  readonly staticEntries: readonly StaticEntry[];
  readonly vrrpInstances: readonly VrrpInstanceSettings[];
} {
  const followed = new Map<string, Set<string>>();
  for (const { members, call } of trackGroups.values()) complainUnknown(members, instances, call);
  for (const { entry, group, call } of statics) {
    if (group === undefined) continue;
    const members = trackGroups.get(group.text)?.members;
    if (members === undefined) {
      const message = `track_group ${group.text} doesn't exist; nobody follows this line`;
      call.complain('UNKNOWN_TRACKER', message, { at: group });
    }
    for (const { text: name } of members ?? []) {
      const devices = followed.get(name) ?? new Set();
      followed.set(name, devices);
      if (entry.kind !== 'rule' && entry.device !== undefined) devices.add(entry.device);
    }
  }
  const entries = statics.map(({ entry }) => entry);
  return {
    staticEntries: KINDS.flatMap((kind) => entries.filter((each) => each.kind === kind)),
    vrrpInstances: instances.map((each) => following(each, [...(followed.get(each.name) ?? [])])),
  };
}

function complainUnknown(
  members: readonly Word[],
  instances: readonly VrrpInstanceSettings[],
  call: Call,
): void {
  for (const at of members) {
    if (instances.some(({ name }) => name === at.text)) continue;
    call.complain('UNKNOWN_INSTANCE', `vrrp_instance ${at.text} doesn't exist; ignoring it`, {
      at,
    });
  }
}

/** @returns an instance that is in FAULT while one of the interfaces is down */
function following(
  instance: VrrpInstanceSettings,
  devices: readonly string[],
): VrrpInstanceSettings {
  const trackers = withInterfaces(instance.trackers, devices, instance.interface);
  return trackers === instance.trackers ? instance : { ...instance, trackers };
}

/**
 * @param trackers - what the instance is told to follow
 * @param devices - interfaces without which what it holds is of no use
 * @param own - its interface, which it follows anyway
 * @returns all that it follows
 */
export function withInterfaces(
  trackers: readonly TrackerSettings[],
  devices: readonly string[],
  own: string,
): readonly TrackerSettings[] {
  const known = new Set(
    trackers.flatMap(({ kind, name }) => (kind === 'interface' ? [name] : [])),
  ).add(own);
  const names = new Set(devices.filter((each) => !known.has(each)));
  if (names.size === 0) return trackers;
  const added = [...names].map((name) => {
    return { kind: 'interface', name, weight: 0, reverse: false } as const;
  });
  return [...trackers, ...added];
}

/** @returns the interfaces of addresses and routes that are put back when they go */
export function trackedDevices(
  entries: readonly (
    | (Pick<StaticAddress, 'device'> & { readonly track?: boolean })
    | VirtualRoute
  )[],
): string[] {
  return entries.flatMap(({ device, track }) =>
    device === undefined || track === false ? [] : [device],
  );
}
