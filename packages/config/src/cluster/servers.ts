import type { RealServerSettings, VirtualServerSettings } from '@tandem/health';
import { inSeconds } from '@tandem/time';
import { placeOf, type Discord, type Rule, type ServerPair, type Side } from './member.ts';

/** What must be alike so that a takeover changes nothing for the clients. */
// prettier-ignore
export const SERVER_AGREEMENTS: readonly Rule<ServerPair>[] = [
  { code: 'CLUSTER_REAL_SERVERS_DIFFER', find: realServers },
  { code: 'CLUSTER_BALANCING_DIFFERS', find: (pair) => balancing(pair) },
];

function realServers({ here, there }: ServerPair): readonly Discord[] {
  const [one, other] = [namesOf(here.settings), namesOf(there.settings)];
  const missing = [...one].filter((each) => !other.has(each));
  const extra = [...other].filter((each) => !one.has(each));
  if (missing.length === 0 && extra.length === 0) return [];
  const parts = [
    ...(missing.length === 0 ? [] : [`${there.member.name} lacks ${missing.join(', ')}`]),
    ...(extra.length === 0 ? [] : [`${here.member.name} lacks ${extra.join(', ')}`]),
  ];
  return [discord({ here, there }, `the real servers differ: ${parts.join('; ')}`, [])];
}

function namesOf({ realServers: servers }: VirtualServerSettings): ReadonlySet<string> {
  return new Set(servers.map(nameOf));
}

function nameOf({ address, port }: RealServerSettings): string {
  return `${address} ${port}`;
}

/** Settings of a virtual server that clients notice. */
const BALANCING: readonly {
  readonly keywords: readonly string[];
  readonly noun: string;
  readonly value: (settings: VirtualServerSettings) => string;
}[] = [
  { keywords: ['lvs_sched', 'lb_algo'], noun: 'lvs_sched', value: (each) => each.scheduler },
  {
    keywords: ['lvs_method', 'lb_kind'],
    noun: 'lvs_method',
    value: (each) => [...new Set(each.realServers.map((real) => real.forwarding))].join(', '),
  },
  {
    keywords: ['persistence_timeout'],
    noun: 'persistence_timeout',
    value: ({ persistenceTimeout: timeout }) =>
      timeout === undefined ? 'not set' : `${inSeconds(timeout)}`,
  },
];

function balancing(pair: ServerPair): readonly Discord[] {
  const { here, there } = pair;
  return BALANCING.flatMap(({ keywords, noun, value }) => {
    const [one, other] = [value(here.settings), value(there.settings)];
    if (one === other) return [];
    const message = `${noun} is ${other} in ${there.member.name}, but ${one} in ${here.member.name}`;
    return [discord(pair, message, keywords)];
  });
}

function discord({ here, there }: ServerPair, what: string, keywords: readonly string[]): Discord {
  return {
    message: `${what}: a takeover changes the service`,
    at: place(there, keywords),
    other: { message: 'the other one is at', place: place(here, keywords) },
  };
}

function place(side: Side<VirtualServerSettings>, keywords: readonly string[]): Discord['at'] {
  return placeOf(side, ...keywords);
}
