/** Files with virtual servers of every kind, for the table that comes of them. */
import { line, render, type Entry } from '../config-oracle/entry.ts';
import type { Random } from '../config-oracle/random.ts';

/** A neighbour that never answers, so that no check has a result while the table is looked at. */
export const NOBODY = '192.0.2.99';

const SCHEDULERS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    'rr wrr lc wlc lblc lblcr dh sed nq fo ovf'.split(' ').map((each) => [each, []]),
  ),
  sh: ['sh-port', 'sh-fallback', 'flag-3'],
  mh: ['mh-port', 'mh-fallback', 'flag-3'],
};
const TUNNELS = [
  '',
  ' type ipip',
  ' type gue port 6080',
  ' type gue port 5555 csum',
  ' type gue port 6080 remcsum',
  ' type gre',
  ' type gre csum',
];
const MASKS: Readonly<Record<Family, readonly string[]>> = {
  4: ['255.255.255.0', '255.255.255.255', '255.240.0.0', '128.0.0.0'],
  6: ['64', '128', '48', '1'],
};
const PROTOCOLS = ['TCP', 'UDP', 'SCTP', 'tcp'];
const ATTEMPTS = { servers: 4, reals: 3, members: 4 };

type Family = 4 | 6;

/** What one virtual server is made with. */
export interface Plan {
  /** Its number in the file. */
  readonly n: number;
  /** Addresses of files with checks are those of one file alone, so that no state is inherited. */
  readonly net: string;
  readonly family: Family;
  readonly isChecked: boolean;
  readonly isTunnel: boolean;
}

/**
 * @param random - decides about everything
 * @param file - its number, below 4096
 * @returns a configuration without a mistake; its checks have no result within a minute
 */
export function serviceConfiguration(random: Random, file: number): string {
  const entries: Entry[] = [{ text: 'global_defs', children: globals(random) }];
  const count = 1 + random.below(ATTEMPTS.servers);
  for (let n = 1; n <= count; n += 1) {
    const isChecked = random.percent(40);
    const plan: Plan = {
      n,
      net: isChecked ? (file + 16).toString(16) : '1',
      family: random.percent(35) ? 6 : 4,
      isChecked,
      isTunnel: random.percent(30),
    };
    entries.push(...virtualServer(plan, random));
  }
  return `${render(entries).join('\n')}\n`;
}

function globals(random: Random): Entry[] {
  return [
    line('lvs_flush'),
    ...maybe(random, 20, () => `lvs_timeouts tcp ${60 + random.below(900)} udp 30`),
    ...maybe(random, 20, () => 'lvs_timeouts tcpfin 17'),
  ];
}

/** @returns the block of one virtual server, and of its group if it has one */
export function virtualServer(plan: Plan, random: Random): Entry[] {
  const kind = random.below(10);
  const children = [...options(plan, kind < 3, random), ...servers(plan, kind < 3, random)];
  if (kind < 3) {
    const name = `G${plan.net}x${plan.n}`;
    const group = { text: `virtual_server_group ${name}`, children: members(plan, random) };
    const isMark = group.children.some((each) => each.text.startsWith('fwmark '));
    const own = isMark ? withoutSuspension(children) : children;
    const server = { text: `virtual_server group ${name}`, children: own };
    return random.percent(50) ? [group, server] : [server, group];
  }
  if (kind < 5) {
    const mark = Number.parseInt(plan.net, 16) * 16 + plan.n;
    const family = maybe(random, 50, () => `ip_family inet${plan.family === 6 ? '6' : ''}`);
    const isMixed = plan.isTunnel && family.length === 0;
    return isMixed
      ? []
      : [
          {
            text: `virtual_server fwmark ${mark}`,
            children: [...family, ...withoutSuspension(children)],
          },
        ];
  }
  const port = random.pick(['80', '443', '0', '', '53']);
  return [{ text: `virtual_server ${virtualAddress(plan, 0)} ${port}`.trimEnd(), children }];
}

/** A mark has no address that could be on the box: an error, and a reload with a new one is refused. */
function withoutSuspension(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ text }) => text !== 'ha_suspend');
}

/** Address number i of its virtual server. */
function virtualAddress({ net, n, family }: Plan, i: number): string {
  const number = Number.parseInt(net, 16);
  return family === 6
    ? `fd00:${net}:${n}::${(i + 1).toString(16)}`
    : `10.${number >> 4}.${(number & 15) * 16 + n}.${i + 1}`;
}

function realAddress(family: Family, i: number): string {
  return family === 6 ? `fd01::${i + 1}` : `172.16.0.${i + 1}`;
}

