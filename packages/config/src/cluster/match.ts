import type { VirtualServerSettings } from '@tandem/health';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import type { Member, Side } from './member.ts';

/** The same thing on the boxes that have it, in the order of the boxes. */
export type Match<S> = readonly Side<S>[];

/**
 * Finds which instances of several boxes are one virtual router: those with the same number and
 * family, and where a box has several of these, also with the same interface or name.
 * @param members - the boxes
 * @returns one match per virtual router, the lone ones included
 */
export function matchInstances(members: readonly Member[]): readonly Match<VrrpInstanceSettings>[] {
  const sides = sidesOf(members, (outline) => outline.instances);
  const routers = groups(sides, ({ settings }) => `${settings.virtualRouterId} ${settings.family}`);
  return routers.flatMap((each) => (isAmbiguous(each) ? split(each) : [each]));
}

/** @returns one match per virtual server, the lone ones included */
export function matchServers(members: readonly Member[]): readonly Match<VirtualServerSettings>[] {
  const sides = sidesOf(members, (outline) => outline.virtualServers);
  return groups(sides, ({ settings }) => Object.values(settings.key).join(' '));
}

function sidesOf<S>(
  members: readonly Member[],
  list: (outline: Member['outline']) => readonly Omit<Side<S>, 'member'>[],
): readonly Side<S>[] {
  return members.flatMap((member) => list(member.outline).map((each) => ({ ...each, member })));
}

function isAmbiguous(sides: Match<unknown>): boolean {
  return new Set(sides.map((each) => each.member)).size < sides.length;
}

/** By interface where that tells them apart and brings them together, else by name. */
function split(sides: Match<VrrpInstanceSettings>): readonly Match<VrrpInstanceSettings>[] {
  const byInterface = groups(sides, ({ settings }) => settings.interface);
  if (byInterface.every((each) => !isAmbiguous(each) && each.length > 1)) return byInterface;
  return groups(sides, ({ settings }) => settings.name);
}

function groups<S>(sides: Match<S>, key: (side: Side<S>) => string): readonly Match<S>[] {
  const found = new Map<string, Side<S>[]>();
  for (const side of sides) {
    const alike = found.get(key(side));
    if (alike === undefined) found.set(key(side), [side]);
    else alike.push(side);
  }
  return [...found.values()];
}
