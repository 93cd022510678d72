import { inSeconds } from '@tandem/time';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import { parseIp } from '@tandem/inet';
import { entriesOf, statementsOf, valueOf } from '../tree-reading.ts';
import { placeOf, type Discord, type InstancePair, type Rule, type Side } from './member.ts';

/** What all boxes must say alike, or they do not hear each other. @see inventory §3.6 */
// prettier-ignore
export const AGREEMENTS: readonly Rule<InstancePair>[] = [
  agreement({ code: 'CLUSTER_VERSIONS_DIFFER', keywords: ['version'], noun: 'VRRP version', value: ({ version }) => `${version}`, consequence: 'each drops the adverts of the other, and both become master' }),
  agreement({ code: 'CLUSTER_INTERVALS_DIFFER', keywords: ['advert_int'], noun: 'advert_int', value: ({ advertisementInterval }) => `${inSeconds(advertisementInterval)}`, consequence: 'with version 2 each drops the adverts of the other, and both become master' }),
  agreement({ code: 'CLUSTER_GROUPS_DIFFER', keywords: ['mcast_dst_ip'], noun: 'multicast group', value: ({ multicastGroup }) => multicastGroup, consequence: 'neither hears the other, and both become master' }),
  { code: 'CLUSTER_AUTHENTICATION_DIFFERS', find: authentication },
  { code: 'CLUSTER_ADDRESSES_DIFFER', find: (pair) => addresses(pair, 'addresses', 'virtual_ipaddress') },
  { code: 'CLUSTER_EXCLUDED_DIFFER', find: (pair) => addresses(pair, 'excludedAddresses', 'virtual_ipaddress_excluded') },
  { code: 'CLUSTER_UNICAST_DIFFERS', find: unicastOrNot },
];

/** What two boxes must say about each other; found for either order of the two. */
export const MUTUAL: readonly Rule<InstancePair>[] = [
  { code: 'CLUSTER_PEER_MISSING', find: peerMissing },
];

function agreement(row: {
  readonly code: Rule<InstancePair>['code'];
  readonly keywords: readonly string[];
  readonly noun: string;
  readonly value: (settings: VrrpInstanceSettings) => string;
  readonly consequence: string;
}): Rule<InstancePair> {
  const { code, keywords, noun, value, consequence } = row;
  return {
    code,
    find({ here, there }) {
      const [one, other] = [value(here.settings), value(there.settings)];
      if (one === other) return [];
      return [
        {
          message: `${noun} is ${other} in ${there.member.name}, but ${one} in ${here.member.name}: ${consequence}`,
          at: placeOf(there, ...keywords),
          other: { message: `it is ${one} at`, place: placeOf(here, ...keywords) },
        },
      ];
    },
  };
}

/** Names no password. */
function authentication({ here, there }: InstancePair): readonly Discord[] {
  const [one, other] = [here.settings.authentication, there.settings.authentication];
  if (one?.type === other?.type && one?.password === other?.password) return [];
  const message =
    one === undefined || other === undefined
      ? `only ${(one === undefined ? there : here).member.name} has a password`
      : `${there.member.name} and ${here.member.name} have different passwords`;
  return [
    {
      message: `${message}: each drops the adverts of the other, and both become master`,
      at: placeOf(there, 'authentication'),
      other: { message: 'the other one is at', place: placeOf(here, 'authentication') },
    },
  ];
}

function addresses(
  { here, there }: InstancePair,
  list: 'addresses' | 'excludedAddresses',
  keyword: string,
): readonly Discord[] {
  const addressesOf = ({ settings }: InstancePair['here']): ReadonlySet<string> =>
    new Set(settings[list].map((each) => each.address));
  const [one, other] = [addressesOf(here), addressesOf(there)];
  const missing = [...one].filter((each) => !other.has(each));
  const extra = [...other].filter((each) => !one.has(each));
  if (missing.length === 0 && extra.length === 0) return [];
  const consequence =
    list === 'addresses'
      ? 'each drops the adverts of the other, and both become master'
      : 'they are lost at a takeover';
  const parts = [
    ...(missing.length === 0 ? [] : [`${there.member.name} lacks ${missing.join(', ')}`]),
    ...(extra.length === 0 ? [] : [`${here.member.name} lacks ${extra.join(', ')}`]),
  ];
  return [
    {
      message: `the addresses of ${keyword} differ: ${parts.join('; ')}: ${consequence}`,
      at: placeOf(there, keyword),
      other: { message: 'the other list is at', place: placeOf(here, keyword) },
    },
  ];
}

function peersOf({ call }: Side<unknown>): readonly string[] {
  return entriesOf(call.statement.block, 'unicast_peer').flatMap(
    ([word]) => parseIp(word?.text.split('/')[0] ?? '') ?? [],
  );
}

function unicastOrNot({ here, there }: InstancePair): readonly Discord[] {
  const [one, other] = [peersOf(here).length > 0, peersOf(there).length > 0];
  if (one === other) return [];
  const [unicast, multicast] = one ? [here, there] : [there, here];
  return [
    {
      message: `${unicast.member.name} sends to unicast_peer, ${multicast.member.name} by multicast: neither hears the other, and both become master`,
      at: placeOf(there, 'unicast_peer'),
      other: { message: 'the other box is at', place: placeOf(here, 'unicast_peer') },
      hint: `add 'unicast_peer' to ${multicast.member.name}`,
    },
  ];
}

function peerMissing({ here, there }: InstancePair): readonly Discord[] {
  const source = statementsOf(here.call.statement.block, 'unicast_src_ip').at(-1);
  const own = source && parseIp(valueOf(source) ?? '');
  const peers = peersOf(there);
  if (source === undefined || own === undefined || peers.length === 0) return [];
  if (peers.includes(own)) return [];
  return [
    {
      message: `unicast_peer of ${there.member.name} does not name ${own}, which ${here.member.name} sends from: ${here.member.name} hears nothing of ${there.member.name}`,
      at: placeOf(there, 'unicast_peer'),
      other: { message: `unicast_src_ip ${own} is at`, place: source },
      hint: `add ${own} to unicast_peer`,
    },
  ];
}