function options(plan: Plan, isGroup: boolean, random: Random): Entry[] {
  const scheduler = random.pick(Object.keys(SCHEDULERS));
  const protocol = random.pick(PROTOCOLS);
  return [
    line(`${random.pick(['lvs_sched', 'lb_algo'])} ${scheduler}`),
    ...(SCHEDULERS[scheduler] ?? []).flatMap((each) => maybe(random, 50, () => each)),
    line(`${random.pick(['lvs_method', 'lb_kind'])} ${method(plan, random)}`),
    line(`protocol ${protocol}`),
    ...(protocol === 'UDP' ? maybe(random, 50, () => 'ops') : []),
    ...maybe(random, 30, () => `persistence_timeout ${random.pick(['', '60', '3600'])}`.trimEnd()),
    ...(isGroup
      ? []
      : maybe(random, 20, () => `persistence_granularity ${random.pick(MASKS[plan.family])}`)),
    ...maybe(random, 15, () => 'persistence_engine sip'),
    ...maybe(random, 30, () => `quorum ${1 + random.below(6)}`),
    ...(plan.isChecked ? maybe(random, 30, () => 'hysteresis 1') : []),
    ...maybe(random, 25, () => `weight ${1 + random.below(9)}`),
    ...maybe(random, 20, () => 'inhibit_on_failure'),
    ...maybe(random, 20, () => 'alpha'),
    ...maybe(random, 20, () => 'omega'),
    ...maybe(random, 10, () => 'ha_suspend'),
    ...(random.percent(50) ? sorryServer(plan, random) : []),
  ];
}

function sorryServer(plan: Plan, random: Random): Entry[] {
  const { family, isTunnel } = plan;
  const address = random.percent(10) ? realAddress(family, 0) : realAddress(family, 99);
  return [
    line(`sorry_server ${address} ${random.pick(['80', '8080', ''])}`.trimEnd()),
    ...maybe(random, 40, () => 'sorry_server_inhibit'),
    ...maybe(
      random,
      40,
      () => `sorry_server_lvs_method ${isTunnel ? 'TUN' : method(plan, random)}`,
    ),
  ];
}

/** Tunnels alone carry one family in the other. */
function method({ isTunnel }: Plan, random: Random): string {
  return isTunnel
    ? `TUN${random.pick(TUNNELS)}`
    : random.pick(['NAT', 'DR', 'TUN', 'TUN type gre']);
}

function servers(plan: Plan, isGroup: boolean, random: Random): Entry[] {
  const count = 1 + random.below(ATTEMPTS.reals);
  return Array.from({ length: count }, (_, i): Entry => {
    const isOther = plan.isTunnel && i > 0 && random.percent(30);
    const family = isOther ? (plan.family === 4 ? 6 : 4) : plan.family;
    const port = random.pick(['80', '80', '8080', '']);
    return {
      text: `real_server ${realAddress(family, i)} ${isGroup ? '80' : port}`.trimEnd(),
      children: realServer(plan, random),
    };
  });
}

function realServer(plan: Plan, random: Random): Entry[] {
  const upper = 10 + random.below(1000);
  const isCheck = plan.isChecked && random.percent(60);
  return [
    ...maybe(random, 40, () => `weight ${random.pick(['0', '1', '3', '100', '70000'])}`),
    ...maybe(random, 25, () => `lvs_method ${method(plan, random)}`),
    ...maybe(random, 20, () => `inhibit_on_failure ${random.pick(['', 'on', 'off'])}`.trimEnd()),
    ...maybe(random, 20, () => `uthreshold ${upper}`),
    ...maybe(random, 0, () => `lthreshold ${random.below(upper)}`),
    ...(isCheck
      ? maybe(random, 50, () => `alpha ${random.pick(['', 'on', 'off'])}`.trimEnd())
      : []),
    ...(isCheck
      ? [
          {
            text: 'TCP_CHECK',
            children: [line(`connect_ip ${NOBODY}`), line('connect_timeout 60')],
          },
        ]
      : []),
  ];
}

function members(plan: Plan, random: Random): Entry[] {
  const count = 1 + random.below(ATTEMPTS.members);
  const mark = Number.parseInt(plan.net, 16) * 256 + plan.n * 16;
  return Array.from({ length: count }, (_, i) => {
    if (random.percent(25)) {
      const family = random.pick(['', plan.family === 6 ? ' inet6' : ' inet']);
      return line(`fwmark ${mark + i}${family}`);
    }
    const address = virtualAddress(plan, i * 16 + 15);
    const last = virtualAddress(plan, i * 16 + 18);
    const tail = plan.family === 6 ? last.replace(/.*:/, '') : last.replace(/.*\./, '');
    const net = plan.family === 6 ? '/127' : '/30';
    const range = random.pick([address, `${address}-${tail}`, `${address}-${last}`, address + net]);
    return line(`${range} ${random.pick(['80', '80', '443', '0', ''])}`.trimEnd());
  });
}

function maybe(random: Random, chances: number, text: () => string): Entry[] {
  return random.percent(chances) ? [line(text())] : [];
}
