import type { IpAddress } from '@tandem/inet';
import { NO_COUNTS } from '@tandem/vrrp';
import { expect, test } from 'vitest';
import {
  countServers,
  formatStatus,
  formatSummary,
  judge,
  type RealServerSnapshot,
  type StatusSnapshot,
  type VirtualServerSnapshot,
  type VrrpInstanceSnapshot,
} from '../src/index.ts';

const NOW = 1_000_000_000;
const counters = { ...NO_COUNTS, advert_rcvd: 7, advert_sent: 60, become_master: 1 };
const good: StatusSnapshot = {
  version: 1,
  tandem: '0.1.0',
  host: 'box1',
  configurationFile: '/etc/keepalived/keepalived.conf',
  loadedEpochMs: NOW - 3_725_000,
  processes: [
    {
      name: 'supervisor',
      pid: 10,
      restarts: 0,
      startedEpochMs: NOW - 60_000,
      rssBytes: 52_428_800,
    },
    { name: 'vrrp', pid: 11, restarts: 1, startedEpochMs: NOW - 5000, rssBytes: undefined },
  ],
  vrrp: [
    {
      name: 'ETH0',
      interface: 'eth0',
      virtualRouterId: 10,
      state: 'MASTER',
      lastTransitionEpochMs: NOW - 60_000,
      basePriority: 200,
      effectivePriority: 200,
      addresses: ['10.30.6.110/24'],
      routes: [],
      rules: [],
      masterDownIntervalMs: 3219,
      trackers: [],
      reasons: [],
      faults: [],
      counters,
    },
  ],
  statics: [],
  bfd: [],
  virtualServers: [
    {
      key: { kind: 'address', address: '10.30.6.110' as IpAddress, port: 80, protocol: 'TCP' },
      scheduler: 'rr',
      quorumUp: true,
      quorum: 1,
      weightSum: 200,
      realServers: [
        {
          address: '10.30.6.111' as IpAddress,
          port: 80,
          up: true,
          weight: 100,
          tableWeight: 100,
          checks: [
            {
              type: 'HTTP_GET',
              up: true,
              hasRun: true,
              detail: 'digest matches',
              lastRunEpochMs: NOW - 2000,
            },
          ],
        },
        {
          address: '10.30.6.112' as IpAddress,
          port: 80,
          up: true,
          weight: 100,
          tableWeight: 100,
          checks: [],
        },
      ],
    },
  ],
  problems: [],
};

test('the interface that an instance has made for its addresses is told', () => {
  const vrrp = good.vrrp.map((each) => ({ ...each, virtualInterface: 'vrrp.10' }));
  expect(formatStatus({ ...good, vrrp }, NOW)).toContain('holds 10.30.6.110/24 on vrrp.10\n');
});

test('a master says how many router advertisements it has sent, and what keeps hosts from them', () => {
  const shown = (changes: Partial<VrrpInstanceSnapshot>): string =>
    formatStatus({ ...good, vrrp: good.vrrp.map((each) => ({ ...each, ...changes })) }, NOW);
  const routerAdvert = { sent: 5, solicited: 1, lastSentEpochMs: NOW - 2000, problems: [] };
  expect(shown({ routerAdvert })).toContain(
    '    router advertisements: 5 sent, the last one 2 s ago; 1 solicitation heard\n',
  );
  const problems = ['cannot send router advertisements: v0 has no MAC address'];
  expect(shown({ routerAdvert: { sent: 0, solicited: 0, problems } })).toContain(
    `    router advertisements: 0 sent; 0 solicitations heard\n    ${problems.join()}\n`,
  );
  expect(shown({ routerAdvert, state: 'BACKUP' })).toContain(
    '    sends no router advertisements: it is not master\n',
  );
  expect(shown({})).not.toContain('router advertisements');
});

