/** Files with virtual servers of every kind, for the table that comes of them. */
import { line, render, type Entry } from '../config-oracle/entry.ts';
import { Random } from '../config-oracle/random.ts';
import { anyCheck } from './service-checks.ts';

/** Those of the user-mode kernel. */
const SCHEDULERS = 'rr wrr lc wlc lblc lblcr dh sed nq fo ovf sh mh'.split(' ');
/** One that it has not got. */
const REFUSED_SCHEDULER = 'twos';
const SCHEDULER_FLAGS: Readonly<Record<string, readonly string[]>> = {
  sh: ['sh-port', 'sh-fallback', 'hashed'],
  mh: ['mh-port', 'mh-fallback'],
};
const TUNNELS = [
  '',
  ' type ipip',
  ' type ipip nocsum',
  ' type gue port 6080',
  ' type gue port 5555 csum',
  ' type gue port 6080 remcsum',
  ' type gre',
  ' type gre csum',
  ' type gre nocsum',
];
const SWITCH = ['', ' on', ' off'];
/** Without consequences for the table, and nobody waits for what they say. */
const TIMING = [
  'delay_loop 7',
  'retry 2',
  'delay_before_retry 2',
  'warmup 0',
  'connect_timeout 40',
];
const MASKS: Readonly<Record<Family, readonly string[]>> = {
  4: ['255.255.255.0', '255.255.255.255', '255.240.0.0', '128.0.0.0'],
  6: ['64', '128', '48', '1'],
};
const PROTOCOLS = ['TCP', 'UDP', 'SCTP', 'tcp', 'udp', ''];
const ATTEMPTS = { servers: 4, reals: 3, members: 4 };

type Family = 4 | 6;

/** What one virtual server is made with. */
export interface Plan {
  /** Its number in the file. */
  readonly n: number;
  /**
   * Addresses with checks are those of one file alone, so that no state is inherited; and so are
   * those of which the kernel refuses something, which leaves what was there.
   */
  readonly net: string;
  readonly family: Family;
  readonly isChecked: boolean;
  /** The kernel has not got its scheduler, or does not take thresholds of its servers. */
  readonly isRefused: boolean;
  readonly isTunnel: boolean;
}

/**
 * @param file - its number, below 4096, decides about everything
 * @returns a configuration without a mistake; its checks have no result within half a minute
 */
export function serviceEntries(file: number): readonly Entry[] {
  const random = new Random(`services ${file}`);
  const count = 1 + random.below(ATTEMPTS.servers);
  const servers = Array.from({ length: count }, (_, i): Entry[] => {
    const isChecked = random.percent(40);
    const isRefused = random.percent(10);
    const plan: Plan = {
      n: i + 1,
      net: isChecked || isRefused ? (file + 16).toString(16) : '1',
      family: random.percent(35) ? 6 : 4,
      isChecked,
      isRefused,
      isTunnel: random.percent(30),
    };
    return virtualServer(plan, random);
  });
  return [{ text: 'global_defs', children: globals(random) }, ...servers.flat()];
}

/** @returns the text of a file of that number */
export function serviceConfiguration(file: number): string {
  return `${render(serviceEntries(file)).join('\n')}\n`;
}

function globals(random: Random): Entry[] {
  return [
    line('lvs_flush'),
    line('script_user root'),
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
    const isNamed = isMixed(children) || random.percent(50);
    const family = isNamed ? [line(`ip_family inet${plan.family === 6 ? '6' : ''}`)] : [];
    return [
      {
        text: `virtual_server fwmark ${mark}`,
        children: [...family, ...withoutSuspension(children)],
      },
    ];
  }
  const port = random.pick(['80', '443', '0', '', '53']);
  return [{ text: `virtual_server ${virtualAddress(plan, 0)} ${port}`.trimEnd(), children }];
}

