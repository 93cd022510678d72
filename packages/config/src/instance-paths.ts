/** Where the adverts of an instance come from and go to. */
import { ipBytes, ipFamily, parseIp, type IpAddress, type IpFamily } from '@tandem/inet';
import type { UnicastPeer, UnicastSettings, VrrpInstanceSettings } from '@tandem/vrrp';
import type { Call } from './call.ts';
import type { PeerEntry } from './keywords/peer-entry.ts';
import type { InstanceDraft } from './keywords/vrrp-instance.ts';

/** The default groups. @see RFC 9568 §5.1.1.2, §5.1.2.2 */
export const MULTICAST_GROUPS: Readonly<Record<IpFamily, IpAddress>> = {
  4: parseIp('224.0.0.18') as IpAddress,
  6: parseIp('ff02::12') as IpAddress,
};

const TTL_MAX = 255;

/**
 * @param draft - the block as read
 * @param family - of the instance; what is of the other one is complained about and left out
 * @param call - the statement that opens the block
 * @see keepalived.conf(5) unicast_peer, mcast_dst_ip
 */
export function finishPaths(
  draft: InstanceDraft,
  family: IpFamily,
  call: Call,
): Pick<VrrpInstanceSettings, 'sourceAddress' | 'multicastGroup' | 'unicast'> {
  const source = ofFamily(draft.sourceAddress, family, { call, keywords: SOURCES });
  const unicast = finishUnicast(draft, family, call);
  return {
    ...(source === undefined ? {} : { sourceAddress: source }),
    multicastGroup: finishGroup(draft, family, call),
    ...(unicast === undefined ? {} : { unicast }),
  };
}

const SOURCES = ['unicast_src_ip', 'mcast_src_ip'];

function ofFamily(
  address: IpAddress | undefined,
  family: IpFamily,
  { call, keywords }: { readonly call: Call; readonly keywords: readonly string[] },
): IpAddress | undefined {
  if (address === undefined || ipFamily(address) === family) return address;
  call.complain(
    'ADDRESS_FAMILY_MISMATCH',
    `${keywords.join(' or ')} ${address} is not of the instance's family, IPv${family}; ignoring it`,
    { at: call.inside(...keywords) },
  );
  return undefined;
}

function finishGroup(draft: InstanceDraft, family: IpFamily, call: Call): IpAddress {
  const { multicastGroup4, multicastGroup6 } = draft.globals;
  const inherited = (family === 4 ? multicastGroup4 : multicastGroup6) ?? MULTICAST_GROUPS[family];
  const own = ofFamily(draft.multicastGroup, family, { call, keywords: ['mcast_dst_ip'] });
  if (own === undefined) return inherited;
  if (family === 4 || isLinkLocalGroup(own)) return own;
  call.complain('NOT_MULTICAST', `mcast_dst_ip ${own} is not link-local, ffX2::; ignoring it`, {
    at: call.inside('mcast_dst_ip'),
  });
  return inherited;
}

/** @see RFC 4291 §2.7 — the scope is in the second octet */
function isLinkLocalGroup(group: IpAddress): boolean {
  return ((ipBytes(group)[1] ?? 0) & 0xf) === 2;
}

/** What only makes sense with peers. */
const UNICAST = [
  'unicast_peer',
  'unicast_src_ip',
  'unicast_ttl',
  'check_unicast_src',
  'old_unicast_checksum',
];

function finishUnicast(
  draft: InstanceDraft,
  family: IpFamily,
  call: Call,
): UnicastSettings | undefined {
  const entries = [...draft.peers.values()].filter((each) => isOfFamily(each, family, call));
  const {
    unicastTtl: ttl = TTL_MAX,
    checkUnicastSource,
    oldChecksum,
    faultWithoutPeers,
    globals,
  } = draft;
  const isLimited = entries.some(({ minTtl, maxTtl }) => (minTtl ?? maxTtl) !== undefined);
  const checkSource = checkUnicastSource ?? globals.checkUnicastSource ?? isLimited;
  const more = oldChecksum === undefined ? {} : { oldChecksum };
  if (entries.length > 0 || faultWithoutPeers === true)
    return { peers: entries.map(finishPeer), ttl, checkSource, ...more };
  const at = call.inside(...UNICAST);
  if (at === undefined) return undefined;
  call.complain('UNICAST_WITHOUT_PEERS', 'a unicast keyword without peers; multicast is used', {
    at,
    severity: 'warning',
    hint: "add 'unicast_peer { ADDRESS }'",
  });
  return undefined;
}

function isOfFamily({ address, word: at }: PeerEntry, family: IpFamily, call: Call): boolean {
  if (ipFamily(address) === family) return true;
  const message = `the peer ${address} is not of the instance's family, IPv${family}; skipping it`;
  call.complain('ADDRESS_FAMILY_MISMATCH', message, { at });
  return false;
}

function finishPeer({ address, minTtl = 0, maxTtl = TTL_MAX }: PeerEntry): UnicastPeer {
  return { address, minTtl, maxTtl };
}