test('a good node is shown with its processes, instances and servers, and no problems', () => {
  expect(formatStatus(good, NOW)).toBe(`\
box1: good  (tandem 0.1.0, /etc/keepalived/keepalived.conf, loaded 1 h 2 min ago)
  supervisor  pid 10  up 1 min  50 MiB
  vrrp        pid 11  up 5 s            restarted 1 time

VRRP
  Name  Interface  VRID  State   Since  Priority  Master     Adverts
  ETH0  eth0       10    MASTER  1 min  200       this node  60 sent, 7 received
    holds 10.30.6.110/24

Virtual servers
  Prot  LocalAddress:Port  Scheduler   Health  Why
  TCP   10.30.6.110:80     rr          up      2 of 2 up, weight 200, quorum 1
    ->  10.30.6.111:80     weight 100  up      HTTP_GET digest matches, 2 s ago
    ->  10.30.6.112:80     weight 100  up      not checked
`);
});

test('problems come last, and a refused reload is one of them', () => {
  const bad: StatusSnapshot = {
    ...good,
    problems: ['this kernel has no IPVS: modprobe ip_vs'],
    lastReload: { epochMs: NOW - 9000, accepted: false, diagnostics: ['a.conf:3:1: error'] },
  };
  expect(judge(bad)).toBe('degraded');
  expect(formatStatus(bad, NOW).trimEnd().split('\n').slice(-4)).toEqual([
    'Problems',
    '  this kernel has no IPVS: modprobe ip_vs',
    '  the reload 9 s ago was refused; the configuration before it is running',
    '    a.conf:3:1: error',
  ]);
});

test('a node whose only instance is in FAULT is down, and says why', () => {
  const [instance] = good.vrrp;
  if (instance === undefined) throw new Error('the fixture has one instance');
  const fault: StatusSnapshot = {
    ...good,
    vrrp: [
      {
        ...instance,
        state: 'FAULT',
        reasons: ['interface eth0 down'],
        faults: [{ reason: 'interface eth0 down', sinceEpochMs: NOW - 7000 }],
      },
    ],
  };
  expect(judge(fault)).toBe('down');
  expect(formatStatus(fault, NOW)).toContain(
    '\n    does not hold 10.30.6.110/24\n    interface eth0 down, for 7 s\n',
  );
});

test('an instance that follows something shows what its priority is made of', () => {
  const [instance] = good.vrrp;
  if (instance === undefined) throw new Error('the fixture has one instance');
  const tracker = { kind: 'interface', reverse: false, sinceEpochMs: NOW - 5000 } as const;
  const trackers = [
    {
      ...tracker,
      name: 'eth1',
      weight: -30,
      contribution: -30,
      fault: false,
      detail: 'interface eth1 down',
    },
    {
      ...tracker,
      name: 'eth2',
      weight: 5,
      contribution: 5,
      fault: false,
      detail: 'interface eth2 up',
    },
    {
      ...tracker,
      name: 'eth3',
      weight: 0,
      contribution: 0,
      fault: true,
      detail: 'interface eth3 down',
    },
  ];
  const page = formatStatus(
    { ...good, vrrp: [{ ...instance, effectivePriority: 175, trackers }] },
    NOW,
  );
  expect(page).toContain('175 (base 200)');
  expect(page).toContain(`
    200    base priority
    -30    interface eth1 down, for 5 s
    +5     interface eth2 up, for 5 s
    FAULT  interface eth3 down, for 5 s
`);
});

/** The virtual server with none of its real servers in the table, for these causes. */
function unserved(
  first: Partial<RealServerSnapshot>,
  second: Partial<RealServerSnapshot>,
  sorryServer?: VirtualServerSnapshot['sorryServer'],
): StatusSnapshot {
  const [server] = good.virtualServers;
  if (server === undefined) throw new Error('the fixture has one server');
  const realServers = server.realServers.map((each, i) => {
    const { tableWeight: _, ...real } = each;
    return { ...real, ...(i === 0 ? first : second) };
  });
  const none = { ...server, quorumUp: false, weightSum: 0, realServers };
  return {
    ...good,
    virtualServers: [{ ...none, ...(sorryServer !== undefined && { sorryServer }) }],
  };
}

const DOWN = { up: false };
const DRAINED = { weight: 0, drain: { isDone: true } };