/** Whether its servers do not tell the family of a mark. */
function isMixed(children: readonly Entry[]): boolean {
  const servers = children.filter(({ text }) => text.startsWith('real_server '));
  return new Set(servers.map(({ text }) => text.includes(':'))).size > 1;
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
  const protocol = random.pick(PROTOCOLS);
  return [
    ...scheduler(plan, random),
    ...(plan.isTunnel || random.percent(90)
      ? [line(`${random.pick(['lvs_method', 'lb_kind'])} ${method(plan, random)}`)]
      : []),
    ...(protocol === '' ? [] : [line(`protocol ${protocol}`)]),
    ...(protocol.toUpperCase() === 'UDP' ? maybe(random, 50, () => 'ops') : []),
    ...maybe(random, 30, () => `persistence_timeout ${random.pick(['', '60', '3600'])}`.trimEnd()),
    ...(isGroup
      ? []
      : maybe(random, 20, () => `persistence_granularity ${random.pick(MASKS[plan.family])}`)),
    ...maybe(random, 15, () => 'persistence_engine sip'),
    ...maybe(random, 30, () => `quorum ${1 + random.below(6)}`),
    ...(plan.isChecked ? maybe(random, 30, () => 'hysteresis 1') : []),
    ...maybe(random, 25, () => `weight ${1 + random.below(9)}`),
    ...maybe(random, 20, () => `inhibit_on_failure${on(random)}`),
    ...maybe(random, 20, () => `alpha${on(random)}`),
    ...maybe(random, 20, () => `omega${random.pick(SWITCH)}`),
    ...maybe(random, 10, () => 'ha_suspend'),
    ...maybe(random, 5, () => 'quorum_up /bin/true'),
    ...maybe(random, 5, () => 'quorum_down "/bin/true down" root'),
    ...withoutConsequence(random),
    ...(random.percent(50) ? sorryServer(plan, random) : []),
  ];
}

/** keepalived takes any word after it for on. */
function on(random: Random): string {
  return random.pick(SWITCH).replace(' off', '');
}

function scheduler({ isRefused }: Plan, random: Random): Entry[] {
  const name = isRefused && random.percent(50) ? REFUSED_SCHEDULER : random.pick(SCHEDULERS);
  const isNamed = name === REFUSED_SCHEDULER || random.percent(90);
  const flags = isNamed ? (SCHEDULER_FLAGS[name] ?? []) : [];
  return [
    ...(isNamed ? [line(`${random.pick(['lvs_sched', 'lb_algo'])} ${name}`)] : []),
    ...flags.flatMap((each) => maybe(random, 50, () => each)),
    ...['flag-1', 'flag-2', 'flag-3'].flatMap((each) => maybe(random, 10, () => each)),
  ];
}

/** What virtual and real servers may both say, and the table does not show. */
function withoutConsequence(random: Random): Entry[] {
  return [
    ...TIMING.flatMap((each) => maybe(random, 8, () => each)),
    ...maybe(random, 8, () => `smtp_alert${random.pick(SWITCH)}`),
    ...maybe(random, 8, () => 'virtualhost www.example.com'),
    ...maybe(random, 5, () => 'snmp_name name'),
  ];
}

function sorryServer(plan: Plan, random: Random): Entry[] {
  // A checked one with alpha and inhibit_on_failure serves here, and not with keepalived.
  const isReal = !plan.isChecked && random.percent(20);
  const address = realAddress(plan.family, isReal ? 0 : 99);
  const port = random.pick(['80', '8080', '']);
  const inhibit = maybe(random, 40, () => 'sorry_server_inhibit');
  const own = maybe(random, 40, () => `sorry_server_lvs_method ${method(plan, random)}`);
  // With a method of its own it might have no port, beside the real server with that of the service.
  return [
    line(`sorry_server ${address} ${port}`.trimEnd()),
    ...inhibit,
    ...(isReal && port === '' ? [] : own),
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
  const isCheck = plan.isChecked && random.percent(60);
  return [
    ...maybe(random, 40, () => `weight ${random.pick(['0', '1', '3', '100', '70000'])}`),
    ...maybe(random, 25, () => `lvs_method ${method(plan, random)}`),
    ...maybe(random, 20, () => `inhibit_on_failure${random.pick(SWITCH)}`),
    ...thresholds(plan, random),
    ...maybe(random, 5, () => 'notify_up /bin/true'),
    ...maybe(random, 5, () => 'notify_down "/bin/true down" root'),
    ...withoutConsequence(random),
    ...(isCheck ? maybe(random, 50, () => `alpha${random.pick(SWITCH)}`) : []),
    ...(isCheck ? [anyCheck(random)] : []),
  ];
}

/** The kernel refuses a lower one above the upper one, which is 0 where it is not given. */
function thresholds({ isRefused }: Plan, random: Random): Entry[] {
  const upper = random.percent(50) ? 10 + random.below(1000) : 0;
  const isAbove = isRefused && random.percent(50);
  const lower = isAbove ? upper + 1 + random.below(100) : random.below(upper + 1);
  return [
    ...(upper > 0 ? [line(`uthreshold ${upper}`)] : []),
    ...(isAbove ? [line(`lthreshold ${lower}`)] : maybe(random, 30, () => `lthreshold ${lower}`)),
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
