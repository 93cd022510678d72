import type { VirtualServerSettings } from '@tandem/health';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import type { DiagnosticCode } from '../catalogue.ts';
import type { Match } from './match.ts';
import { placeOf, type Discord, type Member, type Side } from './member.ts';

/** A discord with its code; whose it is differs from case to case. */
export interface Lonely extends Discord {
  readonly code: DiagnosticCode;
  readonly side: Side<unknown>;
}

/**
 * Instances that only one box has: often the partner is there under another number or family.
 * @param matches - of all instances
 * @param members - the boxes
 */
export function loneInstances(
  matches: readonly Match<VrrpInstanceSettings>[],
  members: readonly Member[],
): readonly Lonely[] {
  const lone = matches.filter((each) => each.length < members.length);
  const known = new Map<string, Side<VrrpInstanceSettings>[]>();
  for (const side of lone.flat()) {
    for (const sign of signsOf(side)) {
      const alike = known.get(sign);
      if (alike === undefined) known.set(sign, [side]);
      else alike.push(side);
    }
  }
  const partnered = new Set<Side<VrrpInstanceSettings>>();
  return lone.flatMap((match) =>
    match.flatMap((there) => {
      if (partnered.has(there)) return [];
      const here = signsOf(there)
        .flatMap((sign) => known.get(sign) ?? [])
        .find(
          (each) =>
            each.member !== there.member && !partnered.has(each) && !sameRouter(each, there),
        );
      if (here === undefined) return partnerless(there, match, members);
      partnered.add(here).add(there);
      return [differing(there, here)];
    }),
  );
}

/** Two instances with one of these belong together; the number is what may be wrong. */
function signsOf({ settings }: Side<VrrpInstanceSettings>): readonly string[] {
  return [`name ${settings.name}`, ...settings.addresses.map(({ address }) => address)];
}

function sameRouter(a: Side<VrrpInstanceSettings>, b: Side<VrrpInstanceSettings>): boolean {
  return (
    a.settings.virtualRouterId === b.settings.virtualRouterId &&
    a.settings.family === b.settings.family
  );
}

function differing(first: Side<VrrpInstanceSettings>, second: Side<VrrpInstanceSettings>): Lonely {
  const [here, there] = [first, second];
  const { virtualRouterId: number, family } = there.settings;
  if (number === here.settings.virtualRouterId) {
    return {
      code: 'CLUSTER_FAMILIES_DIFFER',
      side: there,
      message: `its addresses are IPv${family} in ${there.member.name}, but IPv${here.settings.family} in ${here.member.name}: neither hears the other`,
      at: placeOf(there, 'virtual_ipaddress'),
      other: { message: 'the other list is at', place: placeOf(here, 'virtual_ipaddress') },
    };
  }
  return {
    code: 'CLUSTER_ROUTER_IDS_DIFFER',
    side: there,
    message: `virtual_router_id is ${number} in ${there.member.name}, but ${here.settings.virtualRouterId} in ${here.member.name}: neither hears the other, and both become master`,
    at: placeOf(there, 'virtual_router_id'),
    other: { message: 'the other one is at', place: placeOf(here, 'virtual_router_id') },
  };
}

function partnerless(
  side: Side<VrrpInstanceSettings>,
  match: Match<VrrpInstanceSettings>,
  members: readonly Member[],
): readonly Lonely[] {
  if (match[0] !== side) return [];
  const absent = members.filter((each) => !match.some(({ member }) => member === each));
  return [
    {
      code: 'CLUSTER_INSTANCE_ALONE',
      side,
      message: `virtual_router_id ${side.settings.virtualRouterId} (IPv${side.settings.family}) is not in ${namesOf(absent)}, which cannot take over`,
      at: placeOf(side, 'virtual_router_id'),
    },
  ];
}

/** @returns virtual servers that some boxes do not have */
export function loneServers(
  matches: readonly Match<VirtualServerSettings>[],
  members: readonly Member[],
): readonly Lonely[] {
  return matches.flatMap((match) => {
    const [side] = match;
    const absent = members.filter((each) => !match.some(({ member }) => member === each));
    if (side === undefined || absent.length === 0) return [];
    return [
      {
        code: 'CLUSTER_SERVER_ALONE',
        side,
        message: `it is not in ${namesOf(absent)}: a takeover ends the service`,
        at: side.call.statement,
      },
    ];
  });
}

function namesOf(members: readonly Member[]): string {
  return members.map((each) => each.name).join(', ');
}