test('a virtual server that nobody serves makes the node down, and the page says why', () => {
  for (const [first, second, why] of [
    [DOWN, DOWN, 'all down'],
    [DRAINED, DRAINED, 'all drained'],
    [DRAINED, DOWN, 'all drained or down'],
    [
      { weight: 0, tableWeight: 0 },
      { weight: 0, drain: { isDone: false } },
      'all of weight 0 or draining',
    ],
  ] as const) {
    const node = unserved(first, second);
    expect(judge(node)).toBe('down');
    expect(formatStatus(node, NOW)).toContain(`0 of 2 up (${why}), weight 0, quorum 1`);
  }
});

test('a sorry server that serves keeps a node from being down, and both is shown', () => {
  const sorry = { address: '10.0.0.50' as IpAddress, port: 80 };
  const serves = unserved(DRAINED, DOWN, { ...sorry, serves: true });
  expect(judge(serves)).toBe('degraded');
  expect(formatStatus(serves, NOW)).toMatch(/-> +10\.0\.0\.50:80 +sorry server +serves\n/);
  const [server] = good.virtualServers;
  if (server === undefined) throw new Error('the fixture has one server');
  const virtualServers = [{ ...server, sorryServer: { ...sorry, serves: false } }];
  expect(judge({ ...good, virtualServers })).toBe('good');
  expect(formatStatus({ ...good, virtualServers }, NOW)).toMatch(/:80 +sorry server +waits\n/);
});

test('a master that something is wrong with makes a node degraded', () => {
  const [instance] = good.vrrp;
  if (instance === undefined) throw new Error('no instance');
  const reasons = ['adverts from 10.30.6.112 are refused: received an invalid passwd!'];
  expect(judge({ ...good, vrrp: [{ ...instance, reasons }] })).toBe('degraded');
  expect(judge({ ...good, vrrp: [{ ...instance, state: 'BACKUP', reasons }] })).toBe('good');
});

test('a backup that has an address all the same makes a node degraded', () => {
  const [instance] = good.vrrp;
  if (instance === undefined) throw new Error('the fixture has one instance');
  const strangers = ['10.30.6.110/32 is on eth0, set by somebody else'];
  const node: StatusSnapshot = { ...good, vrrp: [{ ...instance, state: 'BACKUP', strangers }] };
  expect(judge(node)).toBe('degraded');
  expect(formatStatus(node, NOW)).toContain(
    '\n    does not hold 10.30.6.110/24\n    10.30.6.110/32 is on eth0, set by somebody else\n',
  );
});

test('an address, route or rule that cannot be set makes a node degraded', () => {
  const statics = [{ kind: 'route' as const, text: 'a via b', problem: 'no such device' }];
  expect(judge({ ...good, statics })).toBe('degraded');
});

test('a server that climbs or drains is shown with what is in the table, and is not down', () => {
  const [web] = good.virtualServers;
  const [first, second] = web?.realServers ?? [];
  if (web === undefined || first === undefined || second === undefined) throw new Error('no web');
  const shown = (changes: Partial<typeof first>): string => {
    const realServers = [{ ...second, ...changes }, first];
    const snapshot = { ...good, virtualServers: [{ ...web, realServers }] };
    expect(judge(snapshot)).toBe('good');
    return formatStatus(snapshot, NOW);
  };
  expect(shown({ ramp: 3, tableWeight: 30 })).toMatch(/10\.30\.6\.112:80 +weight 30 of 100 +up/);
  expect(shown({ weight: 0, tableWeight: 0, drain: { isDone: false } })).toMatch(
    /112:80 +weight 0 +draining/,
  );
  expect(shown({ weight: 0, tableWeight: 0, drain: { isDone: true } })).toMatch(
    /112:80 +weight 0 +drained/,
  );
  const drain = { isDone: false };
  const removed = shown({ weight: 0, tableWeight: 0, drain, isRemoved: true, checks: [] });
  expect(removed).toMatch(/112:80 +weight 0 +removed, draining +not checked/);
  expect(removed).toContain('1 of 1 up');
  const limited = { weight: 0, tableWeight: 0, drain, drainEndsEpochMs: NOW + 90_000 };
  expect(shown(limited)).toMatch(/112:80 +weight 0 +draining for 1 min 30 s at most/);
  expect(shown({ ...limited, isRemoved: true, checks: [] })).toMatch(
    /112:80 +weight 0 +removed, draining for 1 min 30 s at most +not checked/,
  );
});

test('checks that are suspended are shown as that, beside what they have found', () => {
  const virtualServers = good.virtualServers.map((each) => ({
    ...each,
    isSuspended: true as const,
  }));
  const text = formatStatus({ ...good, virtualServers }, NOW);
  expect(text).toMatch(/111:80 .* ago; suspended, as its address is not here\n/);
  expect(formatStatus(good, NOW)).not.toContain('suspended');
});

test('of two marks the one of IPv6 is told apart as ipvsadm does it', () => {
  const virtualServers = good.virtualServers.flatMap((each) =>
    ([4, 6] as const).map((family) => ({
      ...each,
      key: { kind: 'fwmark', mark: 5, family } as const,
    })),
  );
  const text = formatStatus({ ...good, virtualServers }, NOW);
  expect(text).toMatch(/^ {2}FWM +5 +rr/m);
  expect(text).toMatch(/^ {2}FWM +5 IPv6 +rr/m);
});

test('a group has its name, and a second virtual server of it a number', () => {
  const virtualServers = good.virtualServers.flatMap((each) =>
    [0, 1].map((index) => ({
      ...each,
      key: { kind: 'group', name: 'web', index, protocol: 'TCP' } as const,
    })),
  );
  const text = formatStatus({ ...good, virtualServers }, NOW);
  expect(text).toMatch(/^ {2}TCP +group web +rr/m);
  expect(text).toMatch(/^ {2}TCP +group web \(2\) +rr/m);
});

test('what is redirected to this box is told of its instance', () => {
  const redirects = ['redirects 10.30.6.110 port 80 to this box (nftables)'];
  const vrrp = good.vrrp.map((each) => ({ ...each, redirects }));
  expect(formatStatus({ ...good, vrrp }, NOW)).toContain(`    ${redirects[0]}\n`);
});

test('a server that gets nothing new is shown with weight 0 of what it would have', () => {
  const inhibited = formatStatus(unserved({ ...DOWN, tableWeight: 0 }, DOWN), NOW);
  expect(inhibited).toMatch(/111:80 +weight 0 of 100 +DOWN/);
  expect(inhibited).toMatch(/112:80 +weight 0 of 100 +DOWN/);
});

test('the line for a service manager counts what is configured, and as up what can be given connections', () => {
  const [server] = good.virtualServers;
  const [real] = server?.realServers ?? [];
  if (server === undefined || real === undefined) throw new Error('no server');
  const realServers: RealServerSnapshot[] = [
    real,
    { ...real, up: false },
    { ...real, weight: 0 },
    { ...real, isRemoved: true },
  ];
  const counts = countServers([server, { ...server, realServers }]);
  expect(formatSummary(good.vrrp, counts)).toBe('1 MASTER, 0 BACKUP, 0 FAULT; 3/5 real servers up');
});

function withScheduler(inKernel: string | undefined, configured = 'mh'): StatusSnapshot {
  const found = inKernel === undefined ? {} : { scheduler: inKernel };
  const refused = [{ service: 'TCP 10.30.6.110:80', why: 'ENOENT', ...found }];
  const virtualServers = good.virtualServers.map((each) => ({
    ...each,
    scheduler: configured,
    refused,
  }));
  return { ...good, virtualServers };
}

test.each([
  ['rr', 'mh', /10\.30\.6\.110:80 +rr, not mh +up .*; the kernel refuses it: ENOENT\n/],
  [undefined, 'mh', /10\.30\.6\.110:80 +none, not mh +up /],
  ['rr', 'rr', /10\.30\.6\.110:80 +rr +up .*ENOENT\n/],
])(
  'the page shows the scheduler %s that the kernel has, and why it is not %s',
  (found, configured, line) => {
    expect(formatStatus(withScheduler(found, configured), NOW)).toMatch(line);
  },
);
